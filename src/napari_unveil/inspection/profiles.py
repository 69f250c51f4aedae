"""Profiles of a frame: intensity over the distance from the beam, or along a line. Frames (y, x) go in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Profile:
    """Intensity along one coordinate; all arrays of shape (n,).

    Parameters
    ----------
    position
        Distance from the centre or from the start of the line, in pixels.
    mean
        Mean intensity, in the unit of the frame; NaN where no pixel is valid.
    standard_error
        Standard error of the mean, from the spread of the pixels; NaN where fewer than two are valid.
    pixels
        Number of valid pixels.
    """

    position: NDArray[np.float64]
    mean: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    pixels: NDArray[np.int64]


def radial_profile(
    frame: Frame,
    *,
    centre_yx: tuple[float, float],
    bin_px: float = 1.0,
    mask: Mask | None = None,
) -> Profile:
    """Azimuthal mean around ``centre_yx``, in rings of ``bin_px`` pixels.

    Ring k holds the pixels with ``k <= r / bin_px < k + 1``; its position is their mean r, valid or not, so
    that profiles of frames of one shape share their positions. Rings that miss the frame are left out.

    Parameters
    ----------
    frame
        Shape (y, x), any unit; NaN where masked.
    centre_yx
        Where the beam goes, in pixels from the centre of pixel [0, 0]; may lie outside of the frame.
    mask
        Shape (y, x); True = excluded.
    """
    if bin_px <= 0:
        raise Refused(
            found=f"the rings are {bin_px:g} pixels wide",
            needed="a width above 0",
            remedy="choose 1 for one ring a pixel",
        )
    y, x = np.ogrid[: frame.shape[0], : frame.shape[1]]
    radius = np.hypot(y - centre_yx[0], x - centre_yx[1])
    return _binned(_without(frame, mask).ravel(), radius.ravel(), (radius / bin_px).astype(np.int64).ravel())


def line_profile(
    frame: Frame,
    *,
    start_yx: tuple[float, float],
    stop_yx: tuple[float, float],
    width_px: float = 1.0,
    mask: Mask | None = None,
) -> Profile:
    """Intensity along a straight line, in steps of one pixel.

    Step k holds the pixels whose centre lies within ``width_px / 2`` of the line and k - 1/2 to k + 1/2 along
    it; its position is their mean distance along. Nothing is interpolated: every pixel counts once, so the
    standard errors are those of independent pixels. Steps without a pixel, which a narrow oblique line has,
    are left out.

    Parameters
    ----------
    frame
        Shape (y, x), any unit; NaN where masked.
    start_yx, stop_yx
        Ends of the line in pixels; they may lie outside of the frame.
    mask
        Shape (y, x); True = excluded.

    Raises
    ------
    Refused
        When the line has no length or no width, or misses the frame.
    """
    along_y, along_x = stop_yx[0] - start_yx[0], stop_yx[1] - start_yx[1]
    length = float(np.hypot(along_y, along_x))
    if length == 0 or width_px <= 0:
        raise Refused(
            found=f"the line is {length:g} pixels long and {width_px:g} wide",
            needed="a length and a width above 0",
            remedy="choose two different ends",
        )
    y, x = np.ogrid[: frame.shape[0], : frame.shape[1]]
    y, x = y - start_yx[0], x - start_yx[1]
    along = (y * along_y + x * along_x) / length
    across = (x * along_y - y * along_x) / length
    near = (-width_px / 2 - ROUNDING <= across) & (across < width_px / 2 - ROUNDING)
    near &= (along >= -0.5) & (along < length + 0.5)
    if not near.any():
        raise Refused(
            found=f"no pixel of {frame.shape} lies on the line from {start_yx} to {stop_yx}",
            needed="a line across the frame (y, x)",
            remedy="choose other ends or a larger width",
        )
    return _binned(_without(frame, mask)[near], along[near], np.floor(along[near] + 0.5).astype(np.int64))


def beam_centre(frame: Frame, *, mask: Mask | None = None, bright_share: float = 0.005) -> tuple[float, float]:
    """Suggest where the beam goes: the intensity-weighted centre (y, x) of the brightest pixels.

    A 5 x 5 median takes single hits away first; ``bright_share`` of the valid pixels count, each weighted
    with what it has above the weakest of them. A suggestion only: where
    half of the scattering is masked it is off.

    Raises
    ------
    Refused
        When no pixel stands out.
    """
    values = _without(frame, mask)
    valid = np.isfinite(values)
    smooth = ndimage.median_filter(np.where(valid, values, 0.0), size=5)
    threshold = np.quantile(smooth[valid], 1 - bright_share) if valid.any() else 0.0
    weight = np.where(valid, np.clip(smooth - threshold, 0, None), 0.0)
    total = float(weight.sum(dtype=np.float64))
    if total == 0:
        raise Refused(
            found=f"no pixel of the {valid.sum()} valid ones stands out",
            needed="a bright part around the beam",
            remedy="give the centre as y,x",
        )
    y = float(weight.sum(axis=1, dtype=np.float64) @ np.arange(frame.shape[0])) / total
    x = float(weight.sum(axis=0, dtype=np.float64) @ np.arange(frame.shape[1])) / total
    return y, x


def _without(frame: Frame, mask: Mask | None) -> Frame:
    if mask is None:
        return frame
    if mask.shape != frame.shape:
        raise Refused(
            found=f"the mask has shape {mask.shape}, the frame {frame.shape}",
            needed="one shape",
            remedy="choose the mask of this detector",
        )
    return np.where(mask, np.float32(np.nan), frame)


def _binned(values: Frame, position: NDArray[np.float64], bins: NDArray[np.int64]) -> Profile:
    bins = bins - bins.min()
    present = np.bincount(bins)
    valid = np.isfinite(values)
    of_bin, intensity = bins[valid], values[valid].astype(np.float64)
    count = np.bincount(of_bin, minlength=present.size)
    mean = _ratio(np.bincount(of_bin, intensity, present.size), count)
    squares = np.bincount(of_bin, (intensity - mean[of_bin]) ** 2, present.size)
    standard_error = np.sqrt(_ratio(_ratio(squares, count - 1), count))
    where = _ratio(np.bincount(bins, position), present)
    seen = present > 0
    return Profile(where[seen], mean[seen], standard_error[seen], count[seen])


def _ratio(total: NDArray[np.floating] | NDArray[np.integer], count: NDArray[np.integer]) -> NDArray[np.float64]:
    quotient = np.full(total.shape, np.nan)
    np.divide(total, count, where=count > 0, out=quotient)
    return quotient
