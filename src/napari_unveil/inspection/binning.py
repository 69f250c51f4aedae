"""Pixels sorted into bins once, for many images of one shape: an image (y, x) goes in, a Profile comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.inspection.pieces import pieces
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.network.error_bars import variance_of_sum
from napari_unveil.types import Frame, Mask


@dataclass(frozen=True, slots=True)
class Profile:
    """Intensity along one coordinate; all arrays of shape (n,).

    Parameters
    ----------
    position
        Mean coordinate of the bin's pixels, valid or not: a distance in pixels, or q in 1/nm.
    mean
        Mean intensity, in the unit of the frame; NaN where no pixel is valid.
    standard_error
        Standard error of the mean, from the spread of the pixels; NaN where fewer than two are valid.
    pixels
        Number of valid pixels.
    separation_error
        Standard error of the mean that comes from the separation, where the frame is its signal: from the standard
        errors of the pixels and their correlation; NaN where none is known. None: it is no signal, or nothing is known.
    """

    position: NDArray[np.float64]
    mean: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    pixels: NDArray[np.int64]
    separation_error: NDArray[np.float64] | None = None

    @property
    def error(self) -> NDArray[np.float64]:
        """Both standard errors in quadrature, or the one that is known.

        A little too large rather than too small: the pixels scatter by the errors of the separation as well.
        """
        if self.separation_error is None:
            return self.standard_error
        both = np.stack([self.standard_error, self.separation_error])
        return np.where(np.isnan(both).all(axis=0), np.nan, np.sqrt(np.nansum(both**2, axis=0)))


@dataclass(frozen=True, slots=True, eq=False)
class Binning:
    """Which pixels count in which bin.

    Parameters
    ----------
    shape
        Of the frames (y, x).
    pixels
        Shape (n,): places in the flattened frame of the pixels that count; None: all of them, in order.
    bins
        Shape (n,): the bin of each, from 0; every bin has at least one pixel.
    position
        Shape (bin,): mean coordinate of the pixels of each bin.
    sizes
        Shape (bin,): number of pixels in each bin.
    """

    shape: tuple[int, int]
    pixels: NDArray[np.int64] | None
    bins: NDArray[np.int64]
    position: NDArray[np.float64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(
        cls, coordinate: NDArray[np.float64], numbers: NDArray[np.int64], *, inside: Mask | None = None
    ) -> "Binning":
        """Sort pixels by the number of their bin; numbers that no pixel has are left out.

        Parameters
        ----------
        coordinate
            Shape (y, x): where each pixel lies.
        numbers
            Shape (y, x): any integers.
        inside
            Shape (y, x): the pixels that count; at least one.
        """
        pixels = None if inside is None else np.flatnonzero(inside)
        of_pixel, where = numbers.ravel(), coordinate.ravel()
        if pixels is not None:
            of_pixel, where = of_pixel[pixels], where[pixels]
        of_pixel = of_pixel - of_pixel.min()
        present = np.bincount(of_pixel)
        seen = present > 0
        position = np.bincount(of_pixel, where)[seen] / present[seen]
        if not seen.all():
            of_pixel = (np.cumsum(seen) - 1)[of_pixel]
        rows, columns = coordinate.shape
        return cls((rows, columns), pixels, of_pixel, position, present[seen])

    def profile(self, image: Frame, *, error: PixelErrors | None = None) -> Profile:
        """Mean and standard error in every bin.

        Parameters
        ----------
        image
            Shape (y, x), any unit; NaN where masked.
        error
            Standard error of each pixel of a signal, from its separation, of the same shape.

        Raises
        ------
        Refused
            When an image has another shape than the frames.
        """
        values = self._values(image)
        valid, bins = np.isfinite(values), self.position.size
        count = self.sizes - np.bincount(self.bins[~valid], minlength=bins)
        total, squares = np.zeros((2, bins))
        for piece in pieces(values.size):
            total += np.bincount(self.bins[piece], np.where(valid[piece], values[piece], 0.0), bins)
        mean = _ratio(total, count)
        for piece in pieces(values.size):
            deviation = np.where(valid[piece], values[piece] - mean.take(self.bins[piece]), 0.0)
            squares += np.bincount(self.bins[piece], deviation * deviation, bins)
        standard_error = np.sqrt(_ratio(_ratio(squares, count - 1), count))
        separation_error = None if error is None else self._error_of_mean(error, valid)
        return Profile(self.position, mean, standard_error, count, separation_error)

    def _error_of_mean(self, error: PixelErrors, valid: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Standard error of the sum over number, over the pixels that are valid and have an error."""
        errors, bins = self._values(error.independent), self.position.size
        alike = errors if error.common is None else self._values(error.common)
        known = valid & np.isfinite(errors)
        count = self.sizes - np.bincount(self.bins[~known], minlength=bins)
        squares, total = np.zeros((2, bins))
        for piece in pieces(errors.size):
            each = np.where(known[piece], errors[piece], 0.0)
            squares += np.bincount(self.bins[piece], each * each, bins)
            if error.correlation > 0:
                total += np.bincount(self.bins[piece], np.where(known[piece], alike[piece], 0.0), bins)
        return _ratio(np.sqrt(variance_of_sum(squares, total, error.correlation)), count)

    def _values(self, image: Frame) -> Frame:
        """The pixels of an image that count, shape (n,)."""
        if image.shape != self.shape:
            raise Refused(
                found=f"the image has shape {image.shape}, the profile is laid out for {self.shape}",
                needed="one shape (y, x)",
                remedy="choose images of one detector",
            )
        return image.ravel() if self.pixels is None else image.ravel()[self.pixels]


def _ratio(total: NDArray[np.floating] | NDArray[np.integer], count: NDArray[np.integer]) -> NDArray[np.float64]:
    quotient = np.full(total.shape, np.nan)
    np.divide(total, count, where=count > 0, out=quotient)
    return quotient
