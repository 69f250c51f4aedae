"""A peak within a region of a frame: pixels (y, x) enter; place, width, amplitude, their errors and the SRBR leave."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

MOST_PIXELS = 40_000
"""Pixels of the largest region that is fitted: a peak takes a small part of a frame."""
PIXELS_PER_NUMBER = 3
NUMBERS = 8
"""What is fitted: amplitude, y, x, the logarithms of two widths, and the plane."""

MOST_STEPS = 60
"""A fit to a peak takes 5 to 20; one without a peak wanders."""

SEARCH_PX = 2.0
"""Smoothing with which the highest place is searched for."""
LEAST_WIDTH_PX = 0.4
SIGNIFICANCE = 5.0
"""A peak is one whose amplitude is so many times its error: of the many places that noise has, one is 3 or 4 high."""

BEYOND_WIDTHS = 3.0
"""From so many widths off the centre on a pixel is background: the peak has 1 % of its height there."""
LEAST_BACKGROUND_PIXELS = 16


@dataclass(frozen=True, slots=True)
class Peak:
    """A Gaussian on a plane, ``A exp(-((y - y0) / wy)^2 / 2 - ((x - x0) / wx)^2 / 2) + b + by y + bx x``.

    Standard errors are those of White (Econometrica 48, 817, 1980) in the form HC3, from the residual of each pixel:
    they hold where the noise differs from pixel to pixel, as counting noise does, and take pixels to be independent.
    Those of an image that a network or a filter has smoothed are too small.

    Parameters
    ----------
    centre_yx, centre_error_yx
        Place in pixels; 0 is the middle of the first pixel.
    width_yx, width_error_yx
        Standard deviation along y and along x, in pixels; that of a tilted peak holds a part of the other.
    amplitude, amplitude_error
        Height above the background, in the unit of the frame per pixel.
    total, total_error
        Sum of the peak without its background, ``2 pi A wy wx``, in the unit of the frame.
    background
        Of the plane at the centre, in the unit of the frame per pixel.
    srbr
        Signal to residual background, see :func:`fit_peak`; NaN where too little of the region is background.
    """

    centre_yx: tuple[float, float]
    centre_error_yx: tuple[float, float]
    width_yx: tuple[float, float]
    width_error_yx: tuple[float, float]
    amplitude: float
    amplitude_error: float
    total: float
    total_error: float
    background: float
    srbr: float


def fit_peak(image: Frame, region: Mask) -> Peak:
    """Fit the peak around the highest place of a region, all pixels of equal weight.

    The signal-to-residual-background ratio is the figure of merit of Oppliger et al. (Nature Machine Intelligence 6,
    180-186, 2024, doi 10.1038/s42256-024-00790-1). Here it is::

        SRBR = A / s

    with ``A`` the fitted amplitude and ``s`` the standard deviation of ``image - fit`` over the pixels of the region
    that are more than three widths off the centre, ``((y - y0) / wy)^2 + ((x - x0) / wx)^2 > 9``: what is left of the
    background when its plane is taken off. It has no unit, and it does not change when a frame is multiplied by a
    number. Compare values of the same region only.

    Parameters
    ----------
    image
        Shape (y, x); NaN where masked.
    region
        Shape (y, x); True = inside.

    Raises
    ------
    Refused
        When the region has too few or too many valid pixels, or nothing in it stands out as a peak.
    """
    y, x = (places.astype(np.float64) for places in np.nonzero(region & np.isfinite(image)))
    _refuse_size(y.size)
    values = image[y.astype(int), x.astype(int)].astype(np.float64)
    middle = float(y.mean()), float(x.mean())
    places = np.stack([y - middle[0], x - middle[1]])
    scale = float(values.std()) or 1.0
    numbers, residuals, slopes = _fitted(places, values / scale, _start(image, region, middle, scale))
    covariance = _covariance(slopes, residuals)
    errors = np.sqrt(np.clip(np.diag(covariance), 0, None))
    _refuse_no_peak(numbers, errors, places)
    a, y0, x0 = (float(number) for number in numbers[:3])
    wy, wx = (math.exp(number) for number in numbers[3:5])
    of_total = np.array([1 / a, 0, 0, 1, 1, 0, 0, 0])
    total = 2 * math.pi * a * wy * wx * scale
    return Peak(
        centre_yx=(y0 + middle[0], x0 + middle[1]),
        centre_error_yx=(float(errors[1]), float(errors[2])),
        width_yx=(wy, wx),
        width_error_yx=(wy * float(errors[3]), wx * float(errors[4])),
        amplitude=a * scale,
        amplitude_error=float(errors[0]) * scale,
        total=total,
        total_error=total * math.sqrt(max(float(of_total @ covariance @ of_total), 0.0)),
        background=float(numbers[5:] @ (1, y0, x0)) * scale,
        srbr=_srbr(a, residuals, _distance(numbers, places)),
    )


def _refuse_size(pixels: int) -> None:
    if not PIXELS_PER_NUMBER * NUMBERS <= pixels <= MOST_PIXELS:
        raise Refused(
            found=f"a region of {pixels:,} valid pixels",
            needed=f"{PIXELS_PER_NUMBER * NUMBERS} to {MOST_PIXELS:,} around one peak",
            remedy="draw the region around the peak and some background",
        )


def _start(image: Frame, region: Mask, middle: tuple[float, float], scale: float) -> NDArray[np.float64]:
    """Numbers to begin with: the highest place of the smoothed region, as wide as what is higher than half of it."""
    rows, columns = (slice(int(place.min()), int(place.max()) + 1) for place in np.nonzero(region))
    valid = region[rows, columns] & np.isfinite(image[rows, columns])
    values = np.where(valid, image[rows, columns], 0.0).astype(np.float64) / scale
    level = float(np.median(values[valid]))
    weight = ndimage.gaussian_filter(valid.astype(np.float64), SEARCH_PX, mode="constant")
    smooth = ndimage.gaussian_filter(np.where(valid, values - level, 0.0), SEARCH_PX, mode="constant")
    height = np.where(valid, smooth / np.maximum(weight, 0.1), -np.inf)
    top = np.unravel_index(int(height.argmax()), height.shape)
    around, _ = ndimage.label(height > height[top] / 2)
    area = np.count_nonzero(around == around[top])
    width = max(math.sqrt(max(area / (2 * math.pi * math.log(2)) - SEARCH_PX**2, 0)), 1.0)
    place = top[0] + rows.start - middle[0], top[1] + columns.start - middle[1]
    return np.array([max(float(height[top]), 1e-3), *place, math.log(width), math.log(width), level, 0.0, 0.0])


def _fitted(
    places: NDArray[np.float64], values: NDArray[np.float64], start: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Numbers, residuals (pixel) and slopes (pixel, number) of the least squares."""
    from scipy.optimize import least_squares

    found = least_squares(
        lambda numbers: _model(numbers, places) - values,
        start,
        jac=lambda numbers: _slopes(numbers, places),
        method="lm",
        max_nfev=MOST_STEPS,
    )
    if not found.success:
        raise _no_peak("the fit does not come to an end")
    return found.x, -found.fun, found.jac


def _model(numbers: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    plane = numbers[5] + numbers[6] * places[0] + numbers[7] * places[1]
    return np.asarray(numbers[0] * np.exp(-_distance(numbers, places) / 2) + plane)


def _slopes(numbers: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    shape = np.exp(-_distance(numbers, places) / 2)
    wy, wx = np.exp(numbers[3:5])
    dy, dx = (places[0] - numbers[1]) / wy, (places[1] - numbers[2]) / wx
    peak = numbers[0] * shape
    columns = (shape, peak * dy / wy, peak * dx / wx, peak * dy**2, peak * dx**2)
    return np.stack([*columns, np.ones_like(dy), *places], axis=1)


def _distance(numbers: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square of the distance from the centre, in widths."""
    wy, wx = np.exp(numbers[3:5])
    return np.asarray(((places[0] - numbers[1]) / wy) ** 2 + ((places[1] - numbers[2]) / wx) ** 2)


def _covariance(slopes: NDArray[np.float64], residuals: NDArray[np.float64]) -> NDArray[np.float64]:
    inverse = np.linalg.pinv(np.einsum("ij,ik->jk", slopes, slopes))
    leverage = np.einsum("ij,jk,ik->i", slopes, inverse, slopes)
    scores = slopes * (residuals / np.maximum(1 - leverage, 0.1))[:, None]
    return np.asarray(inverse @ np.einsum("ij,ik->jk", scores, scores) @ inverse)


def _refuse_no_peak(numbers: NDArray[np.float64], errors: NDArray[np.float64], places: NDArray[np.float64]) -> None:
    sides = np.ptp(places, axis=1) + 1
    if not (np.isfinite(numbers).all() and np.isfinite(errors).all()):
        raise _no_peak("the fit has no finite result")
    if numbers[0] <= SIGNIFICANCE * errors[0]:
        raise _no_peak("nothing stands out by five times its error")
    inside = (places.min(axis=1) <= numbers[1:3]) & (numbers[1:3] <= places.max(axis=1))
    widths = np.exp(numbers[3:5])
    if not inside.all() or (widths < LEAST_WIDTH_PX).any() or (widths > sides / 2).any():
        raise _no_peak("what stands out is a single pixel, wider than the region or beside it")


def _no_peak(found: str) -> Refused:
    return Refused(found=found, needed="a peak within the region", remedy="draw the region around a peak")


def _srbr(amplitude: float, residuals: NDArray[np.float64], distance: NDArray[np.float64]) -> float:
    background = residuals[distance > BEYOND_WIDTHS**2]
    if background.size < LEAST_BACKGROUND_PIXELS:
        return math.nan
    scatter = float(background.std())
    return amplitude / scatter if scatter else math.inf
