"""From logits (batch, outputs, y, x) to signal and noise, both scaled, both (batch, 1, y, x)."""

from collections.abc import Callable
from typing import NamedTuple

import torch

from napari_unveil.network.settings import HeadName
from napari_unveil.tensors import ImageBatch, Tensor


class Parts(NamedTuple):
    """What images are made of, each (batch, 1, y, x).

    Parameters
    ----------
    signal, noise
        The parts.
    variance
        Expected square of the error of ``signal`` (and of ``noise``), where it is known.
    """

    signal: ImageBatch
    noise: ImageBatch
    variance: ImageBatch | None = None


Head = Callable[[ImageBatch, Tensor], Parts]


def subtract(scaled: ImageBatch, logits: Tensor) -> Parts:
    """Published: ``n = ReLU(l)``, ``s = ReLU(x - n)``."""
    noise = torch.relu(logits)
    return Parts(torch.relu(scaled - noise), noise)


def share(scaled: ImageBatch, logits: Tensor) -> Parts:
    """``n = x sigmoid(l)``, ``s = x - n``: the sum is exact, and neither is negative where x is not.

    A second map of logits k gives ``variance = s n sigmoid(k)``. A quantity between 0 and x with the mean s varies by
    ``s (x - s) = s n`` at most, so that is the natural scale, and where nothing is removed nothing is uncertain.
    """
    removed = torch.sigmoid(logits[:, :1])
    noise = scaled * removed
    signal = scaled - noise
    if logits.shape[1] == 1:
        return Parts(signal, noise)
    return Parts(signal, noise, scaled**2 * removed * (1 - removed) * torch.sigmoid(logits[:, 1:]))


HEADS: dict[HeadName, Head] = {"subtract": subtract, "share": share}
