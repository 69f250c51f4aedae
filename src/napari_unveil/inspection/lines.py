"""Pixels along a straight line: its ends (y, x) go in, steps of one pixel come out."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.inspection.binning import Binning

ROUNDING = 1e-9


def along_line(
    shape: tuple[int, int],
    *,
    start_yx: tuple[float, float],
    stop_yx: tuple[float, float],
    width_px: float = 1.0,
) -> Binning:
    """Steps of one pixel along a line.

    Step k holds the pixels whose centre lies within ``width_px / 2`` of the line and k - 1/2 to k + 1/2 along
    it. Nothing is interpolated: every pixel counts once, so the standard errors are those of independent
    pixels. Steps without a pixel, which a narrow oblique line has, are left out.

    Parameters
    ----------
    shape
        Of the frames (y, x).
    start_yx, stop_yx
        Ends of the line in pixels; they may lie outside of the frame.

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
    y, x = np.ogrid[: shape[0], : shape[1]]
    y, x = y - start_yx[0], x - start_yx[1]
    along = (y * along_y + x * along_x) / length
    across = (x * along_y - y * along_x) / length
    near = (-width_px / 2 - ROUNDING <= across) & (across < width_px / 2 - ROUNDING)
    near &= (along >= -0.5) & (along < length + 0.5)
    if not near.any():
        raise Refused(
            found=f"no pixel of {shape} lies on the line from {start_yx} to {stop_yx}",
            needed="a line across the frame (y, x)",
            remedy="choose other ends or a larger width",
        )
    return Binning.of(along, np.floor(along + 0.5).astype(np.int64), inside=near)
