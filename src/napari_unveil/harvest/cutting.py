"""Patches out of a frame: a frame (y, x) enters, float32 patches (y, x) in its unit leave, NaN where bad."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.positions import free_positions, random_positions
from napari_unveil.harvest.turning import Turn, turn
from napari_unveil.types import Frame, Mask

MISSES_UNTIL_BARREN = 64
"""So many random candidates in a row that fail, and a frame is given up."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """A patch and where it comes from.

    Parameters
    ----------
    pixels
        Shape (y, x), in the unit of the frame; NaN where bad.
    corner
        Row and column of the top-left corner of the patch before it is turned.
    angle_deg
        Orientation in degrees, see `turn`.
    """

    pixels: Frame
    corner: tuple[int, int]
    angle_deg: float


def cut(frame: Frame, corner: tuple[int, int], *, patch: int) -> Frame:
    """Copy the square of ``patch`` pixels with the top-left corner (y, x); refused beyond the frame."""
    _refuse_outside(corner, range(frame.shape[0] - patch + 1), range(frame.shape[1] - patch + 1))
    row, column = corner
    return frame[row : row + patch, column : column + patch].copy()


def cut_turned(frame: Frame, corner: tuple[int, int], *, turned: Turn) -> Frame:
    """Copy a square turned about its own centre, each pixel of the frame used at most once, none averaged.

    Parameters
    ----------
    frame
        Shape (y, x).
    corner
        Row and column of the top-left corner before turning.
    turned
        Which way, see `turn`.

    Raises
    ------
    Refused
        When the turned square reaches beyond the frame.
    """
    _refuse_outside(corner, *turned.corner_ranges(frame.shape))
    return frame[turned.rows + corner[0], turned.columns + corner[1]]


def signal_cuttings(
    frame: Frame, *, patch: int, min_intensity: float, max_excluded: float, rng: np.random.Generator
) -> Iterator[Cutting]:
    """Cut patches at random positions in random orientations, as many as are asked for.

    A patch is kept when its integrated intensity reaches ``min_intensity`` (unit of the frame) and at most
    the share ``max_excluded`` of it is missing. In a frame too small for the drawn angle the nearest
    quarter turn stands in. Ends when 64 candidates in a row fail.
    """
    misses = 0
    while misses < MISSES_UNTIL_BARREN:
        candidate = _random_cutting(frame, patch=patch, rng=rng)
        missing = np.isnan(candidate.pixels).mean()
        if missing <= max_excluded and np.nansum(candidate.pixels, dtype=np.float64) >= min_intensity:
            misses = 0
            yield candidate
        else:
            misses += 1


def noise_cuttings(
    frame: Frame, mask: Mask, *, patch: int, max_excluded: float, rng: np.random.Generator
) -> Iterator[Cutting]:
    """Cut patches outside a mask, upright and unscaled, in random order, until every free position is used.

    At most the share ``max_excluded`` of a patch is missing or lies under ``mask`` (y, x); those pixels are
    NaN.
    """
    free = free_positions(mask | np.isnan(frame), patch=patch, max_excluded=max_excluded)
    for corner in random_positions(free, rng):
        pixels = cut(frame, corner, patch=patch)
        row, column = corner
        pixels[mask[row : row + patch, column : column + patch]] = np.nan
        yield Cutting(pixels, corner, 0.0)


def _random_cutting(frame: Frame, *, patch: int, rng: np.random.Generator) -> Cutting:
    turned = turn(rng.uniform(0, 360), patch=patch)
    rows, columns = turned.corner_ranges(frame.shape)
    if not (rows and columns):
        turned = turn(90 * round(turned.angle_deg / 90), patch=patch)
        rows, columns = turned.corner_ranges(frame.shape)
    corner = int(rng.integers(rows.start, rows.stop)), int(rng.integers(columns.start, columns.stop))
    return Cutting(cut_turned(frame, corner, turned=turned), corner, turned.angle_deg)


def _refuse_outside(corner: tuple[int, int], rows: range, columns: range) -> None:
    if corner[0] not in rows or corner[1] not in columns:
        raise Refused(
            found=f"a patch at row {corner[0]}, column {corner[1]} reaches beyond the frame",
            needed=f"rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1}",
            remedy="choose another position",
        )
