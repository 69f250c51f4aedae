"""Layers that are removed without a pause."""

import gc
from typing import Any

from napari.layers import Layer


def remove(viewer: Any, layer: Layer) -> None:
    """Remove a layer.

    Napari searches the whole program for garbage then, which takes some tenths of a second. What was there before is
    put aside for as long: the layer itself is garbage only later, and found by the searches that Python makes.
    """
    gc.freeze()
    try:
        viewer.layers.remove(layer)
    finally:
        gc.unfreeze()
