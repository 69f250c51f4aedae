"""Sums over regions of a frame, with their errors: polygons (y, x) and images go in, numbers come out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.masking import polygon_mask
from napari_unveil.network.error_bars import variance_of_sum
from napari_unveil.types import Frame, Mask

COUNTING, SCATTER, BOTH = "counting statistics", "pixel scatter", "counting statistics + pixel scatter"
SEPARATED = {origin: f"{origin} + separation" for origin in (COUNTING, SCATTER)}
"""Where the error of a signal comes from when the separation says how uncertain each pixel is."""


@dataclass(frozen=True, slots=True)
class RegionSum:
    """What one region holds of one image.

    Parameters
    ----------
    pixels
        Number of valid pixels.
    total, total_error
        Sum and its standard error, in the unit of the image; NaN where it is not known.
    origin
        Where the error comes from: :data:`COUNTING`, :data:`SCATTER` or :data:`BOTH`, or one of :data:`SEPARATED`.
    separation_error
        The part of ``total_error`` that comes from the separation; NaN where it is not known.
    """

    pixels: int
    total: float
    total_error: float
    origin: str
    separation_error: float = math.nan

    @property
    def mean(self) -> float:
        """Mean of the pixels; NaN without any."""
        return self.total / self.pixels if self.pixels else math.nan

    @property
    def mean_error(self) -> float:
        """Standard error of the mean; NaN without pixels."""
        return self.total_error / self.pixels if self.pixels else math.nan


def region_of(corners_yx: NDArray[np.floating], shape: tuple[int, int]) -> Mask:
    """The pixels (y, x) of a frame of ``shape`` whose centres lie in a polygon; True = inside.

    Parameters
    ----------
    corners_yx
        Shape (corner, 2), in pixels from the centre of pixel [0, 0].

    Raises
    ------
    Refused
        When no pixel lies inside.
    """
    inside = polygon_mask(corners_yx, shape=shape)
    if not inside.any():
        raise Refused(
            found="a region without a pixel of the frame",
            needed="regions that meet the frame",
            remedy="move it, draw a larger one or delete it",
        )
    return inside


def sum_with_counting(signal: Frame, region: Mask, *, one_photon: float) -> RegionSum:
    """Sum of a signal of photons; its variance is its number of photons times the square of one.

    Where the sum holds less than one photon, the error is that of one: a count of 0 is no exact number. The
    error is that of the photons alone, not of the separation.

    Parameters
    ----------
    signal
        Shape (y, x); NaN where masked.
    region
        Shape (y, x); True = inside.
    one_photon
        What a photon adds to a pixel, in the unit of the signal.
    """
    values = _values(signal, region)
    total = float(values.sum())
    return RegionSum(values.size, total, one_photon * math.sqrt(max(total / one_photon, 1.0)), COUNTING)


def sum_with_scatter(image: Frame, region: Mask) -> RegionSum:
    """Sum of independent pixels of one distribution, such as hits that are spread evenly.

    The variance is the number of pixels times the variance between them; where the image has structure in
    the region, the error is too large.
    """
    values = _values(image, region)
    error = math.sqrt(values.size * float(values.var(ddof=1))) if values.size > 1 else math.nan
    return RegionSum(values.size, float(values.sum()), error, SCATTER)


def with_separation(sums: RegionSum, error: PixelErrors, region: Mask) -> RegionSum:
    """The sum of a signal with what its separation adds to the error, in quadrature.

    Parameters
    ----------
    error
        Of the separation, in each pixel (y, x).
    region
        Shape (y, x); True = inside.
    """
    squares, total = np.square(_values(error.independent, region)).sum(), _values(error.alike, region).sum()
    of_separation = math.sqrt(float(variance_of_sum(squares, total, error.correlation)))
    total_error = math.hypot(sums.total_error, of_separation)
    return replace(sums, total_error=total_error, origin=SEPARATED[sums.origin], separation_error=of_separation)


def region_sums(
    images: Mapping[str, Frame], region: Mask, *, one_photon: float | None, error: PixelErrors | None = None
) -> dict[str, RegionSum]:
    """Sums over one region of ``input`` and, where they are there, ``signal`` and ``noise``.

    With the value of a photon, the signal has an error from counting and the noise one from its pixels, whose
    hits have all energies; the input has both, added in quadrature. Otherwise all are from the pixels. ``error``,
    that of the signal in each pixel (y, x) from its separation, is added to that of the signal.
    """
    sums = {name: sum_with_scatter(image, region) for name, image in images.items()}
    if one_photon is not None and "signal" in sums:
        sums["signal"] = sum_with_counting(images["signal"], region, one_photon=one_photon)
        if "noise" in sums and "input" in sums:
            both = math.hypot(sums["signal"].total_error, sums["noise"].total_error)
            sums["input"] = RegionSum(sums["input"].pixels, sums["input"].total, both, BOTH)
    if error is not None and "signal" in sums:
        sums["signal"] = with_separation(sums["signal"], error, region)
    return sums


def _values(image: Frame, region: Mask) -> NDArray[np.float64]:
    values = image[region].astype(np.float64)
    return np.asarray(values[np.isfinite(values)])
