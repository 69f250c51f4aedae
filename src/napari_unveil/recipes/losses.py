"""Losses between predicted and true signal and noise, all scaled, all (batch, 1, y, x).

``valid`` is 1 where a pixel counts and 0 where it is excluded.
"""

from collections.abc import Callable

import torch

from napari_unveil.network.heads import Parts
from napari_unveil.recipes.settings import LossName
from napari_unveil.tensors import ImageBatch, Tensor

FLOOR_PHOTONS = 0.05
"""Added to estimate and target before the logarithm: about the readout noise, so that empty pixels stay finite."""

VARIANCE_WEIGHT = 0.02
"""Share of the error bar's likelihood in the Poisson loss."""

LEAST_VARIANCE = 1e-4
"""Square photons; errors below a hundredth of a photon are of no interest."""


def mae(predicted: Parts, true: Parts, valid: ImageBatch) -> Tensor:
    """Published: MAE(n) + MAE(s). Its optimum is the median."""
    return _mean((predicted.signal - true.signal).abs() + (predicted.noise - true.noise).abs(), valid)


def poisson(predicted: Parts, true: Parts, valid: ImageBatch) -> Tensor:
    """Poisson deviance of the signal in photons, plus a little of the likelihood of the error bar.

    ``D = p - t - t ln(p / t)`` with p and t the predicted and measured photons, each raised by a floor; it is
    linear in t up to a constant, so its optimum is the mean of t: weak flux under hits is kept. The noise has no
    term of its own, since signal and noise add up to the frame; a robust one, even of a tenth of the weight, would draw
    the signal to its median, which under hits is 0 up to half a photon per pixel.
    """
    p = predicted.signal.clamp(min=0) + FLOOR_PHOTONS
    t = true.signal + FLOOR_PHOTONS
    least = t.clamp(min=FLOOR_PHOTONS)
    deviance = p - least - t * torch.log(p / least)
    terms = deviance
    if predicted.variance is not None:
        terms = deviance + VARIANCE_WEIGHT * _misfit(predicted.variance, (true.signal - predicted.signal).detach())
    return _mean(terms, valid)


LOSSES: dict[LossName, Callable[[Parts, Parts, ImageBatch], Tensor]] = {
    "mae": mae,
    "poisson": poisson,
}


def _misfit(variance: ImageBatch, error: ImageBatch) -> Tensor:
    """Minus the log-likelihood of a Gaussian ``error``; its optimum is the mean square error.

    The error is a constant here: the estimate is judged by its own term.
    """
    kept = variance + LEAST_VARIANCE
    return (error**2 / kept + torch.log(kept / LEAST_VARIANCE)) / 2


def _mean(values: Tensor, valid: ImageBatch) -> Tensor:
    return (values * valid).sum() / valid.sum().clamp(min=1)
