"""Estimates of an image from a noisy one: photons through a network to a rate, or standardised values to values.

``rate`` counts photons: the network sees their asinh and says by which factor the light of a pixel differs from that
of its surroundings, so that the estimate is positive; it is judged by the Poisson likelihood of what was counted, whose
optimum is the mean, so that flux is kept. ``standardised`` subtracts an offset, divides by a span and makes no
assumption on the noise but that its mean is zero.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network.heads import Parts
from napari_unveil.recipes.losses import poisson_with_cells
from napari_unveil.tensors import ImageBatch, Tensor

EstimateName = Literal["rate", "standardised"]

SMOOTHING = (1, 4, 6, 4, 1)
REACH_PX = len(SMOOTHING) // 2
"""Pixels that the surroundings of a pixel reach in each direction."""

FLOOR_PHOTONS = 0.02
"""Light of empty surroundings, to have something that a factor can change."""

TRUSTED_PHOTONS = 30.0
"""In so bright surroundings a pixel counts as much as these: its counting noise is 20 %, a peak may be much steeper."""

LARGEST_LOG_FACTOR = 8.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Photons in, expected photons out.

    Parameters
    ----------
    ratio
        Photons of the target for each photon of the input: the ratio of exposures.
    """

    ratio: float = 1.0

    def predict(self, network: nn.Module, frames: ImageBatch, photon: float, precision: torch.dtype) -> ImageBatch:
        """Estimates (batch, 1, y, x) of ``frames``, both in a unit in which one photon is ``photon``."""
        photons = frames / photon
        logits: Tensor = network((torch.asinh(photons) / 2).to(precision)).float()
        factors = torch.exp(logits.clamp(-LARGEST_LOG_FACTOR, LARGEST_LOG_FACTOR))
        return (guess(photons) + FLOOR_PHOTONS) * factors * photon

    def loss(self, estimates: ImageBatch, inputs: ImageBatch, targets: ImageBatch, photon: float) -> Tensor:
        """Poisson deviance of the targets, of pixels and of sums over cells; NaN pixels of a target do not count."""
        valid = torch.isfinite(targets).to(inputs.dtype)
        scale = self.ratio / photon
        counted = torch.nan_to_num(targets, nan=0.0) / photon
        expected = scale * estimates
        return poisson_with_cells(Parts(expected, expected), Parts(counted, scale * inputs - counted), valid)


@dataclass(frozen=True, slots=True)
class Standardised:
    """Values less an offset over a span, in and out.

    Parameters
    ----------
    offset, span
        Mean and standard deviation of what a network was trained on, in the unit of the frames.
    """

    offset: float = 0.0
    span: float = 1.0

    def predict(self, network: nn.Module, frames: ImageBatch, photon: float, precision: torch.dtype) -> ImageBatch:
        """Estimates (batch, 1, y, x) of ``frames``."""
        del photon
        estimate: Tensor = network(((frames - self.offset) / self.span).to(precision)).float()
        return estimate * self.span + self.offset

    def loss(self, estimates: ImageBatch, inputs: ImageBatch, targets: ImageBatch, photon: float) -> Tensor:
        """Mean squared error in square spans; NaN pixels of a target do not count."""
        del inputs, photon
        valid = torch.isfinite(targets).to(estimates.dtype)
        errors = (estimates - torch.nan_to_num(targets, nan=0.0)) / self.span
        return (errors**2 * valid).sum() / valid.sum().clamp(min=1)


def guess(photons: ImageBatch) -> ImageBatch:
    """What a network changes by factors: the light around a pixel in the dark, the pixel itself in bright places.

    ``s + (x - s) s / (s + 30)`` with x the photons of the pixel and s those of its surroundings.
    """
    around = surroundings(photons)
    return around + (photons.clamp(min=0) - around) * around / (around + TRUSTED_PHOTONS)


def surroundings(photons: ImageBatch) -> ImageBatch:
    """Weighted mean of 5 x 5 pixels (binomial weights), never negative; at a border the last pixel is repeated."""
    weights = torch.tensor(SMOOTHING, dtype=photons.dtype, device=photons.device) / sum(SMOOTHING)
    framed = functional.pad(photons, (REACH_PX,) * 4, mode="replicate")
    rows = functional.conv2d(framed, weights.view(1, 1, 1, -1))
    return functional.conv2d(rows, weights.view(1, 1, -1, 1)).clamp(min=0)
