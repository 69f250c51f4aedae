"""The canvas on which napari draws the layers."""

from typing import Any


def hold_canvas(viewer: Any, held: bool) -> None:
    """Leave the canvas as it is, or draw it again; a viewer without a window has none.

    Napari has no public way to its canvas.
    """
    window = getattr(getattr(viewer, "window", None), "_qt_viewer", None)
    if window is not None:
        window.canvas.native.setUpdatesEnabled(not held)
