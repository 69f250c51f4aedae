"""Labels layers with masks: a layer enters, a mask leaves, and the other way round.

A mask of two axes (y, x) is for all frames; one of three (frame, y, x) has an image for each.
"""

from typing import Any

import numpy as np
from napari.layers import Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.masking import over_frames
from napari_unveil.plugin.layers.frames import placement, placement_in_plane
from napari_unveil.plugin.layers.overlays import is_overlay
from napari_unveil.types import Mask

MASK_NAME = "signal mask"
OPACITY = 0.4
LARGEST_SIDE_SHORT = 2**16
"""Sides up to which the places of changed pixels are kept as 16-bit numbers, a quarter of what napari takes."""


def mask_of(layer: Layer | None) -> Mask:
    """The mask (y, x) that a labels layer holds; True where it is labelled, for a mask per frame in any frame.

    Raises
    ------
    Refused
        When there is no labels layer, or it is neither one image nor one a frame.
    """
    masks = masks_of(layer)
    return over_frames(masks) if masks.ndim > 2 else masks


def masks_of(layer: Layer | None) -> Mask:
    """The masks of a labels layer, shape (y, x) or (frame, y, x); True where it is labelled.

    Raises
    ------
    Refused
        As in :func:`mask_of`.
    """
    return np.asarray(np.asarray(mask_layer(layer).data) != 0)


def mask_layer(layer: Layer | None) -> Labels:
    """The layer itself, when it holds masks.

    Raises
    ------
    Refused
        As in :func:`mask_of`.
    """
    if not isinstance(layer, Labels):
        raise Refused(
            found="no mask layer is chosen",
            needed="a labels layer that marks the signal",
            remedy="make one in the window Signal mask",
        )
    if layer.data.ndim not in (2, 3):
        raise Refused(
            found=f"the mask '{layer.name}' has {layer.data.ndim} axes",
            needed="one image (y, x), or one a frame (frame, y, x)",
            remedy="make the mask again in the window Signal mask",
        )
    return layer


def mask_layers(viewer: Any) -> list[Labels]:
    """The labels layers of a viewer that are no overlays."""
    return [layer for layer in viewer.layers if isinstance(layer, Labels) and not is_overlay(layer)]


def is_per_frame(layer: Layer | None) -> bool:
    """Whether a labels layer holds one mask a frame."""
    return isinstance(layer, Labels) and layer.data.ndim > 2


def change_mask(layer: Labels, mask: Mask, *, plane: tuple[int, ...] = ()) -> None:
    """Make ``mask`` the content of a labels layer, or of its frame ``plane``, in one step that can be undone.

    Raises
    ------
    Refused
        When the layer is not held in memory.
    """
    if not isinstance(layer.data, np.ndarray):
        raise Refused(
            found=f"the mask '{layer.name}' is not held in memory",
            needed="a mask that can be changed",
            remedy="make a new mask and combine it with this one",
        )
    before = layer.data[plane] if plane else layer.data
    changed = np.nonzero((before != 0) != mask)
    if not changed[0].size:
        return
    short = max(layer.data.shape) <= LARGEST_SIDE_SHORT
    places = [axis.astype(np.uint16 if short else np.int64) for axis in changed]
    outer = [np.full(changed[0].size, number, places[0].dtype) for number in plane]
    layer.data_setitem((*outer, *places), mask[changed].astype(layer.data.dtype))


def add_mask(viewer: Any, mask: Mask, *, like: Layer | None, name: str = MASK_NAME) -> Labels:
    """Show ``mask`` in a new labels layer that lies as the layer ``like`` does."""
    if like is None:
        placed: dict[str, Any] = {}
    elif like.data.ndim == mask.ndim:
        placed = placement(like)
    else:
        placed = placement_in_plane(like) if mask.ndim == 2 else {}
    return viewer.add_labels(mask.astype(np.uint8), name=name, opacity=OPACITY, **placed)
