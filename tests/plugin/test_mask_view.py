"""Window "Signal mask"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask_view import MaskView
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
