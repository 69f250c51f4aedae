"""All access to napari's layers."""

from napari_unveil.plugin.layers.frames import (
    ENERGY,
    METADATA,
    PROVENANCE,
    STACK,
    UNIT,
    LayerFrames,
    is_input,
    is_result,
    layer_named,
    placement,
    placement_in_plane,
    shown_frame,
    shown_place,
    stack_of,
)
from napari_unveil.plugin.layers.look import MISSING_COLOUR, frame_look
from napari_unveil.plugin.layers.masks import (
    MASK_NAME,
    add_mask,
    change_mask,
    mask_layer,
    mask_layers,
    mask_of,
)
from napari_unveil.plugin.layers.overlays import OVERLAY, hide_overlay, is_overlay, show_overlay
from napari_unveil.plugin.layers.removing import remove
from napari_unveil.plugin.layers.separations import (
    Results,
    results_of,
    show_noise,
    show_separation,
    show_signal,
    source_of,
)
from napari_unveil.plugin.layers.shapes import line_of

__all__ = [
    "ENERGY",
    "MASK_NAME",
    "METADATA",
    "MISSING_COLOUR",
    "OVERLAY",
    "PROVENANCE",
    "STACK",
    "UNIT",
    "LayerFrames",
    "Results",
    "add_mask",
    "change_mask",
    "frame_look",
    "hide_overlay",
    "is_input",
    "is_overlay",
    "is_result",
    "layer_named",
    "line_of",
    "mask_layer",
    "mask_layers",
    "mask_of",
    "placement",
    "placement_in_plane",
    "remove",
    "results_of",
    "show_noise",
    "show_overlay",
    "show_separation",
    "show_signal",
    "shown_frame",
    "shown_place",
    "source_of",
    "stack_of",
]
