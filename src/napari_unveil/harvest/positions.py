"""Where a patch may lie: a mask (y, x) enters, top-left corners leave; no pixel is touched."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Mask

STRIPE_ROWS = 64
"""Rows of sums that are held at a time."""


def box_sum_stripes(image: NDArray[np.generic], *, patch: int) -> Iterator[NDArray[Any]]:
    """Sums over every square of ``patch`` pixels, by running sums, a stripe of rows at a time.

    Parameters
    ----------
    image
        Shape (y, x), finite.
    patch
        Side of the square, pixels.

    Yields
    ------
    ndarray
        Shape (at most 64, x - patch + 1), int32 for a mask, else float64. Under one another they have
        y - patch + 1 rows, and element [i, j] is the sum over the square with the corner (i, j). Nothing when the
        patch is larger than the image.
    """
    height, width = image.shape
    rows = height - patch + 1
    if rows < 1 or width < patch:
        return
    kind = np.dtype(np.int32 if image.dtype == np.bool_ else np.float64)
    running = image[:patch].sum(axis=0, dtype=kind)
    for first in range(0, rows, STRIPE_ROWS):
        last = min(first + STRIPE_ROWS, rows)
        columns = np.empty((last - first, width), kind)
        columns[0] = running
        np.subtract(image[first + patch : last + patch - 1], image[first : last - 1], out=columns[1:], dtype=kind)
        for row in range(1, len(columns)):  # np.cumsum along the rows takes 40 times as long
            columns[row] += columns[row - 1]
        if last < rows:
            running = columns[-1] + image[last + patch - 1] - image[last - 1].astype(kind)
        np.cumsum(columns, axis=1, out=columns)
        sums = columns[:, patch - 1 :].copy()
        sums[:, 1:] -= columns[:, :-patch]
        yield sums


def free_positions(excluded: Mask, *, patch: int, max_excluded: float) -> Mask:
    """Top-left corners at which a patch holds at most the share ``max_excluded`` of excluded pixels.

    Parameters
    ----------
    excluded
        Shape (y, x).
    patch
        Side of the patch, pixels.
    max_excluded
        Share, 0 to 1.

    Returns
    -------
    Mask
        Shape (y - patch + 1, x - patch + 1); here True = the patch may lie there.
    """
    rows, columns = (max(side - patch + 1, 0) for side in excluded.shape)
    free = np.empty((rows, columns), np.bool_)
    first = 0
    for sums in box_sum_stripes(excluded, patch=patch):
        free[first : first + len(sums)] = sums <= max_excluded * patch**2
        first += len(sums)
    return free


def has_room(excluded: Mask, *, patch: int, max_excluded: float) -> bool:
    """Whether a mask (y, x) has a free position; looks no further than to the first."""
    limit = max_excluded * patch**2
    return any(bool((sums <= limit).any()) for sums in box_sum_stripes(excluded, patch=patch))


def separate_positions(free: Mask, *, patch: int) -> NDArray[np.int64]:
    """Corners of patches that do not overlap, placed row by row, each as soon as it fits.

    Parameters
    ----------
    free
        As `free_positions` gives it.
    patch
        Side of the patch, pixels.

    Returns
    -------
    ndarray
        Shape (patch, 2), top-left corners (y, x). Another order might place a few more.
    """
    still_free, corners = free.copy(), []
    for y in np.flatnonzero(free.any(axis=1)):
        row, x = still_free[y], 0
        while row[x:].any():
            x += int(row[x:].argmax())
            corners.append((y, x))
            still_free[y + 1 : y + patch, max(x - patch + 1, 0) : x + patch] = False
            x += patch
    return np.array(corners, np.int64).reshape(-1, 2)


def largest_patch(excluded: Mask, *, max_excluded: float) -> int:
    """Side in pixels of the largest patch that has a free position in a mask (y, x); 0 when there is none."""
    fits, too_large = 0, min(excluded.shape) + 1
    while too_large - fits > 1:
        side = (fits + too_large) // 2
        if has_room(excluded, patch=side, max_excluded=max_excluded):
            fits = side
        else:
            too_large = side
    return fits


def random_positions(free: Mask, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Rows and columns of the True elements of ``free`` (y, x), each once, in random order.

    The shuffle of Fisher and Yates, of which only the exchanges made so far are kept.
    """
    counts = np.count_nonzero(free, axis=1)
    ends = np.cumsum(counts)
    exchanged: dict[int, int] = {}
    for last in range(int(counts.sum()) - 1, -1, -1):
        drawn = int(rng.integers(last + 1))
        number = exchanged.get(drawn, drawn)
        exchanged[drawn] = exchanged.pop(last, last)
        row = int(np.searchsorted(ends, number, side="right"))
        yield row, int(np.flatnonzero(free[row])[number - (ends[row] - counts[row])])
