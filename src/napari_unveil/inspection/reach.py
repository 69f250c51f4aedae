"""Lowest usable intensity: estimated and expected frames (y, x) go in, one intensity comes out."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napari_unveil.inspection.cells import cell_means
from napari_unveil.types import Frame

LARGEST_RELATIVE_ERROR = 0.2
BINS_PER_DECADE = 10
LEAST_CELLS = 10
DECADES = (-6, 9)
BIN_EDGES = np.logspace(*DECADES, (DECADES[1] - DECADES[0]) * BINS_PER_DECADE + 1)


def _none() -> NDArray[np.int64]:
    return np.zeros(BIN_EDGES.size - 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many 8 x 8 cells of every expected intensity were seen, and how many are right; ``+`` pools.

    A cell is right where ``abs(mean estimate - mean expected) <= 0.2 * mean expected``, and the (lower)
    median relative error of a bin is at most 0.2 exactly when half of its cells are right: two counts a bin
    are enough.
    """

    cells: NDArray[np.int64] = field(default_factory=_none)
    right: NDArray[np.int64] = field(default_factory=_none)

    @classmethod
    def of(cls, estimate: Frame, expected: Frame) -> "Reach":
        """Count the cells of one frame.

        Parameters
        ----------
        estimate
            Shape (y, x); NaN where masked.
        expected
            Shape (y, x), same unit: the mean over infinitely many exposures.
        """
        valid = np.isfinite(estimate) & np.isfinite(expected)
        of_estimate = cell_means(np.where(valid, estimate, np.nan))
        of_expected = cell_means(np.where(valid, expected, np.nan))
        seen = of_expected > 0  # NaN compares as False
        wanted, found = of_expected[seen], of_estimate[seen]
        close = np.abs(found - wanted) <= LARGEST_RELATIVE_ERROR * wanted
        return cls(_counted(wanted), _counted(wanted[close]))

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(self.cells + other.cells, self.right + other.right)

    @property
    def lowest_usable(self) -> float | None:
        """Lower edge of the lowest bin from which up the median relative error stays within 20 %.

        In the unit of the frames, per pixel. ``inf`` where even the brightest bin fails, None where no bin
        has 10 cells; bins with fewer are passed over.
        """
        lowest: float | None = None
        for index in np.flatnonzero(self.cells >= LEAST_CELLS)[::-1]:
            if 2 * self.right[index] < self.cells[index]:
                return math.inf if lowest is None else lowest
            lowest = float(BIN_EDGES[index])
        return lowest


def _counted(intensities: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.histogram(intensities, BIN_EDGES)[0].astype(np.int64)
