"""Means over square cells: a frame (y, x) goes in, one number a cell comes out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Frame

CELL_PX = 8
LEAST_VALID_SHARE = 0.5


def cell_means(frame: Frame | NDArray[np.float64], *, cell_px: int = CELL_PX) -> NDArray[np.float64]:
    """Mean of the valid pixels of every cell.

    Parameters
    ----------
    frame
        Shape (y, x); NaN where masked. Cells begin at [0, 0]; the edge may cut the last ones.
    cell_px
        Side of a cell in pixels.

    Returns
    -------
    Shape (ceil(y / cell_px), ceil(x / cell_px)), unit of the frame; NaN where less than half of a cell is
    valid.
    """
    valid = np.isfinite(frame)
    count = cell_sums(valid.view(np.uint8), np.int64, cell_px=cell_px)
    total = cell_sums(np.where(valid, frame, np.zeros((), frame.dtype)), np.float64, cell_px=cell_px)
    enough = count >= LEAST_VALID_SHARE * cell_px**2
    means = np.full(count.shape, np.nan)
    np.divide(total, count, out=means, where=enough)
    return means


def cell_sums(pixels: NDArray[Any], dtype: type[np.generic], *, cell_px: int) -> NDArray[Any]:
    """Sum over every cell of an image (y, x) without gaps, gathered in ``dtype``; cells as in :func:`cell_means`."""
    rows, columns = pixels.shape
    whole = rows // cell_px
    by_row = pixels[: whole * cell_px].reshape(whole, cell_px, columns).sum(axis=1, dtype=dtype)
    if rows > whole * cell_px:
        by_row = np.concatenate([by_row, pixels[whole * cell_px :].sum(axis=0, dtype=dtype, keepdims=True)])
    return np.add.reduceat(by_row, np.arange(0, columns, cell_px), axis=1)
