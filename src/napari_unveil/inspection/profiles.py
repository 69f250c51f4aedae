"""Profiles of a frame: intensity over the distance from the beam, or along a line. Frames (y, x) go in."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.inspection.binning import Profile
from napari_unveil.inspection.geometry import Sector, around, rings
from napari_unveil.inspection.lines import along_line
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.types import Frame, Mask


def radial_profile(
    frame: Frame,
    *,
    centre_yx: tuple[float, float],
    bin_px: float = 1.0,
    sector: Sector | None = None,
    mask: Mask | None = None,
    error: PixelErrors | None = None,
) -> Profile:
    """Azimuthal mean around ``centre_yx``, in rings of ``bin_px`` pixels; see ``geometry.rings``.

    The position of a ring is the mean r of its pixels, valid or not, so that profiles of frames of one shape
    share their positions.

    Parameters
    ----------
    frame
        Shape (y, x), any unit; NaN where masked.
    centre_yx
        Where the beam goes, in pixels from the centre of pixel [0, 0]; may lie outside of the frame.
    sector
        Azimuths that count; None: all.
    mask
        Shape (y, x); True = excluded.
    error
        Standard error of each pixel of a signal, from its separation, of the same shape.
    """
    rows, columns = frame.shape
    binning = rings(around((rows, columns), centre_yx), bin_px=bin_px, sector=sector)
    return binning.profile(without(frame, mask), error=error)


def line_profile(
    frame: Frame,
    *,
    start_yx: tuple[float, float],
    stop_yx: tuple[float, float],
    width_px: float = 1.0,
    mask: Mask | None = None,
) -> Profile:
    """Intensity along a straight line, in steps of one pixel; see ``lines.along_line``.

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
    rows, columns = frame.shape
    binning = along_line((rows, columns), start_yx=start_yx, stop_yx=stop_yx, width_px=width_px)
    return binning.profile(without(frame, mask))


def without(frame: Frame, mask: Mask | None) -> Frame:
    """The frame with NaN where the mask excludes; both (y, x).

    Raises
    ------
    Refused
        When the shapes differ.
    """
    if mask is None:
        return frame
    if mask.shape != frame.shape:
        raise Refused(
            found=f"the mask has shape {mask.shape}, the frame {frame.shape}",
            needed="one shape",
            remedy="choose the mask of this detector",
        )
    return np.where(mask, np.float32(np.nan), frame)
