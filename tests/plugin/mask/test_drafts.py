"""Masks are kept while they are painted, and offered when the same frames are opened again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_unveil.masking import find_draft
from napari_unveil.plugin import layers, preferences
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.reader import layer_data

Press = Callable[[str], None]
Until = Callable[[Callable[[], Any]], None]
Finish = Callable[[Task], None]


@pytest.fixture
def opened(full_file: Path, qtbot: Any) -> Callable[[], MaskView]:
    """Open the same file in another viewer, with a window of its own."""

    viewers = []

    def open_again() -> MaskView:
        viewers.append(viewer := ViewerModel())
        for data, arguments, _ in layer_data(str(full_file)):
            viewer.add_image(data, **arguments)
        view = MaskView(viewer)
        qtbot.addWidget(view)
        return view

    return open_again


def paint(view: MaskView) -> Any:
    view.paint.choose("Pencil")
    layer = view.mask.layer()
    layer.paint((20, 20), 1)
    return layer


def kept(view: MaskView, folder: Path) -> Any:
    stack = layers.stack_of(view.frames.layer())
    return find_draft(folder, stack.address, shape=stack.data.shape)


def test_a_painted_mask_is_kept_a_few_seconds_later(
    opened: Callable[[], MaskView], own_folder: Path, finish: Finish
) -> None:
    view = opened()
    layer = paint(view)
    assert kept(view, own_folder) is None
    view.drafts._timer.timeout.emit()
    finish(view.session.task("mask draft"))
    found = kept(view, own_folder).masks()
    np.testing.assert_array_equal(found["signal mask"], layers.mask_of(layer))


def test_a_mask_that_is_not_kept_yet_is_kept_when_the_window_closes(
    full_file: Path, own_folder: Path, until: Until
) -> None:
    viewer = ViewerModel()
    for data, arguments, _ in layer_data(str(full_file)):
        viewer.add_image(data, **arguments)
    view = MaskView(viewer)
    paint(view)
    address = layers.stack_of(view.frames.layer()).address
    view.deleteLater()
    until(lambda: find_draft(own_folder, address, shape=(64, 64)) is not None)


def test_it_is_offered_with_the_same_frames_and_loaded(opened: Callable[[], MaskView], own_folder: Path) -> None:
    first = opened()
    expected = layers.mask_of(paint(first))
    first.drafts.flush()
    second = opened()
    assert not second.drafts.offer.isHidden()
    assert "painted on 20" in second.drafts.words.text()
    second.drafts.load()
    np.testing.assert_array_equal(layers.mask_of(second.mask.layer()), expected)
    assert second.drafts.offer.isHidden()


def test_what_is_forgotten_is_not_offered_again(opened: Callable[[], MaskView], own_folder: Path) -> None:
    first = opened()
    paint(first)
    first.drafts.flush()
    second = opened()
    second.drafts.forget()
    assert kept(second, own_folder) is None
    assert opened().drafts.offer.isHidden()


def test_nothing_is_offered_to_who_prefers_that(
    opened: Callable[[], MaskView], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    paint(first)
    first.drafts.flush()
    monkeypatch.setattr(preferences, "preferences", lambda: preferences.Preferences(restore_mask=False))
    assert opened().drafts.offer.isHidden()


def test_frames_that_lie_in_no_file_have_no_draft(view: MaskView, own_folder: Path) -> None:
    paint(view)
    view.drafts.flush()
    assert not list(own_folder.glob("masks/*"))


def test_all_masks_of_the_frames_are_kept_and_empty_ones_are_not(
    opened: Callable[[], MaskView], own_folder: Path
) -> None:
    view = opened()
    view.new_mask()
    view.viewer.add_labels(np.ones((4, 64, 64), np.uint8), name="others")
    view.viewer.add_labels(np.ones((3, 4), np.uint8), name="of another detector")
    view.new_mask()
    paint(view)
    view.drafts.flush()
    assert set(kept(view, own_folder).names.values()) == {"others", "signal mask [1]"}
