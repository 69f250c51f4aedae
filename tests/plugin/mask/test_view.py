"""Window "Signal mask"."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtWidgets import QPushButton

from napari_unveil.frames import stack_from_array
from napari_unveil.masking import save_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.types import Mask

Finish = Callable[[Task], None]


@pytest.fixture
def view(beamtime: Any, qtbot: Any) -> MaskView:
    beamtime.layers.remove("signal mask")
    view = MaskView(beamtime)
    qtbot.addWidget(view)
    return view


def test_the_mask_marks_where_the_signal_is(view: MaskView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    mask = layers.mask_of(view.viewer.layers["signal mask"])
    assert mask[24, 24]
    assert not mask[60, 60]
    assert "threshold" in view.status.text()
    assert view.mask.layer() is view.viewer.layers["signal mask"]


def test_a_higher_threshold_masks_less_and_reads_the_frames_once(view: MaskView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    before, image = layers.mask_of(view.mask.layer()), view.session.reference.image
    view.threshold.setValue(2 * view.session.reference.threshold + 1)
    view.press()
    finish(view.task)
    after = layers.mask_of(view.mask.layer())
    assert 0 < after.sum() < before.sum()
    np.testing.assert_array_equal(view.session.reference.image, image)


def test_the_shown_frame_alone_can_be_the_image(view: MaskView, finish: Finish) -> None:
    view.viewer.dims.set_current_step(0, 2)
    view.source.choose("shown")
    view.press()
    finish(view.task)
    np.testing.assert_array_equal(view.session.reference.image, view.viewer.layers["X-ray only"].data[2].compute())


def test_without_frames_the_button_is_disabled_and_says_why(viewer: Any, qtbot: Any) -> None:
    view = MaskView(viewer)
    qtbot.addWidget(view)
    assert not view.button.isEnabled()
    assert view.status.text().startswith("No layer is chosen")


def test_a_saved_mask_comes_back(view: MaskView, finish: Finish, tmp_path: Path, mask: Mask) -> None:
    layers.show_mask(view.viewer, mask, like=view.frames.layer())
    view.save(tmp_path / "mask.tif")
    layers.show_mask(view.viewer, ~mask, like=view.frames.layer())
    view.load(tmp_path / "mask.tif")
    np.testing.assert_array_equal(layers.mask_of(view.mask.layer()), mask)


def test_a_mask_of_another_detector_is_refused(view: MaskView, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.ones((3, 4), np.uint8))
    view.load(tmp_path / "other.npy")
    assert "(3, 4)" in view.status.text()


def test_the_frames_are_cancelled_between_two_of_them(view: MaskView, finish: Finish) -> None:
    view.press()
    view.end()
    finish(view.task)
    assert "signal mask" not in view.viewer.layers
    assert view.button.isEnabled()


def test_a_mask_is_grown_shrunk_inverted_and_added_to(view: MaskView, tmp_path: Path) -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 20:30] = 1
    layer = view.viewer.add_labels(mask.copy(), name="painted")
    view.mask.choose(layer)
    buttons = {button.text(): button for button in view.findChildren(QPushButton)}
    buttons["Grow"].click()
    assert layers.mask_of(layer).sum() == 140  # the disk of radius 1 adds a side each, and no corners
    buttons["Shrink"].click()
    np.testing.assert_array_equal(layers.mask_of(layer), mask != 0)
    buttons["Invert"].click()
    np.testing.assert_array_equal(layers.mask_of(layer), mask == 0)
    layer.undo()
    other = np.zeros((64, 64), bool)
    other[50:60, 50:60] = True
    save_mask(tmp_path / "other.tif", other)
    view.add(tmp_path / "other.tif")
    np.testing.assert_array_equal(layers.mask_of(layer), (mask != 0) | other)


def test_frames_of_several_modules_are_refused(view: MaskView) -> None:
    frames = np.zeros((2, 2, 64, 64), np.float32)
    stack = replace(stack_from_array(frames, name="run"), axes=("train", "module", "y", "x"))
    layer = view.viewer.add_image(frames, name="modules", metadata={"unveil": {"stack": stack}})
    view.frames.choose(layer)
    view.check()
    assert "2 modules" in view.status.text()
