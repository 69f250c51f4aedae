"""How far one exposure of a scene lies from another: two frames (y, x) enter, a shift leaves."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.types import Frame, Mask

TOLERATED_SHIFT_PX = 0.5
PARTS_OF_A_PIXEL = 20
"""Shifts are found to this fraction of a pixel."""
LOCAL_PX, SMOOTHING_PX = 8.0, 1.0
"""Only structure between these widths counts: wider one is the same in every frame, narrower one is noise."""
CLEAR_PEAK = 6.0
"""Height of the correlation at the shift, in standard deviations of all its values, from which on it is believed."""
MEDIAN_OF_NORMAL = 0.6745
"""Median of the absolute value of a standard normal variable."""
LEAST_OVERLAP = 0.01
"""Where the windows of two images have less than this share in common, it is taken for this."""
ISOLATED_FACTOR, ISOLATED_PHOTONS = 2.0, 5.0
"""A pixel sticks out by so many times its second-brightest neighbour, and so many photons more."""
NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.bool_)


@dataclass(frozen=True, slots=True)
class Shift:
    """Of one pair: y and x in pixels, and the standard error of either."""

    yx: tuple[float, float]
    error_px: float

    @property
    def distance_px(self) -> float:
        """Length of the shift."""
        return math.hypot(*self.yx)

    @property
    def is_too_large(self) -> bool:
        """Whether it is more than half a pixel beyond doubt."""
        return self.distance_px > TOLERATED_SHIFT_PX + 2 * self.error_px


def shift_between(low: Frame, high: Frame, *, one_photon: float | None = None) -> Shift | None:
    """How far ``high`` (y, x) lies from ``low`` (y, x); None where nothing stands out in both.

    Both are brought to the scale on which counting noise is the same everywhere (F. J. Anscombe, Biometrika 35, 1948:
    ``2 sqrt(n + 3/8)``), their local mean is taken off, and the maximum of their cross-correlation is found. What
    belongs to the detector would be found at no shift at all, whatever the scene does, so it is left out: pixels
    missing in either frame, pixels that stick out of their neighbours at the same place in both, and everything wider
    than the local mean. Narrow peaks of the scene that are at different places in the two frames remain.

    The error is the width of the structure over the height of the correlation in its own standard deviations.

    Parameters
    ----------
    low, high
        Frames of one unit; NaN where masked.
    one_photon
        What a photon adds to a pixel; None: the median of the positive values stands in for it.
    """
    from skimage.registration import phase_cross_correlation

    photons = [_in_photons(frame, one_photon) for frame in (low, high)]
    missing = ~np.isfinite(low) | ~np.isfinite(high)
    fixed = _sticks_out(photons[0]) & _sticks_out(photons[1])
    one, other = (_structure(image, valid=~(missing | fixed)) for image in photons)
    clearness = _clearness(one, other)
    if clearness < CLEAR_PEAK:
        return None
    back, *_ = phase_cross_correlation(one, other, normalization=None, upsample_factor=PARTS_OF_A_PIXEL)
    return Shift((-float(back[0]), -float(back[1])), LOCAL_PX / 2 / clearness)


def _in_photons(frame: Frame, one_photon: float | None) -> NDArray[np.float64]:
    """The frame without negative and missing values, counted in photons or in a typical value."""
    values = np.clip(np.nan_to_num(frame.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0), 0, None)
    positive = values[values > 0]
    typical = float(np.median(positive)) if positive.size else 1.0
    return np.asarray(values / (one_photon or typical))


def _sticks_out(photons: NDArray[np.float64]) -> Mask:
    second = ndimage.rank_filter(photons, -2, footprint=NEIGHBOURS, mode="nearest")
    return np.asarray(photons > ISOLATED_FACTOR * second + ISOLATED_PHOTONS)


def _structure(photons: NDArray[np.float64], *, valid: Mask) -> NDArray[np.float64]:
    """What stands out of its surroundings, 0 where not valid, fading out towards the edges of the frame."""
    stable, weight = 2 * np.sqrt(photons + 3 / 8), valid.astype(np.float64)
    local_weight = ndimage.gaussian_filter(weight, LOCAL_PX, mode="constant")
    local = ndimage.gaussian_filter(stable * weight, LOCAL_PX, mode="constant") / np.maximum(local_weight, 1e-9)
    smooth = ndimage.gaussian_filter((stable - local) * weight, SMOOTHING_PX, mode="constant")
    return np.asarray((smooth - smooth.mean()) * _window(photons.shape))


def _window(shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.outer(*(np.hanning(side) for side in shape))


def _clearness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Maximum of the correlation, in standard deviations of the correlation of noise at that shift.

    The standard deviation goes with the root of what the windows of both images have in common at a shift; it is taken
    from the median, since the scene correlates with other places of itself at some shifts.
    """
    correlation, square = _correlated(one, other), _window(one.shape) ** 2
    common = _correlated(square, square)
    in_deviations = correlation / np.sqrt(np.maximum(common, LEAST_OVERLAP * common.max()))
    scatter = float(np.median(np.abs(in_deviations))) / MEDIAN_OF_NORMAL
    return float(in_deviations.ravel()[correlation.argmax()]) / scatter if scatter else 0.0


def _correlated(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fft.irfft2(np.fft.rfft2(one) * np.conj(np.fft.rfft2(other)), s=one.shape)
