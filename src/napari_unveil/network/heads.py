"""From logits to signal and noise, both scaled, both (batch, 1, y, x)."""

from collections.abc import Callable

import torch

from napari_unveil.network.settings import HeadName
from napari_unveil.tensors import ImageBatch, Tensor

Head = Callable[[ImageBatch, Tensor], tuple[ImageBatch, ImageBatch]]


def subtract(scaled: ImageBatch, logits: Tensor) -> tuple[ImageBatch, ImageBatch]:
    """Published: ``n = ReLU(l)``, ``s = ReLU(x - n)``."""
    noise = torch.relu(logits)
    return torch.relu(scaled - noise), noise


def share(scaled: ImageBatch, logits: Tensor) -> tuple[ImageBatch, ImageBatch]:
    """``n = x sigmoid(l)``, ``s = x - n``: the sum is exact, and neither is negative where x is not."""
    noise = scaled * torch.sigmoid(logits)
    return scaled - noise, noise


HEADS: dict[HeadName, Head] = {"subtract": subtract, "share": share}
