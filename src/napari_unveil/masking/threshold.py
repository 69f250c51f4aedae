"""Thresholds: an image (y, x) enters, a level in its unit or a mask leaves."""

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.masking.smoothing import smooth
from napari_unveil.masking.spread import robust_sigma
from napari_unveil.types import Frame, Mask

SPREADS_ABOVE_BACKGROUND = 5.0
"""How far above the background a smoothed pixel must lie to count as signal, in standard deviations."""

PIXELS_LOOKED_AT = 100_000
SHORTEST_HALF = 32


def suggest_threshold(image: Frame, *, smooth_px: float = 2.0) -> float:
    """Level that parts scattering from background: the background's mode plus five standard deviations.

    Both come from the dark end of the smoothed image alone, so neither the dynamic range of the scattering
    nor the area that it covers (up to about half of the frame) moves them: the mode is the half-sample mode
    (Bickel & Fruehwirth 2006), the spread the median distance of the pixels below it.

    Parameters
    ----------
    image
        Shape (y, x), or (module, y, x) for one level that fits all modules; any unit; usually a mean image.
    smooth_px
        Standard deviation of the smoothing in pixels; the same as in `signal_mask`.

    Returns
    -------
    float
        Threshold for the smoothed image, in its unit.

    Raises
    ------
    Refused
        When no pixel is finite.
    """
    smoothed = smooth(image, smooth_px=smooth_px)
    values = smoothed[np.isfinite(smoothed)]
    if values.size == 0:
        raise Refused(
            found="the image has no valid pixel",
            needed="a threshold is read off pixel values",
            remedy="choose other X-ray-only frames",
        )
    ascending = np.sort(values[:: _odd_step(values.size)].astype(np.float64))
    mode = _half_sample_mode(ascending)
    below = ascending[ascending < mode]
    spread = robust_sigma(below, around=mode) if below.size else 0.0
    return mode + SPREADS_ABOVE_BACKGROUND * spread


def threshold_mask(image: Frame, *, low: float | None = None, high: float | None = None) -> Mask:
    """Exclude the pixels below ``low`` or above ``high`` (either may be left out); NaN is not excluded here.

    Parameters
    ----------
    image
        Shape (y, x).
    low, high
        Limits in the unit of the image; pixels equal to a limit stay.

    Raises
    ------
    Refused
        When there is no limit, or ``low`` exceeds ``high``.
    """
    if low is None and high is None:
        raise Refused(
            found="neither a lower nor an upper limit is given",
            needed="at least one of them",
            remedy="give low, high or both",
        )
    least = -np.inf if low is None else low
    most = np.inf if high is None else high
    if least > most:
        raise Refused(
            found=f"the lower limit {least:g} is above the upper limit {most:g}",
            needed="low <= high",
            remedy="exchange them",
        )
    return np.asarray((image < least) | (image > most))


def band_mask(image: Frame, *, low: float, high: float) -> Mask:
    """Exclude the pixels of an image (y, x) from ``low`` to ``high``, both included; NaN is not excluded here.

    Raises
    ------
    Refused
        When ``low`` exceeds ``high``.
    """
    return np.asarray(~threshold_mask(image, low=low, high=high) & np.isfinite(image))


def _odd_step(size: int) -> int:
    """Stride over a flattened image; odd, so that it visits every column."""
    return max(size // PIXELS_LOOKED_AT, 1) | 1


def _half_sample_mode(ascending: NDArray[np.float64]) -> float:
    values = ascending
    while values.size > SHORTEST_HALF:
        half = values.size // 2
        widths = values[half:] - values[:-half]
        start = int(np.argmin(widths))
        values = values[start : start + half]
    return float(np.median(values))
