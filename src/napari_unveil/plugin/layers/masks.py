"""Labels layers with masks (y, x): a layer enters, a mask leaves, and the other way round."""

from typing import Any

import numpy as np
from napari.layers import Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.plugin.layers.frames import layer_named, placement_in_plane
from napari_unveil.types import Mask

MASK_NAME = "signal mask"


def mask_of(layer: Layer | None) -> Mask:
    """The mask (y, x) that a labels layer holds; True where it is labelled.

    Raises
    ------
    Refused
        When there is no labels layer, or it is not one image.
    """
    if not isinstance(layer, Labels):
        raise Refused(
            found="no mask layer is chosen",
            needed="a labels layer that marks the signal",
            remedy="make one in the window Signal mask",
        )
    if layer.data.ndim != 2:
        raise Refused(
            found=f"the mask '{layer.name}' has {layer.data.ndim} axes",
            needed="one image (y, x)",
            remedy="make the mask again in the window Signal mask",
        )
    return np.asarray(layer.data != 0)


def show_mask(viewer: Any, mask: Mask, *, like: Layer | None, name: str = MASK_NAME) -> Labels:
    """Show ``mask`` (y, x) as labels over all frames; a layer of that name and shape is changed, undoably."""
    layer = layer_named(viewer, name)
    if isinstance(layer, Labels) and layer.data.shape == mask.shape:
        changed = np.nonzero((np.asarray(layer.data) != 0) != mask)
        if changed[0].size:
            layer.data_setitem(changed, mask[changed].astype(np.uint8))
        return layer
    if isinstance(layer, Labels):
        viewer.layers.remove(layer)
    placed = {} if like is None else placement_in_plane(like)
    return viewer.add_labels(mask.astype(np.uint8), name=name, opacity=0.4, **placed)
