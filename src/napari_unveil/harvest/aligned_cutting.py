"""Patches at the same places in several images: images (channel, y, x) enter, patches (channel, y, x) leave.

Half of the places are drawn evenly over the frame, half in proportion to the sum of the first image over the patch.
Where a frame is bright in a few places only, places drawn evenly would hardly ever meet them; drawn by intensity alone
they would never show a network what empty places look like. The sum is that of the first image and never that of
another: an example that was chosen for the noise in its target would teach that the noise is signal.
"""

from collections.abc import Iterator
from itertools import zip_longest

import numpy as np

from napari_unveil.harvest.cutting import MISSES_UNTIL_BARREN, Cutting
from napari_unveil.harvest.positions import box_sum_stripes, free_positions, random_positions
from napari_unveil.types import Frame, Frames, Mask


def aligned_cuttings(
    images: Frames, mask: Mask, *, patch: int, max_excluded: float, rng: np.random.Generator
) -> Iterator[Cutting]:
    """Cut patches at different places, upright, until every free place is used.

    Places are drawn evenly and by intensity in turn.

    Parameters
    ----------
    images
        Shape (channel, y, x); NaN where missing.
    mask
        Shape (y, x); True = excluded.

    Yields
    ------
    Cutting
        Pixels (channel, y, x), NaN in all images where excluded in one.
    """
    excluded = mask | ~np.isfinite(images).all(axis=0)
    free, used = free_positions(excluded, patch=patch, max_excluded=max_excluded), set[tuple[int, int]]()
    even = random_positions(free, rng)
    bright = _bright_positions(np.where(excluded, np.float32(0), images[0]), free, patch=patch, rng=rng)
    for corner in (place for both in zip_longest(even, bright) for place in both):
        if corner is None or corner in used:
            continue
        used.add(corner)
        window = np.s_[corner[0] : corner[0] + patch, corner[1] : corner[1] + patch]
        pixels = images[:, *window].astype(np.float32)
        pixels[:, excluded[window]] = np.nan
        yield Cutting(pixels, corner, 0.0)


def _bright_positions(image: Frame, free: Mask, *, patch: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Rows and columns of free places, drawn in proportion to the sum of ``image`` (y, x; finite) over the patch.

    Each comes once; the end is reached when 64 draws in a row have met known places.
    """
    if not free.any():
        return
    sums = np.concatenate(list(box_sum_stripes(image.astype(np.float64), patch=patch)))
    ends = np.cumsum(np.where(free, np.clip(sums, 0, None), 0.0))
    if ends[-1] <= 0:
        return
    known, misses = set[int](), 0
    while misses < MISSES_UNTIL_BARREN:
        place = int(np.searchsorted(ends, rng.uniform(0, ends[-1]), side="right"))
        if place in known or place >= free.size:
            misses += 1
            continue
        known.add(place)
        misses = 0
        row, column = divmod(place, free.shape[1])
        yield row, column
