"""How much parts of a frame scatter at a given brightness: parts (part, y, x) enter, a straight line leaves.

The variance of a detector pixel is that of its readout plus one proportional to its signal (Janesick, Photon Transfer,
SPIE 2007); both are read off the parts themselves, in cells of pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Frames

CELL_PX = 8


@dataclass(frozen=True, slots=True)
class Scatter:
    """Variance of a pixel of one part.

    Parameters
    ----------
    constant
        Of a dark pixel, unit of the parts squared.
    per_value
        What each unit of brightness adds, in the unit of the parts.
    """

    constant: float
    per_value: float

    def variance(self, mean: NDArray[np.float64]) -> NDArray[np.float64]:
        """Variance of pixels of this mean."""
        return self.constant + self.per_value * np.maximum(mean, 0)

    def sigmas(self, value: NDArray[np.float64], mean: NDArray[np.float64], *, parts: int) -> NDArray[np.float64]:
        """How far means over ``parts`` lie above an expected ``mean``, in standard deviations.

        The difference of both under the generalised transform of Anscombe (Murtagh, Starck and Bijaoui, Astron.
        Astrophys. Suppl. 112, 179, 1995), which holds down to single photons.
        """
        photon = self.per_value / parts
        scale = sum(
            np.sqrt(self.variance(each) / parts + 3 / 8 * photon**2 + np.finfo(float).tiny) for each in (value, mean)
        )
        return np.asarray(2 * (value - mean) / scale)


def scatter_between(parts: Frames) -> Scatter:
    """Fit the variance between parts (part, y, x) over their mean; pixels that are NaN in one are left out."""
    variance = cell_means(parts.var(axis=0, ddof=1, dtype=np.float64))
    mean = np.maximum(cell_means(parts.mean(axis=0, dtype=np.float64)), 0)
    there = np.isfinite(variance) & np.isfinite(mean)
    if there.sum() < 2:
        return Scatter(float(np.nanmean(variance)) if there.any() else 0.0, 0.0)
    mean, variance = mean[there], variance[there]
    weight = 1 / (mean + np.median(mean) + np.finfo(float).tiny)
    slope, constant = np.polyfit(mean, variance, 1, w=weight) if np.ptp(mean) > 0 else (0.0, variance.mean())
    if constant < 0:
        slope, constant = float((weight * variance).sum() / (weight * mean).sum()), 0.0
    return Scatter(float(max(constant, 0)), float(max(slope, 0))) if slope > 0 else Scatter(float(variance.mean()), 0.0)


def cell_means(image: NDArray[np.float64], *, side: int = CELL_PX) -> NDArray[np.float64]:
    """Mean over cells of ``side`` by ``side`` pixels of an image (y, x); NaN where less than half of one is there."""
    rows, columns = (size // side for size in image.shape)
    cells = image[: rows * side, : columns * side].reshape(rows, side, columns, side)
    count = np.isfinite(cells).sum(axis=(1, 3))
    total = np.where(np.isfinite(cells), cells, 0).sum(axis=(1, 3))
    return np.where(count >= side**2 / 2, total / np.maximum(count, 1), np.nan)
