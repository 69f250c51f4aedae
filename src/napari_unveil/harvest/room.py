"""Room for noise patches: excluded pixels (leading axes, y, x) enter, the number of places leaves, or a refusal."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.positions import free_positions, has_room, largest_patch
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.types import Mask

NETWORK_STEP_PX = 8
"""Patches that a network with three poolings accepts are multiples of this."""


def count_places(excluded: Mask, settings: HarvestSettings) -> int:
    """How many positions a noise patch can take in all images together; neighbouring ones overlap.

    Raises
    ------
    Refused
        When there is none, with the largest patch that would fit.
    """
    places = sum(
        np.count_nonzero(free_positions(image, patch=settings.patch, max_excluded=settings.max_excluded))
        for image in images_of(excluded)
    )
    if not places:
        raise _no_room(excluded, settings)
    return int(places)


def refuse_no_room(excluded: Mask, settings: HarvestSettings) -> None:
    """Refuse excluded pixels that leave a noise patch no position in any image."""
    images = images_of(excluded)
    if not any(has_room(image, patch=settings.patch, max_excluded=settings.max_excluded) for image in images):
        raise _no_room(excluded, settings)


def images_of(masks: Mask) -> Mask:
    """Masks along any leading axes as (image, y, x), in C order."""
    return masks.reshape(-1, *masks.shape[-2:])


def network_size(side: int) -> int:
    """The largest side in pixels, up to ``side``, that the network accepts; ``side`` itself when there is none."""
    return side - side % NETWORK_STEP_PX if side >= NETWORK_STEP_PX else side


def _no_room(excluded: Mask, settings: HarvestSettings) -> Refused:
    sides = (largest_patch(image, max_excluded=settings.max_excluded) for image in images_of(excluded))
    largest = network_size(max(sides))
    smaller = f"take patches of at most {largest} pixels, or " if largest else ""
    square = f"{settings.patch} x {settings.patch}"
    return Refused(
        found=f"{1 - excluded.mean():.1%} of the frame is free, but no square of {square} pixels",
        needed=f"room for noise patches with at most {settings.max_excluded:.1%} excluded pixels",
        remedy=f"{smaller}mask less of the frame",
    )
