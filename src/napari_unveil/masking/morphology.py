"""Masks made of masks: shape (y, x), True = excluded, in and out."""

import numpy as np
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask


def bad_pixels(frame: Frame) -> Mask:
    """Exclude NaN and Inf of a frame (y, x)."""
    return np.asarray(~np.isfinite(frame))


def combine(first: Mask, *others: Mask) -> Mask:
    """Exclude what any of the masks (y, x) excludes; refused when their shapes differ."""
    for other in others:
        if other.shape != first.shape:
            raise Refused(
                found=f"masks have the shapes {first.shape} and {other.shape}",
                needed="masks of one shape",
                remedy="combine masks of one detector only",
            )
    return np.asarray(np.logical_or.reduce([first, *others]))


def grow(mask: Mask, px: float) -> Mask:
    """Exclude every pixel whose distance to an excluded one is at most ``px`` (dilation by a disk)."""
    _refuse_negative(px)
    if px == 0 or not mask.any():
        return mask.copy()
    return np.asarray(ndimage.distance_transform_edt(~mask) <= px)


def shrink(mask: Mask, px: float) -> Mask:
    """Exclude only pixels farther than ``px`` from every free one; the frame's edge takes nothing away."""
    return invert(grow(invert(mask), px))


def invert(mask: Mask) -> Mask:
    """Exclude what was free and free what was excluded."""
    return np.logical_not(mask)


def _refuse_negative(px: float) -> None:
    if not px >= 0:
        raise Refused(
            found=f"the distance is {px:g} px",
            needed="at least 0 px",
            remedy="shrink to grow by a negative distance, and the other way round",
        )
