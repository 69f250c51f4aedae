"""Losses between predicted and true signal and noise, all scaled, all (batch, 1, y, x).

``valid`` is 1 where a pixel counts and 0 where it is excluded.
"""

from collections.abc import Callable

import torch
from torch.nn import functional

from napari_unveil.network.heads import Parts
from napari_unveil.recipes.separation_settings import LossName
from napari_unveil.tensors import ImageBatch, Tensor

FLOOR_PHOTONS = 0.05
"""Added to estimate and target before the logarithm: about the readout noise, so that empty pixels stay finite."""

CELLS_PX = (8, 32)
"""Sides of the cells whose sums are held against each other as well, as an integration over q would see them."""

CELL_FLOOR_PHOTONS = 0.01
"""Like the floor, for each pixel of a cell: readout noise averages out."""

RELATIVE_ERROR = 0.03
"""Systematic relative error that is let pass: from 1000 photons on, counting noise alone would ask for more."""

VARIANCE_WEIGHT = 0.02
"""Share of the error bar's likelihood in the Poisson loss."""

LEAST_VARIANCE = 1e-4
"""Square photons; errors below a hundredth of a photon are of no interest."""


def mae(predicted: Parts, true: Parts, valid: ImageBatch) -> Tensor:
    """Published: MAE(n) + MAE(s). Its optimum is the median."""
    return _mean((predicted.signal - true.signal).abs() + (predicted.noise - true.noise).abs(), valid)


def poisson(predicted: Parts, true: Parts, valid: ImageBatch) -> Tensor:
    """Poisson deviance of the signal in photons, and the likelihood of the error bar.

    ``D = p - t - t ln(p / t)`` with p and t the predicted and measured photons, each raised by a floor; it is
    linear in t up to a constant, so its optimum is the mean of t: weak flux under hits is kept. The weight
    ``1 / (1 + e^2 x)``, with e the relative error that is let pass and x the photons of the frame, depends on the input
    alone and so does not move the optimum; without it bright frames would decide everything. The noise has no term of
    its own, since signal and noise add up to the frame; a robust one would draw the signal to its median.
    """
    terms = _deviance(predicted.signal, true.signal, true.signal + true.noise, FLOOR_PHOTONS)
    if predicted.variance is not None:
        terms = terms + VARIANCE_WEIGHT * _misfit(predicted.variance, (true.signal - predicted.signal).detach())
    return _mean(terms, valid)


def poisson_with_cells(predicted: Parts, true: Parts, valid: ImageBatch) -> Tensor:
    """:func:`poisson` of pixels, and the same deviance of the sums over cells.

    A bias that is the same all over a cell of side k counts k^2 times as much in the cell's sum as in a pixel; the
    cells' mean deviance is divided by k, so that it counts k times.
    """
    total = poisson(predicted, true, valid)
    frames = true.signal + true.noise
    for side in CELLS_PX:
        if side <= min(valid.shape[-2:]):
            p, t, x = (_cell_sums(image * valid, side) for image in (predicted.signal, true.signal, frames))
            pixels = _cell_sums(valid, side)
            floor = CELL_FLOOR_PHOTONS * pixels.clamp(min=1)
            total = total + _mean(_deviance(p, t, x, floor), (pixels > 0).to(p.dtype)) / side
    return total


LOSSES: dict[LossName, Callable[[Parts, Parts, ImageBatch], Tensor]] = {
    "mae": mae,
    "poisson": poisson,
    "poisson-cells": poisson_with_cells,
}


def _deviance(predicted: ImageBatch, true: ImageBatch, frames: ImageBatch, floor: float | Tensor) -> ImageBatch:
    p = predicted.clamp(min=0) + floor
    t = true + floor
    least = torch.maximum(t, torch.as_tensor(floor, dtype=t.dtype, device=t.device))
    return (p - least - t * torch.log(p / least)) / (1 + RELATIVE_ERROR**2 * frames.clamp(min=0))


def _cell_sums(images: ImageBatch, side: int) -> ImageBatch:
    return functional.avg_pool2d(images, side) * side**2


def _misfit(variance: ImageBatch, error: ImageBatch) -> Tensor:
    """Minus the log-likelihood of a Gaussian ``error``; its optimum is the mean square error.

    The error is a constant here: the estimate is judged by its own term.
    """
    kept = variance + LEAST_VARIANCE
    return (error**2 / kept + torch.log(kept / LEAST_VARIANCE)) / 2


def _mean(values: Tensor, valid: ImageBatch) -> Tensor:
    return (values * valid).sum() / valid.sum().clamp(min=1)
