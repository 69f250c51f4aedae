"""Sharing of charge between pixels: deposits enter, energy per cell of the sensor grid (y, x) leaves.

A Gaussian cloud of charge spreads over the nearest border along y and along x, so one deposit reaches one,
two or four cells. Further borders are at least half a pitch away (four standard deviations) and are left out.
Charge that would spread over the outer edge of the sensor stays in the outermost cell: energy is conserved.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Real = NDArray[np.float64]


def deposit(y: Real, x: Real, energy: Real, *, shape: tuple[int, int], cloud_px: float) -> Real:
    """Collect deposits into cells.

    Parameters
    ----------
    y, x
        Shape (n,), positions in pitches from the outer corner of the first cell, inside the grid.
    energy
        Shape (n,), in any unit that adds up.
    shape
        Rows and columns of the sensor grid.
    cloud_px
        Standard deviation of the charge cloud in pitches.

    Returns
    -------
    Shape ``shape``; its sum is the sum of ``energy``.
    """
    row, next_row, over_y = _nearest_border(y, shape[0], cloud_px)
    column, next_column, over_x = _nearest_border(x, shape[1], cloud_px)
    sideways, stays = energy * over_x, energy * (1 - over_x)
    image = np.zeros(shape[0] * shape[1])
    for y_cell, x_cell, part in (
        (row, column, stays * (1 - over_y)),
        (next_row, column, stays * over_y),
        (row, next_column, sideways * (1 - over_y)),
        (next_row, next_column, sideways * over_y),
    ):
        image += np.bincount(y_cell * shape[1] + x_cell, weights=part, minlength=image.size)
    return image.reshape(shape)


def spilled_share(cloud_px: float, *, intervals: int = 1) -> Real:
    """Mean share of a deposit that crosses the upper border of its cell.

    Parameters
    ----------
    cloud_px
        Standard deviation of the charge cloud in pitches.
    intervals
        Number of equal intervals into which the cell is cut.

    Returns
    -------
    Shape (intervals,): the share for deposits uniform over each interval; below the cell's middle it is zero.
    """
    edges = np.maximum(np.linspace(-0.5, 0.5, intervals + 1), 0.0)
    t = (edges - 0.5) / cloud_px
    integral = cloud_px * (t * ndtr(t) + np.exp(-t * t / 2) / np.sqrt(2 * np.pi))
    share: Real = np.diff(integral) * intervals
    return share


def _nearest_border(position: Real, side: int, cloud_px: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Real]:
    cell = np.minimum(position.astype(np.int64), side - 1)
    from_middle = position - cell - 0.5
    neighbour = np.clip(cell + np.where(from_middle < 0, -1, 1), 0, side - 1)
    return cell, neighbour, ndtr((np.abs(from_middle) - 0.5) / cloud_px)
