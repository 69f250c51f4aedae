"""Masks made of masks: shape (y, x), True = excluded, in and out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

TOUCHING = np.ones((3, 3), np.bool_)
"""Excluded pixels that share a side or a corner belong to one region."""

SHORT_REACH = 2**13
"""Width and distance, together, below which 16-bit numbers measure distances along a row; they are quicker."""


def bad_pixels(frame: Frame) -> Mask:
    """Exclude NaN and Inf of a frame (y, x)."""
    return np.asarray(~np.isfinite(frame))


def each_image(operation: Callable[[Mask], Mask], masks: Mask) -> Mask:
    """What ``operation``, which takes and gives (y, x), makes of each image of ``masks`` (leading axes, y, x)."""
    images = masks.reshape(-1, *masks.shape[-2:])
    return np.stack([operation(image) for image in images]).reshape(masks.shape)


def combine(first: Mask, *others: Mask) -> Mask:
    """Exclude what any of the masks excludes; refused when their shapes differ."""
    _refuse_other_shapes(first, *others)
    return np.asarray(np.logical_or.reduce([first, *others]))


def intersect(first: Mask, *others: Mask) -> Mask:
    """Exclude what all of the masks exclude; refused when their shapes differ."""
    _refuse_other_shapes(first, *others)
    return np.asarray(np.logical_and.reduce([first, *others]))


def subtract(first: Mask, *others: Mask) -> Mask:
    """Exclude what ``first`` excludes and none of the ``others`` does; refused when their shapes differ."""
    _refuse_other_shapes(first, *others)
    return np.asarray(first & ~np.logical_or.reduce([np.zeros_like(first), *others]))


def over_frames(masks: Mask) -> Mask:
    """Exclude what is excluded in any frame: shape (frame, ...) in, the rest of the shape out."""
    return np.asarray(masks.any(axis=0))


def grow(mask: Mask, px: float) -> Mask:
    """Exclude every pixel whose distance to an excluded one is at most ``px`` (dilation by a disk).

    The distance along the rows is found first; then each row looks at the rows that the disk reaches, and asks
    whether an excluded pixel lies within the chord of the disk there. Exact, and for the margins that are in use many
    times faster than a distance transform.
    """
    _refuse_negative(px)
    if px == 0 or not mask.any():
        return mask.copy()
    along_row = _distance_along_rows(mask, px)
    grown = along_row <= px
    for rows in range(1, min(int(px), len(mask) - 1) + 1):
        near = along_row <= int(np.sqrt(px**2 - rows**2))
        grown[rows:] |= near[:-rows]
        grown[:-rows] |= near[rows:]
    return np.asarray(grown)


def shrink(mask: Mask, px: float) -> Mask:
    """Exclude only pixels farther than ``px`` from every free one; the frame's edge takes nothing away."""
    return invert(grow(invert(mask), px))


def invert(mask: Mask) -> Mask:
    """Exclude what was free and free what was excluded."""
    return np.logical_not(mask)


def fill_holes(mask: Mask) -> Mask:
    """Exclude free regions that the excluded ones enclose; one that touches the frame's edge is no hole."""
    regions, count = ndimage.label(~mask)
    open_ones = np.zeros(count + 1, np.bool_)
    for edge in (regions[0], regions[-1], regions[:, 0], regions[:, -1]):
        open_ones[edge] = True
    open_ones[0] = False
    return np.asarray(~open_ones[regions])


def remove_specks(mask: Mask, *, area_px: float) -> Mask:
    """Free the excluded regions of fewer than ``area_px`` pixels; pixels that share a corner are one region."""
    _refuse_negative(area_px)
    regions, _ = ndimage.label(mask, structure=TOUCHING)
    large = np.bincount(regions.ravel()) >= area_px
    large[0] = False
    return np.asarray(large[regions])


def _distance_along_rows(mask: Mask, px: float) -> NDArray[np.signedinteger]:
    """Distance to the nearest excluded pixel of the same row; where there is none, more than ``px``."""
    short = mask.shape[1] + px < SHORT_REACH
    kind = np.dtype(np.int16 if short else np.int32)
    far = kind.type(2 * SHORT_REACH if short else 2**30)
    columns = np.arange(mask.shape[1], dtype=kind)
    left = np.maximum.accumulate(np.where(mask, columns, -far), axis=1)
    right = np.minimum.accumulate(np.where(mask, columns, far)[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.minimum(columns - left, right - columns))


def _refuse_other_shapes(first: Mask, *others: Mask) -> None:
    for other in others:
        if other.shape != first.shape:
            raise Refused(
                found=f"masks have the shapes {first.shape} and {other.shape}",
                needed="masks of one shape",
                remedy="combine masks of one detector only",
            )


def _refuse_negative(px: float) -> None:
    if not px >= 0:
        raise Refused(
            found=f"the distance is {px:g} px",
            needed="at least 0 px",
            remedy="shrink to grow by a negative distance, and the other way round",
        )
