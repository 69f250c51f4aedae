"""Masks of frames with several modules: one image a module, which follows the slider of the modules."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Image, Labels

from napari_unveil.frames import stack_from_array
from napari_unveil.masking import load_mask, save_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask import room
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.types import Frames
from napari_unveil.workflow.masking import mask_from_reference

Press = Callable[[str], None]
Until = Callable[[Callable[[], Any]], None]
Finish = Callable[[Task], None]


@pytest.fixture
def shots() -> Frames:
    """Four trains of two modules; the scattering lies elsewhere in the second."""
    frames = np.random.default_rng(0).normal(0, 0.1, (4, 2, 64, 64)).astype(np.float32)
    frames[:, 0, 10:24, 10:24] += 20
    frames[:, 1, 40:54, 30:44] += 20
    frames[:, 1, 3, 4] = np.nan
    return frames


@pytest.fixture
def run(view: MaskView, shots: Frames) -> Image:
    """The trains as a layer, chosen in the window, at the first module of the third train."""
    data, arguments, _ = stack_layer(stack_from_array(shots, name="run", unit="keV"), name="x-ray run")
    layer = view.viewer.add_image(data, **arguments)
    view.frames.choose(layer)
    view.viewer.dims.set_current_step((0, 1), (2, 0))
    return layer


def show_module(view: MaskView, number: int) -> None:
    view.viewer.dims.set_current_step(1, number)


def marked(view: MaskView) -> np.ndarray:
    return layers.mask_of(view.mask.layer())


@pytest.fixture
def made(view: MaskView, run: Image, finish: Finish) -> Labels:
    view.press()
    finish(view.task)
    return view.mask.layer()


def test_each_module_gets_the_mask_that_the_command_line_makes(view: MaskView, made: Labels, shots: Frames) -> None:
    assert made.data.shape == (2, 64, 64)
    np.testing.assert_array_equal(marked(view), mask_from_reference(shots).mask)
    assert marked(view)[0, 16, 16]
    assert marked(view)[1, 46, 36]
    assert not marked(view)[1, 16, 16]


def test_the_module_slider_shows_the_mask_of_that_module(view: MaskView, made: Labels, run: Image) -> None:
    for number in (0, 1):
        show_module(view, number)
        assert layers.shown_place(made, view.viewer.dims.current_step) == (number,)
        assert layers.shown_place(run, view.viewer.dims.current_step) == (2, number)
        np.testing.assert_array_equal(np.asarray(made._slice.image.raw) != 0, made.data[number] != 0)


def test_the_preview_looks_at_the_shown_module_and_follows_it(
    view: MaskView, run: Image, finish: Finish, shots: Frames, until: Until
) -> None:
    view.reference.live.click()
    finish(view.task)
    expected = mask_from_reference(shots).mask
    preview = view.viewer.layers["mask preview"]
    np.testing.assert_array_equal(preview.data != 0, expected[0])
    show_module(view, 1)
    until(lambda: np.array_equal(preview.data != 0, expected[1]))
    assert "of the shown module" in view.reference.note.text()


def test_the_shown_frame_gives_the_mask_of_its_module_alone(view: MaskView, run: Image, finish: Finish) -> None:
    view.reference.source.choose("shown")
    show_module(view, 1)
    view.press()
    show_module(view, 0)
    finish(view.task)
    np.testing.assert_array_equal(marked(view).any(axis=(1, 2)), [False, True])


def test_a_stroke_marks_the_shown_module(view: MaskView, run: Image) -> None:
    show_module(view, 1)
    view.paint.choose("Pencil")
    mask = view.mask.layer()
    mask.paint((2, 1, 30, 30)[-mask.ndim :], 1)
    np.testing.assert_array_equal(marked(view).any(axis=(1, 2)), [False, True])
    mask.undo()
    assert not marked(view).any()


def test_a_mask_is_changed_in_the_shown_module_or_in_all(view: MaskView, made: Labels, press: Press) -> None:
    before = marked(view)
    show_module(view, 1)
    press("Clear")
    np.testing.assert_array_equal(marked(view)[0], before[0])
    assert not marked(view)[1].any()
    press("Undo")
    view.changing.images.choose(None)
    press("Invert")
    np.testing.assert_array_equal(marked(view), ~before)
    press("Undo")
    np.testing.assert_array_equal(marked(view), before)


def test_special_pixels_are_those_of_each_module(view: MaskView, run: Image, press: Press, finish: Finish) -> None:
    press("Missing")
    finish(view.task)
    np.testing.assert_array_equal(np.argwhere(marked(view)), [[1, 3, 4]])


def test_edges_of_chips_are_marked_in_all_modules(view: MaskView, press: Press) -> None:
    view.frames.choose(view.viewer.add_image(np.zeros((1, 2, 512, 1024), np.float32), name="modules"))
    press("Double size")
    assert marked(view).shape == (2, 512, 1024)
    np.testing.assert_array_equal(marked(view).sum(axis=(1, 2)), [2 * 1024 + 6 * 512 - 2 * 6] * 2)


def test_limits_mark_the_shown_module_or_the_mean_of_each(
    view: MaskView, run: Image, press: Press, finish: Finish
) -> None:
    view.limits.high.setValue(10)
    show_module(view, 1)
    press("Above")
    finish(view.task)
    np.testing.assert_array_equal(marked(view).sum(axis=(1, 2)), [0, 14**2])
    view.limits.image.choose("mean")
    press("Above")
    finish(view.task)
    np.testing.assert_array_equal(marked(view).sum(axis=(1, 2)), [14**2, 14**2])


def test_one_mask_is_shared_out_and_united_again(view: MaskView, made: Labels, press: Press) -> None:
    before = marked(view)
    press("One for all")
    np.testing.assert_array_equal(marked(view), before.any(axis=0))
    press("Per module")
    np.testing.assert_array_equal(marked(view), [before.any(axis=0)] * 2)
    view.mask.choose(made)
    press("One per frame")
    assert marked(view).shape == (4, 2, 64, 64)
    press("One for all")
    np.testing.assert_array_equal(marked(view), before)


def test_a_mask_of_one_image_is_combined_with_all_modules(view: MaskView, made: Labels, press: Press) -> None:
    before, stripe = marked(view), np.zeros((64, 64), np.uint8)
    stripe[60:] = 1
    view.combining.other.choose(view.viewer.add_labels(stripe, name="stripe"))
    view.mask.choose(made)
    press("Union")
    np.testing.assert_array_equal(marked(view), before | (stripe != 0))
    press("Undo")
    view.combining.other.choose(made)
    view.mask.choose(view.viewer.layers["stripe"])
    press("Union")
    np.testing.assert_array_equal(marked(view), before.any(axis=0) | (stripe != 0))


@pytest.mark.parametrize("suffix", [".tif", ".npy", ".edf", ".h5"])
def test_a_saved_mask_comes_back(view: MaskView, made: Labels, tmp_path: Path, suffix: str) -> None:
    before = marked(view)
    view.save(tmp_path / f"mask{suffix}")
    np.testing.assert_array_equal(load_mask(tmp_path / f"mask{suffix}"), before)
    view.changing.images.choose(None)
    view.change(lambda mask: ~mask)
    view.load(tmp_path / f"mask{suffix}")
    np.testing.assert_array_equal(marked(view), before)
    view.viewer.layers.remove(made)
    view.load(tmp_path / f"mask{suffix}")
    np.testing.assert_array_equal(marked(view), before)


def test_one_image_in_a_file_is_for_all_modules(view: MaskView, run: Image, tmp_path: Path, press: Press) -> None:
    image = np.zeros((64, 64), np.bool_)
    image[:5] = True
    save_mask(tmp_path / "one.npy", image)
    view.load(tmp_path / "one.npy")
    assert marked(view).shape == (64, 64)
    press("New")
    assert marked(view).shape == (2, 64, 64)
    view.load(tmp_path / "one.npy")
    np.testing.assert_array_equal(marked(view), [image, image])


def test_room_is_that_of_the_shown_module(view: MaskView, made: Labels, until: Until) -> None:
    view.room.patch.setValue(16)
    view.change(lambda mask: mask | True)
    until(lambda: "100.0% masked of the shown module" in view.room.line.text())
    show_module(view, 1)
    until(lambda: view.room.room.masked == pytest.approx(made.data[1].mean()))


def test_places_are_drawn_for_the_shown_module(
    view: MaskView, made: Labels, press: Press, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.room.patch.setValue(16)
    press("Show places")
    first = view.viewer.layers["places of noise patches"].data.copy()
    monkeypatch.setattr(room, "AT_ONCE_PX", 10)
    show_module(view, 1)
    until(lambda: not np.array_equal(view.viewer.layers["places of noise patches"].data, first))
    drawn = view.viewer.layers["places of noise patches"].data
    assert drawn.shape == (64, 64)
    assert not (drawn[made.data[1] != 0]).all()


def test_outlines_go_into_the_shown_module(view: MaskView, made: Labels, press: Press, until: Until) -> None:
    before = marked(view)
    show_module(view, 1)
    press("Rectangle")
    outline = view.viewer.layers["mask outline"]
    outline.add_rectangles(np.array([[50, 50], [50, 60], [60, 60], [60, 50]]))
    until(lambda: not np.array_equal(marked(view), before))
    np.testing.assert_array_equal(marked(view)[0], before[0])
    assert marked(view)[1, 55, 55]
