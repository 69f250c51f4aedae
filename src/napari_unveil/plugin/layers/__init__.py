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
    stack_of,
)
from napari_unveil.plugin.layers.look import MISSING_COLOUR, frame_limits, frame_look
from napari_unveil.plugin.layers.masks import MASK_NAME, mask_of, show_mask
from napari_unveil.plugin.layers.separations import Results, results_of, show_separation
from napari_unveil.plugin.layers.shapes import line_of

__all__ = [
    "ENERGY",
    "MASK_NAME",
    "METADATA",
    "MISSING_COLOUR",
    "PROVENANCE",
    "STACK",
    "UNIT",
    "LayerFrames",
    "Results",
    "frame_limits",
    "frame_look",
    "is_input",
    "is_result",
    "layer_named",
    "line_of",
    "mask_of",
    "placement",
    "placement_in_plane",
    "results_of",
    "show_mask",
    "show_separation",
    "shown_frame",
    "stack_of",
]
