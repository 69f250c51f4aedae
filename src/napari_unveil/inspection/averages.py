"""The mean of many frames and the histogram of their pixels, gathered one frame at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.inspection.histograms import Bins
from napari_unveil.types import Frame

LINEAR_WIDTH = 0.1
LARGEST_VALUE = 1e7
BINS = 401
HISTOGRAM_EDGES = LINEAR_WIDTH * np.sinh(np.linspace(-1, 1, BINS + 1) * np.arcsinh(LARGEST_VALUE / LINEAR_WIDTH))
"""Narrow around 0, ever wider on both sides; the number of bins is odd, so that one of them holds 0."""
HISTOGRAM_BINS = Bins(HISTOGRAM_EDGES, lambda values: np.arcsinh(values / LINEAR_WIDTH))


@dataclass(frozen=True, slots=True)
class FrameSum:
    """Sum and number of valid values of every pixel, both (y, x); ``+`` joins frames of one shape."""

    total: NDArray[np.float64]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, frame: Frame) -> "FrameSum":
        """Begin with one frame (y, x); NaN where masked."""
        valid = np.isfinite(frame)
        return cls(np.where(valid, frame, 0.0).astype(np.float64), valid.astype(np.int64))

    def __add__(self, other: "FrameSum") -> "FrameSum":
        return FrameSum(self.total + other.total, self.count + other.count)

    @property
    def mean(self) -> Frame:
        """Shape (y, x); NaN where a pixel was never valid."""
        mean = np.full(self.total.shape, np.nan)
        np.divide(self.total, self.count, where=self.count > 0, out=mean)
        return mean.astype(np.float32)


def error_of_mean(squares: FrameSum) -> Frame:
    """Standard error (y, x) of a mean of independent frames, from the sum of the squares of their standard errors."""
    error = np.full(squares.total.shape, np.nan)
    np.divide(np.sqrt(squares.total), squares.count, where=squares.count > 0, out=error)
    return error.astype(np.float32)


def histogram(frame: Frame) -> NDArray[np.int64]:
    """Count the valid pixels of a frame (y, x) between ``HISTOGRAM_EDGES``.

    Values beyond the edges count in the outermost bins. The counts of several frames add up.
    """
    return HISTOGRAM_BINS.count(frame)
