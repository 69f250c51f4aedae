"""The line that says how much is masked and how many noise patches fit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels

from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask import room
from napari_unveil.plugin.mask.view import MaskView

Press = Callable[[str], None]
Until = Callable[[Callable[[], Any]], None]


def test_it_follows_the_mask(view: MaskView, square: Labels, press: Press, until: Until) -> None:
    view.room.patch.setValue(16)
    until(lambda: view.room.room is not None and view.room.room.patch == 16)
    assert view.room.line.text().startswith("2.4% masked")
    before = view.room.room
    square.brush_size = 30
    square.paint((45, 45), 1)
    until(lambda: view.room.room is not before)
    assert view.room.room.masked > before.masked
    assert len(view.room.room.separate) < len(before.separate)


def test_no_mask_and_no_room_are_said(view: MaskView, press: Press, until: Until) -> None:
    view.room.refresh()
    assert view.room.line.text() == "no mask yet"
    press("New")
    press("Invert")
    until(lambda: "no noise patch of 128 px fits" in view.room.line.text())
    assert "100.0% masked" in view.room.line.text()


def test_places_are_drawn_and_taken_away(view: MaskView, square: Labels, press: Press) -> None:
    view.room.patch.setValue(32)
    press("Show places")
    drawn = view.viewer.layers["places of noise patches"]
    assert drawn.data.sum() == len(view.room.room.separate) * 4 * 31
    assert not drawn.editable
    assert view.mask.layer() is square
    press("Show places")
    assert not drawn.visible


def test_a_large_mask_is_counted_beside_the_window(
    view: MaskView, square: Labels, finish: Callable[[Task], None], monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    monkeypatch.setattr(room, "AT_ONCE_PX", 10)
    view.room.patch.setValue(16)
    view.room.refresh()
    assert view.session.task("mask room").running
    square.data[...] = 1
    view.room.refresh()
    until(lambda: view.room.room is not None and view.room.room.masked == 1)
    finish(view.session.task("mask room"))


def test_a_mask_per_frame_counts_as_a_whole(view: MaskView, per_frame: Labels) -> None:
    view.room.refresh()
    assert "masked in any frame" in view.room.line.text()
    assert view.room.room.masked == pytest.approx(400 / 64**2)
    assert np.ndim(per_frame.data) == 3
