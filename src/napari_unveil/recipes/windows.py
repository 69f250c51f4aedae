"""Local statistics: frames or patches in photons enter, what each window of them is like leaves.

A window is an odd number of cells wide, so that it has a middle cell, and windows lie a cell apart. Of 40 pixels it is
about as wide as what a network sees of the surroundings of a pixel, and holds enough pixels for its statistics to be
steady; whole cells of 8 pixels are fifty times less to look at than a window around each pixel.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Frame, Frames

Values: TypeAlias = NDArray[np.float64]

CELL_PX = 8
WIDEST_CELLS = 5
LEAST_VALID = 0.5
"""Share of the pixels of a window that must be valid for it to be looked at."""

HALF_A_PHOTON = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """What windows are like, each array (..., row, column) of windows; NaN where too few pixels are valid.

    Parameters
    ----------
    level
        Mean of asinh of the pixels in photons: no single pixel decides it, however bright.
    density
        Share of the pixels above half a photon.
    roughness
        Mean difference, without its sign, of asinh of pixels that lie next to each other.
    """

    level: Values
    density: Values
    roughness: Values


def cells_across(side_px: int) -> int:
    """How many cells wide windows are in patches of ``side_px`` pixels: odd, at most 5, at least 1."""
    cells = min(WIDEST_CELLS, max(1, side_px // CELL_PX))
    return cells - 1 + cells % 2


def windows_of(images: Frame | Frames, photon: float, *, cells: int) -> Windows:
    """Statistics of all windows of images.

    Parameters
    ----------
    images
        Shape (..., y, x), NaN where missing.
    photon
        One photon in their unit.
    cells
        Width of a window in cells; smaller in images that are smaller.
    """
    valid = np.isfinite(images)
    photons = np.where(valid, images, np.float32(0)) / np.float32(photon)
    values, bright = np.arcsinh(photons), photons > HALF_A_PHOTON
    shape = (_cells_in(images.shape[-2]), _cells_in(images.shape[-1]))
    difference, pairs = np.zeros((2, *images.shape[:-2], *shape), np.float32)
    for after, before in ((np.s_[..., 1:], np.s_[..., :-1]), (np.s_[..., 1:, :], np.s_[..., :-1, :])):
        both = valid[after] & valid[before]
        difference += _cell_sums(np.abs(values[after] - values[before]) * both, shape)
        pairs += _cell_sums(both, shape)
    sums = (*(_cell_sums(part, shape) for part in (valid, values, bright)), difference, pairs)
    count, level, density, difference, pairs = (_window_sums(part, cells) for part in sums)
    size = CELL_PX**2 * min(cells, shape[0]) * min(cells, shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.where(count >= LEAST_VALID * min(size, images.shape[-2] * images.shape[-1]), count, np.nan)
        return Windows(level / count, density / count, np.where(np.isnan(count), np.nan, difference / pairs))


def at_pixels(windows: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """What holds of windows (row, column), of the pixels of a frame of ``shape``: each has the window it lies mid in.

    Pixels near an edge have the window that lies nearest.
    """
    chosen = windows
    for axis, side in enumerate(shape):
        margin = (_cells_in(side) - windows.shape[axis]) // 2
        cell = np.clip(np.arange(side) // CELL_PX - margin, 0, windows.shape[axis] - 1)
        chosen = np.take(chosen, cell, axis)
    return chosen


def _cells_in(side_px: int) -> int:
    return -(-side_px // CELL_PX)


def _cell_sums(images: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Sums over ``shape`` cells; the last ones may hold fewer pixels."""
    missing = [CELL_PX * cells - side for cells, side in zip(shape, images.shape[-2:], strict=True)]
    if any(missing):
        images = np.pad(images, [(0, 0)] * (images.ndim - 2) + [(0, more) for more in missing])
    leading, width = images.shape[:-2], images.shape[-1]
    rows = images.reshape(*leading, shape[0], CELL_PX, width).sum(axis=-2, dtype=np.float32)
    sums: NDArray[np.float32] = rows.reshape(*leading, *shape, CELL_PX).sum(axis=-1, dtype=np.float32)
    return sums


def _window_sums(cells: NDArray[np.float32], across: int) -> Values:
    sums = cells.astype(np.float64)
    for axis in (-2, -1):
        width = min(across, sums.shape[axis])
        sums = np.lib.stride_tricks.sliding_window_view(sums, width, axis).sum(axis=-1)
    return sums
