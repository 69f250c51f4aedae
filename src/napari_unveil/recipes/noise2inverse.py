"""Recipe ``noise2inverse``: independent parts of one measurement teach a network what they have in common.

After Hendriksen, Pelt & Batenburg, "Noise2Inverse", IEEE Trans. Comput. Imaging 6, 1320 (2020),
doi 10.1109/tci.2020.3019647. The noise of one part is independent of that of the others, so a network that predicts it
from them in the mean of squares, or by its likelihood, can only predict what is not noise.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from napari_unveil.network.building import network_of
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.heads import Parts
from napari_unveil.recipes.aligned import AlignedModel, Example
from napari_unveil.recipes.estimates import Rate, Standardised
from napari_unveil.recipes.model import PREDICTED
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.types import Frame, Frames

TURNS = 4


class Noise2InverseModel(AlignedModel):
    """A network that gives one part of a measurement from the others."""

    takes_parts = True

    def __init__(
        self, settings: Noise2InverseSettings, network: nn.Module | None = None, errors: ErrorBars = PREDICTED
    ) -> None:
        super().__init__(settings, network if network is not None else network_of(settings.network), errors)
        self._estimate = Rate() if settings.counts else Standardised(settings.offset or 0.0, settings.span or 1.0)

    def forward(self, frames: ImageBatch, photon: float) -> Parts:
        """Signal and noise (batch, 1, y, x) of what :meth:`inputs_of` gave."""
        signal = self._estimate.predict(self.network, frames, photon, self.precision)
        return Parts(signal, frames - signal)

    def inputs_of(self, frame: Frame | Frames) -> Sequence[Frame]:
        """From the parts (part, y, x) of a frame the images (y, x) that the network saw in training, one a part."""
        return [self._seen(frame, part) for part in range(len(frame))]

    def example(self, patches: Frames, rng: np.random.Generator) -> Example:
        """What is seen and what is left out, from patches (batch, part, y, x), one choice of the part for each."""
        left_out = rng.integers(patches.shape[1], size=len(patches))
        turned = [self._turned(patch, rng) for patch in patches]
        pairs = [
            (self._seen(patch, part), self._target(patch, part)) for patch, part in zip(turned, left_out, strict=True)
        ]
        inputs, targets = (np.stack(images) for images in zip(*pairs, strict=True))
        return Example(inputs, targets)

    def loss(self, inputs: ImageBatch, targets: ImageBatch, photon: float, rng: np.random.Generator) -> Tensor:
        """Squared error or Poisson deviance of what was left out."""
        del rng
        finite = torch.nan_to_num(inputs, nan=0.0)
        estimates = self._estimate.predict(self.network, finite, photon, self.precision)
        return self._estimate.loss(estimates, finite, targets, photon)

    def _seen(self, parts: Frames, part: int) -> Frame:
        return _mean_without(parts, part) if self.settings.strategy == "X:1" else parts[part]

    def _target(self, parts: Frames, part: int) -> Frame:
        return parts[part] if self.settings.strategy == "X:1" else _mean_without(parts, part)

    def _turned(self, patch: Frames, rng: np.random.Generator) -> Frames:
        """A patch (part, y, x) after a random quarter turn, and mirrored or not."""
        if not self.settings.turned:
            return patch
        quarters, mirrored = int(rng.integers(TURNS)), bool(rng.integers(2))
        turned = np.rot90(patch, quarters, axes=(1, 2))
        return turned[:, ::-1] if mirrored else turned


def _mean_without(parts: Frames, part: int) -> Frame:
    others: Frame = np.delete(parts, part, axis=0).mean(axis=0)
    return others
