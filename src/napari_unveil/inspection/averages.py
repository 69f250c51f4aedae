"""The mean of many frames with its errors, and the histogram of their pixels, gathered one frame at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.inspection.histograms import Bins
from napari_unveil.inspection.pixel_errors import PixelErrors
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
        return _over_count(self.total, self.count)


def error_of_mean(squares: FrameSum, total: FrameSum, correlation: float) -> PixelErrors:
    """Errors of a mean of frames, from the sum of the standard errors and that of their squares in each pixel.

    Errors of two frames are taken to be correlated like those of two pixels of one: frames of one beamtime look alike,
    and what a model takes for noise in one it takes for noise in the next. Where shots differ, that is too careful.
    """
    return PixelErrors(_over_count(np.sqrt(squares.total), squares.count), correlation, total.mean)


def histogram(frame: Frame) -> NDArray[np.int64]:
    """Count the valid pixels of a frame (y, x) between ``HISTOGRAM_EDGES``.

    Values beyond the edges count in the outermost bins. The counts of several frames add up.
    """
    return HISTOGRAM_BINS.count(frame)


def _over_count(total: NDArray[np.float64], count: NDArray[np.int64]) -> Frame:
    mean = np.full(total.shape, np.nan)
    np.divide(total, count, where=count > 0, out=mean)
    return mean.astype(np.float32)
