"""Room for noise patches: excluded pixels (y, x) enter, the number of places leaves, or a refusal."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.positions import free_positions, has_room, largest_patch
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.types import Mask

NETWORK_STEP_PX = 8
"""Patches that a network with three poolings accepts are multiples of this."""


def count_places(excluded: Mask, settings: HarvestSettings) -> int:
    """How many positions a noise patch can take in one frame; neighbouring ones overlap.

    Raises
    ------
    Refused
        When there is none, with the largest patch that would fit.
    """
    places = np.count_nonzero(free_positions(excluded, patch=settings.patch, max_excluded=settings.max_excluded))
    if not places:
        raise _no_room(excluded, settings)
    return int(places)


def refuse_no_room(excluded: Mask, settings: HarvestSettings) -> None:
    """Refuse excluded pixels that leave a noise patch no position."""
    if not has_room(excluded, patch=settings.patch, max_excluded=settings.max_excluded):
        raise _no_room(excluded, settings)


def network_size(side: int) -> int:
    """The largest side in pixels, up to ``side``, that the network accepts; ``side`` itself when there is none."""
    return side - side % NETWORK_STEP_PX if side >= NETWORK_STEP_PX else side


def _no_room(excluded: Mask, settings: HarvestSettings) -> Refused:
    largest = network_size(largest_patch(excluded, max_excluded=settings.max_excluded))
    smaller = f"take patches of at most {largest} pixels, or " if largest else ""
    square = f"{settings.patch} x {settings.patch}"
    return Refused(
        found=f"{1 - excluded.mean():.1%} of the frame is free, but no square of {square} pixels",
        needed=f"room for noise patches with at most {settings.max_excluded:.1%} excluded pixels",
        remedy=f"{smaller}mask less of the frame",
    )
