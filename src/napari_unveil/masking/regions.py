"""Drawn outlines: corners (y, x) enter, the pixels inside leave as a mask (True)."""

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Mask


def polygon_mask(corners: NDArray[np.floating], *, shape: tuple[int, int]) -> Mask:
    """The pixels whose centres lie inside a polygon; what lies beyond the frame is left out.

    Parameters
    ----------
    corners
        Shape (corner, 2), columns y and x in pixels; pixel (i, j) has its centre at (i, j).
    shape
        Shape (y, x) of the frame.

    Returns
    -------
    Mask
        Shape (y, x); True inside. All False for fewer than three corners.
    """
    from skimage.draw import polygon

    mask = np.zeros(shape, np.bool_)
    if len(corners) > 2:
        mask[polygon(corners[:, 0], corners[:, 1], shape=shape)] = True
    return mask
