"""Tools of napari on the mask layer, outlines that are filled, and the steps that can be undone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels
from qtpy.QtCore import Qt

from napari_unveil.plugin import layers
from napari_unveil.plugin.mask.history import history_of
from napari_unveil.plugin.mask.view import MaskView

Press = Callable[[str], None]
Until = Callable[[Callable[[], Any]], None]
CORNERS = np.array([[9.6, 9.6], [9.6, 20.4], [14.4, 20.4], [14.4, 9.6]])


@pytest.mark.parametrize(
    ("word", "mode"), [("Pencil", "paint"), ("Eraser", "erase"), ("Fill", "fill"), ("Polygon", "polygon")]
)
def test_a_tool_is_napari_s_own_on_the_mask_layer(
    view: MaskView, square: Labels, press: Press, word: str, mode: str
) -> None:
    view.viewer.layers.selection.active = view.viewer.layers["X-ray only"]
    press(word)
    assert view.viewer.layers.selection.active is square
    assert str(square.mode) == mode
    assert [name for name, button in view.paint.buttons.items() if button.isChecked()] == [word]
    press("Move")
    assert str(square.mode) == "pan_zoom"
    assert view.paint.buttons["Move"].isChecked()


def test_a_mask_layer_is_made_for_the_first_stroke(view: MaskView, press: Press) -> None:
    press("Pencil")
    layer = view.mask.layer()
    assert layer is view.viewer.layers["signal mask"]
    layer.paint((30, 30), layer.selected_label)
    assert layers.mask_of(layer)[30, 30]
    assert view.steps.list.item(1).text() == "painted"


def test_a_tool_that_is_chosen_in_napari_is_shown(view: MaskView, square: Labels) -> None:
    view.viewer.layers.selection.active = square
    square.mode = "erase"
    assert view.paint.tool() == "Eraser"
    assert view.paint.buttons["Eraser"].isChecked()


def test_the_brush_has_the_width_that_is_entered(view: MaskView, square: Labels, press: Press) -> None:
    view.paint.brush.setValue(24)
    press("Pencil")
    assert square.brush_size == 24
    view.paint.brush.setValue(6)
    assert square.brush_size == 6


def drawn(view: MaskView, until: Until, kind: str = "rectangle") -> None:
    outline = view.viewer.layers["mask outline"]
    outline.add(CORNERS, shape_type=kind)
    until(lambda: not outline.nshapes)


@pytest.mark.parametrize(("word", "kind"), [("Rectangle", "rectangle"), ("Lasso", "polygon")])
def test_an_outline_is_filled_into_the_mask_as_one_step(
    view: MaskView, square: Labels, press: Press, until: Until, word: str, kind: str
) -> None:
    before = layers.mask_of(square)
    press(word)
    drawn(view, until, kind)
    expected = before.copy()
    expected[10:15, 10:21] = True
    np.testing.assert_array_equal(layers.mask_of(square), expected)
    assert view.steps.list.item(1).text() == word.lower()
    assert view.paint.tool() == word, "the tool stays in hand"
    press("Undo")
    np.testing.assert_array_equal(layers.mask_of(square), before)


def test_outlines_can_take_from_the_mask(view: MaskView, square: Labels, press: Press, until: Until) -> None:
    square.data[...] = 1
    view.how.choose("take")
    press("Rectangle")
    drawn(view, until)
    assert (square.data == 0).sum() == 5 * 11


def test_outlines_lie_where_a_moved_and_scaled_mask_lies(view: MaskView, press: Press, until: Until) -> None:
    layer = view.viewer.add_labels(np.zeros((64, 64), np.uint8), scale=(0.075, 0.075), translate=(3, 4), name="mm")
    view.mask.choose(layer)
    press("Rectangle")
    outline = view.viewer.layers["mask outline"]
    np.testing.assert_allclose(outline.scale, layer.scale)
    drawn(view, until)
    assert layer.data.sum() == 5 * 11


def test_outlines_go_into_the_shown_frame(view: MaskView, per_frame: Labels, press: Press, until: Until) -> None:
    before = per_frame.data.copy()
    view.viewer.dims.set_current_step(0, 3)
    press("Rectangle")
    drawn(view, until)
    assert (per_frame.data != before).any(axis=(1, 2)).tolist() == [False, False, False, True]


def test_the_outline_layer_is_put_away_with_the_tool(view: MaskView, square: Labels, press: Press) -> None:
    press("Lasso")
    outline = view.viewer.layers["mask outline"]
    press("Pencil")
    assert not outline.visible
    press("Rectangle")
    assert outline.visible
    view.viewer.layers.remove("mask outline")
    assert view.paint.tool() == "Move"


def test_a_mask_that_is_removed_while_it_is_drawn_on_ends_in_a_sentence(
    view: MaskView, square: Labels, press: Press, until: Until
) -> None:
    press("Rectangle")
    view.viewer.layers.remove(square)
    drawn(view, until)
    assert "No mask layer is chosen" in view.status.text()


def test_without_frames_there_is_nothing_to_paint_on(viewer: Any, qtbot: Any) -> None:
    view = MaskView(viewer)
    qtbot.addWidget(view)
    view.paint.buttons["Pencil"].click()
    assert "no layer is chosen" in view.status.text().lower()
    assert not view.paint.buttons["Pencil"].isChecked()


def test_a_rectangle_is_dragged_with_the_mouse(beamtime_in_window: Any, qtbot: Any, until: Until) -> None:
    viewer = beamtime_in_window
    view = MaskView(viewer)
    viewer.window.add_dock_widget(view, name="mask")
    layer = viewer.layers["signal mask"]
    layer.data[...] = 0
    view.paint.buttons["Rectangle"].click()
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitExposed(canvas)
    middle = canvas.rect().center()
    start, stop = middle - middle / 10, middle + middle / 10
    qtbot.mouseMove(canvas, start)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, middle)
    qtbot.mouseMove(canvas, stop)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=stop)
    until(layer.data.any)
    rows, columns = (np.flatnonzero(layer.data.any(axis=axis)) for axis in (1, 0))
    assert layer.data.sum() == len(rows) * len(columns) > 4
    assert viewer.layers["mask outline"].nshapes == 0


class TestSteps:
    def names(self, view: MaskView) -> list[str]:
        return [view.steps.list.item(row).text() for row in range(view.steps.list.count())]

    def test_they_are_listed_by_name(self, view: MaskView, square: Labels, press: Press) -> None:
        press("Grow")
        press("Invert")
        square.mode = "erase"
        square.paint((2, 2), 0)
        assert self.names(view) == ["as it began", "grown by 1 px", "inverted", "erased"]

    def test_a_click_goes_back_and_forth(self, view: MaskView, square: Labels, press: Press) -> None:
        began = square.data.copy()
        press("Grow")
        grown = square.data.copy()
        press("Invert")
        view.steps.list.itemClicked.emit(view.steps.list.item(0))
        np.testing.assert_array_equal(square.data, began)
        view.steps.list.itemClicked.emit(view.steps.list.item(1))
        np.testing.assert_array_equal(square.data, grown)
        assert view.steps.list.currentRow() == 1
        assert view.steps.list.item(2).font().italic()

    def test_a_new_step_ends_what_was_undone(self, view: MaskView, square: Labels, press: Press) -> None:
        press("Grow")
        press("Invert")
        press("Undo")
        press("Undo")
        press("Clear")
        assert self.names(view) == ["as it began", "cleared"]
        assert not view.steps.redo_button.isEnabled()

    def test_napari_s_own_undo_is_followed(self, view: MaskView, square: Labels, press: Press) -> None:
        press("Grow")
        square.undo()
        assert view.steps.list.currentRow() == 0
        assert view.steps.redo_button.isEnabled()
        square.redo()
        assert not view.steps.redo_button.isEnabled()

    def test_each_mask_has_its_own(self, view: MaskView, square: Labels, press: Press) -> None:
        press("Grow")
        press("New")
        assert self.names(view) == ["as it began"]
        view.mask.choose(square)
        assert self.names(view) == ["as it began", "grown by 1 px"]

    def test_only_the_last_hundred_are_kept(self, view: MaskView, square: Labels) -> None:
        history = history_of(square)
        for number in range(104):
            with history.naming(f"step {number}"):
                layers.change_mask(square, ~layers.mask_of(square))
        assert (history.names[0], history.names[-1], history.done) == ("step 4", "step 103", 100)
        history.go_to(0)
        assert history.done == 0

    def test_a_mask_whose_pixels_are_replaced_begins_anew(self, view: MaskView, square: Labels, press: Press) -> None:
        press("Grow")
        square.data = np.zeros((64, 64), np.uint8)
        press("Undo")
        press("Redo")
        assert view.steps.list.count() <= 2
