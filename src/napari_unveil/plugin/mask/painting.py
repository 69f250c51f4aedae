"""Section "Paint": napari's own tools on the mask layer, and outlines that are filled into it."""

from typing import Any

import numpy as np
from napari.layers import Labels, Shapes
from numpy.typing import NDArray
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QPushButton

from napari_unveil.masking import polygon_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.layers.overlays import lies_at, show_on_top
from napari_unveil.plugin.layers.shapes import drawn_in
from napari_unveil.plugin.mask.target import TAKE, target_of
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import whole_number
from napari_unveil.plugin.widgets.step_view import Action

OUTLINE = "mask outline"
PAINTING = {"Pencil": "paint", "Eraser": "erase", "Fill": "fill", "Polygon": "polygon"}
"""Modes of a labels layer."""

DRAWING = {"Rectangle": "add_rectangle", "Lasso": "add_polygon_lasso"}
"""Modes of a shapes layer."""

TIPS = {
    "Pencil": "Paint on the mask with a round brush.",
    "Eraser": "Paint the mask away with a round brush.",
    "Fill": "Click: fill the region under the cursor.",
    "Polygon": "Click the corners; a double click fills the polygon.",
    "Rectangle": "Drag a rectangle; it is filled when the button is let go.",
    "Lasso": "Draw around a region; it is filled when the outline is closed.",
    "Move": "Move the picture again, with no tool in hand.",
}


class PaintPart:
    """Buttons for the tools, and the brush."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.brush = whole_number(10, low=1, high=200, unit="px")
        section = view.add_section("Paint", "Paint on the mask with the mouse; every stroke can be undone.")
        self.buttons: dict[str, QPushButton] = {}
        for words in (("Pencil", "Eraser", "Fill", "Move"), ("Rectangle", "Polygon", "Lasso")):
            row = QHBoxLayout()
            added = view.fill(row, [self._action(word) for word in words])
            self.buttons |= dict(zip(words, added, strict=True))
            section.addRow(row)
        view.add_row("Brush", self.brush, "Width of pencil and eraser, in pixels of the frame.", section=section)
        self.brush.valueChanged.connect(self._set_brush)
        self._filling = QTimer(view)
        self._filling.setSingleShot(True)
        self._filling.setInterval(0)
        self._filling.timeout.connect(self.fill_outlines)
        self._followed: list[Any] = []
        connect_while_alive(view, view.viewer.layers.events.removed, self.show_tool)
        connect_while_alive(view, view.viewer.layers.selection.events.active, self.show_tool)

    def choose(self, word: str) -> None:
        """Take the tool of this name in hand."""
        if not self.view.attempt(lambda: self._choose(word)):
            self.show_tool()

    def tool(self) -> str:
        """The tool in hand; ``Move`` is none."""
        outline = self._outline()
        active = self.view.viewer.layers.selection.active
        if outline is not None:
            modes, mode = DRAWING, str(outline.mode) if active is outline else ""
        else:
            mask = self.view.mask.layer()
            modes, mode = PAINTING, str(mask.mode) if mask is not None and active is mask else ""
        return next((word for word, its in modes.items() if its == mode), "Move")

    def show_tool(self) -> None:
        """Press the button of the tool in hand."""
        if self.view.viewer is None:
            return
        tool = self.tool()
        for word, button in self.buttons.items():
            button.setChecked(word == tool)

    def follow(self, mask: Labels | None) -> None:
        """Show which tool of this layer is in hand from now on."""
        if mask is not None and not any(known is mask for known in self._followed):
            self._followed.append(mask)
            connect_while_alive(self.view, mask.events.mode, self.show_tool)
        self.show_tool()

    def fill_outlines(self) -> None:
        """Put what was drawn into the mask, one step an outline, and take the outlines away."""
        outline = self._outline()
        if outline is None or not outline.nshapes:
            return
        drawn = [corners[:, -2:] for _, corners in drawn_in(outline)]
        outline.selected_data = set(range(outline.nshapes))
        outline.remove_selected()
        self.view.attempt(lambda: self._fill(drawn, str(outline.mode)))

    def _action(self, word: str) -> Action:
        return Action(word, TIPS[word], lambda: self.choose(word), checkable=True)

    def _choose(self, word: str) -> None:
        viewer = self.view.viewer
        if word == "Move":
            self._put_away()
            return
        mask = self.view.mask_to_paint()
        if word in DRAWING:
            mask.mode = "pan_zoom"
            outline = self._shown_outline(mask)
            viewer.layers.selection.active = outline
            outline.mode = DRAWING[word]
        else:
            self._put_away()
            viewer.layers.selection.active = mask
            mask.visible = True
            mask.brush_size = self.brush.value()
            mask.selected_label = 0 if word != "Pencil" and self.view.how.value() == TAKE else 1
            mask.mode = PAINTING[word]
        self.follow(mask)

    def _put_away(self) -> None:
        viewer, outline, mask = self.view.viewer, self._outline(), self.view.mask.layer()
        if outline is not None:
            outline.mode = "pan_zoom"
            outline.visible = False  # removing it would take napari some tenths of a second
        if mask is not None:
            mask.mode = "pan_zoom"
            viewer.layers.selection.active = mask
        self.show_tool()

    def _outline(self) -> Shapes | None:
        """The layer that outlines are drawn in, while one of its tools is in hand."""
        layer = self._outline_layer()
        return layer if layer is not None and layer.visible else None

    def _outline_layer(self) -> Shapes | None:
        layer = layers.layer_named(self.view.viewer, OUTLINE)
        return layer if isinstance(layer, Shapes) and layers.is_overlay(layer) else None

    def _shown_outline(self, mask: Labels) -> Shapes:
        viewer, outline, placed = self.view.viewer, self._outline_layer(), layers.placement_in_plane(mask)
        if outline is not None and lies_at(outline, placed):
            show_on_top(viewer, outline)
            return outline
        if outline is not None:
            layers.remove(viewer, outline)
        outline = viewer.add_shapes(
            ndim=2,
            name=OUTLINE,
            edge_color="white",
            face_color="transparent",
            metadata={layers.METADATA: {layers.OVERLAY: True}},
            **placed,
        )
        outline.events.data.connect(self._drawn)
        connect_while_alive(self.view, outline.events.mode, self.show_tool)
        return outline

    def _drawn(self, event: Any) -> None:
        if str(getattr(event, "action", "")) == "added":
            self._filling.start()

    def _fill(self, drawn: list[NDArray[np.float64]], mode: str) -> None:
        target = target_of(self.view.viewer.dims.current_step, self.view.mask.layer())
        word = next((word for word, its in DRAWING.items() if its == mode), "outline").lower()
        how = self.view.how.value()
        for corners in drawn:
            shape = (target.shape[0], target.shape[1])
            target.merge(polygon_mask(corners, shape=shape), f"{word}{' taken away' if how == TAKE else ''}", how=how)

    def _set_brush(self, px: int) -> None:
        mask = self.view.mask.layer()
        if mask is not None:
            mask.brush_size = px
