"""Labels layers that only show something over the frames: they are no masks, and nobody paints on them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from napari.layers import Labels, Layer
from napari.utils.colormaps import DirectLabelColormap

from napari_unveil.plugin.layers.frames import METADATA, layer_named, placement_in_plane
from napari_unveil.types import Mask

OVERLAY = "overlay"
CLEAR = (0.0, 0.0, 0.0, 0.0)


def is_overlay(layer: Layer) -> bool:
    """Whether a layer only shows something of ours."""
    return bool(layer.metadata.get(METADATA, {}).get(OVERLAY))


def show_overlay(
    viewer: Any, marked: Mask, *, like: Layer, name: str, colour: Sequence[float], step: int = 1
) -> Labels:
    """Show where ``marked`` (y, x) is True over the frames of ``like``; a layer of that name is changed.

    Parameters
    ----------
    colour
        Red, green, blue and opacity, 0 to 1.
    step
        How many pixels of the frame a pixel of ``marked`` spans along each axis.
    """
    pixels = marked.view(np.uint8)
    layer = layer_named(viewer, name)
    if isinstance(layer, Labels) and is_overlay(layer) and layer.data.shape == pixels.shape:
        np.copyto(np.asarray(layer.data), pixels)
        layer.refresh(extent=False, thumbnail=False)
        return layer
    if layer is not None and is_overlay(layer):
        viewer.layers.remove(layer)
    active = viewer.layers.selection.active
    shown = viewer.add_labels(
        pixels.copy(),
        name=name,
        opacity=1.0,
        colormap=DirectLabelColormap(color_dict={None: CLEAR, 0: CLEAR, 1: tuple(colour)}),
        metadata={METADATA: {OVERLAY: True}},
        **_placed(like, step),
    )
    shown.editable = False
    if active is not None:
        viewer.layers.selection.active = active
    return shown


def hide_overlay(viewer: Any, name: str) -> None:
    """Remove the overlay of this name, if there is one."""
    layer = layer_named(viewer, name)
    if layer is not None and is_overlay(layer):
        viewer.layers.remove(layer)


def _placed(like: Layer, step: int) -> dict[str, Any]:
    """A coarse pixel has its centre in the middle of the fine ones that it spans."""
    placed = placement_in_plane(like)
    middle = (step - 1) / 2 * np.asarray(placed["scale"])
    turned = np.asarray(placed["rotate"]) @ middle
    return placed | {"scale": step * np.asarray(placed["scale"]), "translate": np.asarray(placed["translate"]) + turned}
