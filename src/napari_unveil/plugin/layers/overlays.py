"""Labels layers that only show something over the frames: they are no masks, and nobody paints on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from napari.layers import Labels, Layer
from napari.utils.colormaps import DirectLabelColormap

from napari_unveil.plugin.layers.frames import METADATA, layer_named, placement_in_plane
from napari_unveil.plugin.layers.removing import remove
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
    pixels, placed = marked.view(np.uint8), _placed(like, step)
    layer = layer_named(viewer, name)
    if layer is not None and is_overlay(layer):
        if isinstance(layer, Labels) and layer.data.shape == pixels.shape and lies_at(layer, placed):
            np.copyto(np.asarray(layer.data), pixels)
            show_on_top(viewer, layer)
            layer.refresh(extent=False, thumbnail=False)
            return layer
        remove(viewer, layer)
    active = viewer.layers.selection.active
    shown = viewer.add_labels(
        pixels.copy(),
        name=name,
        opacity=1.0,
        colormap=DirectLabelColormap(color_dict={None: CLEAR, 0: CLEAR, 1: tuple(colour)}),
        metadata={METADATA: {OVERLAY: True}},
        **placed,
    )
    shown.editable = False
    if active is not None:
        viewer.layers.selection.active = active
    return shown


def hide_overlay(viewer: Any, name: str) -> None:
    """Hide the overlay of this name, if there is one; it stays for the next time, as napari removes layers slowly."""
    layer = layer_named(viewer, name)
    if layer is not None and is_overlay(layer) and layer.visible:
        layer.visible = False


def show_on_top(viewer: Any, layer: Layer) -> None:
    """Show a layer that was hidden over all others, as if it had just been added."""
    if layer.visible:
        return
    viewer.layers.move(viewer.layers.index(layer), len(viewer.layers))
    layer.visible = True


def lies_at(layer: Layer, placed: Mapping[str, Any]) -> bool:
    """Whether a layer lies in the world as a new one with these arguments would."""
    there = {name: getattr(layer, name) for name in ("scale", "translate", "rotate", "shear")}
    there["affine"] = layer.affine.affine_matrix
    return all(np.array_equal(value, placed[name]) for name, value in there.items())


def _placed(like: Layer, step: int) -> dict[str, Any]:
    """A coarse pixel has its centre in the middle of the fine ones that it spans."""
    placed = placement_in_plane(like)
    middle = (step - 1) / 2 * np.asarray(placed["scale"])
    turned = np.asarray(placed["rotate"]) @ middle
    return placed | {"scale": step * np.asarray(placed["scale"]), "translate": np.asarray(placed["translate"]) + turned}
