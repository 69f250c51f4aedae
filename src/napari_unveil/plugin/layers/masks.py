"""Labels layers with masks: a layer enters, a mask leaves, and the other way round.

A mask of two axes (y, x) is for all frames. Leading axes line up with those of the frames, as napari shows them: one
of (module, y, x) has an image for each module, one of all axes of the frames has one for each frame.
"""

from typing import Any

import numpy as np
from napari.layers import Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.plugin.layers.frames import placement, placement_of_axes
from napari_unveil.plugin.layers.overlays import is_overlay
from napari_unveil.types import Mask

MASK_NAME = "signal mask"
OPACITY = 0.4
LARGEST_SIDE_SHORT = 2**16
"""Sides up to which the places of changed pixels are kept as 16-bit numbers, a quarter of what napari takes."""


def mask_of(layer: Layer | None) -> Mask:
    """The mask that a labels layer holds, (y, x) or with leading axes; True where it is labelled.

    Raises
    ------
    Refused
        When there is no labels layer.
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
    return layer


def mask_layers(viewer: Any) -> list[Labels]:
    """The labels layers of a viewer that are no overlays."""
    return [layer for layer in viewer.layers if isinstance(layer, Labels) and not is_overlay(layer)]


def change_mask(layer: Labels, mask: Mask, *, plane: tuple[int, ...] = ()) -> None:
    """Make ``mask`` the content of a labels layer, or of what lies at ``plane``, in one step that can be undone.

    Parameters
    ----------
    plane
        Place along the first axes of the layer.

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
    changed = np.unravel_index(np.flatnonzero((before != 0) != mask), mask.shape)  # twice as fast as np.nonzero
    if not changed[0].size:
        return
    short = max(layer.data.shape) <= LARGEST_SIDE_SHORT
    places = [axis.astype(np.uint16 if short else np.int64) for axis in changed]
    outer = [np.full(changed[0].size, number, places[0].dtype) for number in plane]
    layer.data_setitem((*outer, *places), mask[changed].astype(layer.data.dtype))


def add_mask(viewer: Any, mask: Mask, *, like: Layer | None, name: str = MASK_NAME) -> Labels:
    """Show ``mask`` in a new labels layer that lies as the layer ``like`` does."""
    if like is None or like.data.ndim < mask.ndim:
        placed: dict[str, Any] = {}
    elif like.data.ndim == mask.ndim:
        placed = placement(like)
    else:
        placed = placement_of_axes(like, mask.ndim)
    return viewer.add_labels(mask.astype(np.uint8), name=name, opacity=OPACITY, **placed)
