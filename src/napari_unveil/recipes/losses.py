"""Losses between a predicted and a true pair of signal and noise, all scaled, all (batch, 1, y, x).

``valid`` is 1 where a pixel counts and 0 where it is excluded.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from napari_unveil.recipes.settings import LossName
from napari_unveil.tensors import ImageBatch, Tensor

FLOOR_PHOTONS = 0.05
"""Added to estimate and target before the logarithm: about the readout noise, so that empty pixels stay finite."""

NOISE_WEIGHT = 0.1
"""Share of the robust noise term in the Poisson loss."""


@dataclass(frozen=True, slots=True)
class ScaledPair:
    """Signal and noise on the network's scale."""

    signal: ImageBatch
    noise: ImageBatch


def mae(predicted: ScaledPair, true: ScaledPair, valid: ImageBatch) -> Tensor:
    """Published: MAE(n) + MAE(s). Its optimum is the median."""
    return _mean((predicted.signal - true.signal).abs() + (predicted.noise - true.noise).abs(), valid)


def poisson(predicted: ScaledPair, true: ScaledPair, valid: ImageBatch) -> Tensor:
    """Poisson deviance of the signal in photons, plus a little MAE of asinh(noise).

    ``D = p - t - t ln(p / t)`` with p and t the predicted and measured photons, each raised by a floor; it is
    linear in t up to a constant, so its optimum is the mean of t: weak flux under hits is kept.
    """
    p = predicted.signal.clamp(min=0) + FLOOR_PHOTONS
    t = true.signal + FLOOR_PHOTONS
    least = t.clamp(min=FLOOR_PHOTONS)
    deviance = p - least - t * torch.log(p / least)
    noise = (torch.asinh(predicted.noise) - torch.asinh(true.noise)).abs()
    return _mean(deviance + NOISE_WEIGHT * noise, valid)


LOSSES: dict[LossName, Callable[[ScaledPair, ScaledPair, ImageBatch], Tensor]] = {
    "mae": mae,
    "poisson": poisson,
}


def _mean(values: Tensor, valid: ImageBatch) -> Tensor:
    return (values * valid).sum() / valid.sum().clamp(min=1)
