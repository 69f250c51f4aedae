"""Means over square cells: a frame (y, x) goes in, one number a cell comes out."""

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
    rows, columns = (-(-length // cell_px) for length in frame.shape)
    padded = np.full((rows * cell_px, columns * cell_px), np.nan)
    padded[: frame.shape[0], : frame.shape[1]] = frame
    cells = padded.reshape(rows, cell_px, columns, cell_px)  # row, y, column, x
    valid = np.isfinite(cells)
    count = valid.sum(axis=(1, 3))
    total = np.where(valid, cells, 0.0).sum(axis=(1, 3))
    enough = count >= LEAST_VALID_SHARE * cell_px**2
    means = np.full(count.shape, np.nan)
    np.divide(total, count, out=means, where=enough)
    return means
