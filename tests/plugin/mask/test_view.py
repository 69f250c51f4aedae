"""Window "Signal mask": making masks, special pixels, thresholds, files, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels

from napari_unveil.masking import grow, save_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.types import Mask

Finish = Callable[[Task], None]
Press = Callable[[str], None]


def marked(view: MaskView) -> Mask:
    return layers.mask_of(view.mask.layer())


class TestFromReference:
    def test_the_mask_marks_where_the_signal_is(self, view: MaskView, finish: Finish) -> None:
        view.press()
        finish(view.task)
        assert marked(view)[24, 24]
        assert not marked(view)[60, 60]
        assert "threshold" in view.status.text()
        assert view.mask.layer() is view.viewer.layers["signal mask"]

    def test_a_higher_threshold_masks_less(self, view: MaskView, finish: Finish) -> None:
        view.press()
        finish(view.task)
        before = marked(view)
        view.reference.threshold.setValue(2 * view.session.reference.threshold + 1)
        view.press()
        finish(view.task)
        assert 0 < marked(view).sum() < before.sum()
        view.mask.layer().undo()
        np.testing.assert_array_equal(marked(view), before)

    def test_the_result_can_be_added_to_what_is_there(self, view: MaskView, finish: Finish, square: Labels) -> None:
        square.data[60:, 60:] = 1
        view.reference.how.choose("add")
        view.press()
        finish(view.task)
        assert marked(view)[24, 24]
        assert marked(view)[62, 62]

    def test_the_shown_frame_alone_can_be_the_image(self, view: MaskView, finish: Finish) -> None:
        view.viewer.dims.set_current_step(0, 2)
        view.reference.source.choose("shown")
        view.press()
        finish(view.task)
        np.testing.assert_array_equal(view.session.reference.image, view.viewer.layers["X-ray only"].data[2].compute())

    def test_frames_in_which_nothing_stands_out_are_refused_in_a_sentence(self, view: MaskView, finish: Finish) -> None:
        view.reference.threshold.setValue(1e6)
        view.press()
        finish(view.task)
        assert "stands out" in view.status.text()
        assert not view.masks()

    def test_frames_of_nan_are_refused_in_a_sentence(self, view: MaskView, finish: Finish) -> None:
        layer = view.viewer.add_image(np.full((2, 64, 64), np.nan, np.float32), name="dead", contrast_limits=(0, 1))
        view.frames.choose(layer)
        view.press()
        finish(view.task)
        assert "no valid pixel" in view.status.text()

    def test_the_frames_are_cancelled_between_two_of_them(self, view: MaskView, finish: Finish) -> None:
        view.press()
        view.end()
        finish(view.task)
        assert not view.masks()
        assert view.button.isEnabled()

    def test_frames_that_are_removed_meanwhile_leave_the_mask(self, view: MaskView, finish: Finish) -> None:
        view.press()
        view.viewer.layers.clear()
        finish(view.task)
        assert marked(view)[24, 24]

    def test_without_frames_the_button_is_disabled_and_says_why(self, viewer: Any, qtbot: Any) -> None:
        view = MaskView(viewer)
        qtbot.addWidget(view)
        assert not view.button.isEnabled()
        assert "No layer is chosen" in view.status.text()


class TestPreview:
    def shown(self, view: MaskView) -> Mask:
        return np.asarray(view.viewer.layers["mask preview"].data != 0)

    @pytest.fixture
    def live(self, view: MaskView, press: Press, finish: Finish) -> MaskView:
        press("Live preview")
        finish(view.task)
        return view

    def test_it_shows_what_the_button_would_make(self, live: MaskView, finish: Finish) -> None:
        before = self.shown(live)
        live.press()
        finish(live.task)
        np.testing.assert_array_equal(marked(live), before)
        assert not live.viewer.layers["mask preview"].visible

    def test_it_follows_threshold_and_margin_and_reads_nothing_again(self, live: MaskView) -> None:
        before = self.shown(live)
        live.reference.grow.setValue(14)
        np.testing.assert_array_equal(self.shown(live), grow(before, 0) | self.shown(live))
        assert self.shown(live).sum() > before.sum()
        live.reference.threshold.setValue(3 * live.reference.level() + 1)
        assert self.shown(live).sum() < before.sum()
        assert not live.task.running

    def test_sliders_and_fields_move_one_another(self, live: MaskView) -> None:
        live.reference.level_slider.setValue(900)
        assert live.reference.threshold.value() == pytest.approx(live.reference.prepared.levels[900], abs=1e-3)
        live.reference.grow_slider.setValue(20)
        assert live.reference.grow.value() == 20
        live.reference.grow.setValue(3)
        assert live.reference.grow_slider.value() == 3

    def test_it_is_no_step_of_the_mask_and_no_mask_to_choose(
        self, view: MaskView, square: Labels, press: Press, finish: Finish
    ) -> None:
        press("Live preview")
        finish(view.task)
        view.reference.grow.setValue(20)
        assert view.mask.layer() is square
        assert view.mask.count() == 1
        assert view.steps.list.count() == 1
        assert view.viewer.layers.selection.active is square

    def test_it_goes_when_the_button_is_released_or_its_frames_are_removed(
        self, live: MaskView, press: Press, finish: Finish
    ) -> None:
        press("Live preview")
        assert not live.viewer.layers["mask preview"].visible
        press("Live preview")
        assert live.viewer.layers["mask preview"].visible
        live.viewer.layers.remove("X-ray only")
        live.viewer.layers.remove("full shots")
        finish(live.task)
        assert not live.viewer.layers["mask preview"].visible
        assert not live.reference.live.isChecked()

    def test_the_shown_frame_is_followed(self, live: MaskView, finish: Finish) -> None:
        live.reference.source.choose("shown")
        finish(live.task)
        live.viewer.dims.set_current_step(0, 3)
        finish(live.task)
        np.testing.assert_array_equal(live.reference.prepared.image, live.viewer.layers["X-ray only"].data[3].compute())

    def test_a_frame_of_nan_ends_it_with_a_sentence(self, live: MaskView, finish: Finish) -> None:
        layer = live.viewer.add_image(np.full((2, 64, 64), np.nan, np.float32), name="dead", contrast_limits=(0, 1))
        live.frames.choose(layer)
        finish(live.task)
        assert not live.reference.live.isChecked()
        assert "no valid pixel" in live.status.text()


class TestThreshold:
    def test_limits_are_those_of_the_shown_contrast(self, view: MaskView, press: Press) -> None:
        view.viewer.layers["X-ray only"].contrast_limits = (3, 40)
        press("From contrast")
        assert (view.limits.low.value(), view.limits.high.value()) == (3, 40)

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("Below", lambda image: image < 3),
            ("Between", lambda image: (image >= 3) & (image <= 40)),
            ("Above", lambda image: image > 40),
        ],
    )
    def test_pixels_of_the_shown_frame_are_marked(
        self, view: MaskView, press: Press, finish: Finish, word: str, expected: Callable[[Any], Any]
    ) -> None:
        view.viewer.dims.set_current_step(0, 1)
        view.limits.low.setValue(3)
        view.limits.high.setValue(40)
        press(word)
        finish(view.task)
        image = view.viewer.layers["X-ray only"].data[1].compute()
        np.testing.assert_array_equal(marked(view), expected(image))

    def test_limits_the_wrong_way_round_are_refused(self, view: MaskView, press: Press, finish: Finish) -> None:
        view.limits.low.setValue(40)
        view.limits.high.setValue(3)
        press("Between")
        finish(view.task)
        assert "above the upper limit" in view.status.text()
        assert not view.masks()

    def test_tools_can_take_from_the_mask(self, view: MaskView, square: Labels, press: Press, finish: Finish) -> None:
        view.how.choose("take")
        view.limits.low.setValue(-1e6)
        view.limits.high.setValue(1e6)
        press("Between")
        finish(view.task)
        assert not marked(view).any()
        assert "taken away" in view.status.text()


def test_numbers_carry_the_unit_of_the_frames(view: MaskView) -> None:
    assert view.reference.threshold.suffix() == view.limits.low.suffix() == " keV"
    view.frames.choose(view.viewer.add_image(np.zeros((2, 64, 64), np.float32), name="unknown unit"))
    assert view.reference.threshold.suffix() == view.limits.low.suffix() == ""


class TestChange:
    def test_a_mask_is_grown_shrunk_and_inverted(self, view: MaskView, square: Labels, press: Press) -> None:
        before = marked(view)
        press("Grow")
        assert marked(view).sum() == 140  # the disk of radius 1 adds a side each, and no corners
        press("Shrink")
        np.testing.assert_array_equal(marked(view), before)
        press("Invert")
        np.testing.assert_array_equal(marked(view), ~before)
        square.undo()
        np.testing.assert_array_equal(marked(view), before)

    def test_holes_are_filled_specks_removed_and_all_cleared(
        self, view: MaskView, square: Labels, press: Press
    ) -> None:
        before = marked(view)
        square.data[23:26, 23:26] = 0
        square.data[50, 50] = 1
        press("Fill holes")
        press("Remove specks")
        np.testing.assert_array_equal(marked(view), before)
        press("Clear")
        assert not marked(view).any()

    def test_a_large_mask_is_changed_beside_the_window(
        self, view: MaskView, square: Labels, press: Press, finish: Finish, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job, "AT_ONCE_PX", 10)
        press("Grow")
        assert view.task.running
        finish(view.task)
        assert marked(view).sum() == 140

    def test_a_mask_that_is_painted_on_meanwhile_is_left_alone(
        self, view: MaskView, square: Labels, press: Press, finish: Finish, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job, "AT_ONCE_PX", 10)
        press("Grow")
        square.paint((50, 50), 1)
        finish(view.task)
        assert marked(view)[50, 50]
        assert marked(view)[20:30, 19].sum() == 0
        assert "in the meantime" in view.status.text()

    def test_a_mask_that_is_removed_meanwhile_stays_removed(
        self, view: MaskView, square: Labels, press: Press, finish: Finish, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job, "AT_ONCE_PX", 10)
        press("Grow")
        view.viewer.layers.remove(square)
        finish(view.task)
        assert "removed" in view.status.text()
        assert not view.masks()

    def test_without_a_mask_a_sentence_says_so(self, view: MaskView, press: Press) -> None:
        press("Grow")
        assert "No mask layer is chosen" in view.status.text()


class TestPerFrame:
    def test_the_shown_frame_is_changed(self, view: MaskView, per_frame: Labels, press: Press) -> None:
        view.viewer.dims.set_current_step(0, 2)
        press("Clear")
        np.testing.assert_array_equal(per_frame.data.any(axis=(1, 2)), [True, True, False, True])

    def test_all_frames_are_changed_in_one_step(self, view: MaskView, per_frame: Labels, press: Press) -> None:
        before = per_frame.data.copy()
        view.changing.images.choose(None)
        press("Invert")
        np.testing.assert_array_equal(per_frame.data, 1 - before)
        per_frame.undo()
        np.testing.assert_array_equal(per_frame.data, before)

    def test_one_mask_for_all_marks_what_any_frame_marks(self, view: MaskView, per_frame: Labels, press: Press) -> None:
        press("One for all")
        expected = np.zeros((64, 64), bool)
        expected[0:40, 20:30] = True
        assert view.mask.layer() is not per_frame
        np.testing.assert_array_equal(view.mask.layer().data != 0, expected)
        np.testing.assert_array_equal(layers.mask_of(per_frame).any(axis=0), expected)

    def test_a_mask_is_shared_out_over_the_frames(self, view: MaskView, square: Labels, press: Press) -> None:
        press("One per frame")
        made = view.mask.layer()
        assert made.data.shape == (4, 64, 64)
        assert (made.data == square.data).all()

    def test_found_pixels_go_into_the_shown_frame(
        self, view: MaskView, per_frame: Labels, press: Press, finish: Finish
    ) -> None:
        view.viewer.dims.set_current_step(0, 3)
        before = per_frame.data.copy()
        view.limits.low.setValue(-1e6)
        view.limits.high.setValue(1e6)
        press("Between")
        finish(view.task)
        assert (per_frame.data[3] != 0).all()
        np.testing.assert_array_equal(per_frame.data[:3], before[:3])


class TestSpecialPixels:
    @pytest.fixture
    def odd(self, view: MaskView) -> np.ndarray:
        """Whole counts with a dead, a saturated and a hot pixel, chosen as frames."""
        frames = np.random.default_rng(0).poisson(2, (4, 64, 64)).astype(np.uint16)
        frames[1, 5, 6] = 65535
        frames[:, 40, 41] = 60
        view.frames.choose(view.viewer.add_image(frames, name="counts"))
        return frames

    def test_saturated_pixels_have_the_largest_value_of_the_type(
        self, view: MaskView, odd: np.ndarray, press: Press, finish: Finish
    ) -> None:
        press("Saturated")
        finish(view.task)
        np.testing.assert_array_equal(np.argwhere(marked(view)), [[5, 6]])
        assert "saturated pixels: 1 pixels" in view.status.text().lower()

    def test_the_level_of_saturation_can_be_entered(
        self, view: MaskView, odd: np.ndarray, press: Press, finish: Finish
    ) -> None:
        view.special.level.setValue(60)
        press("Saturated")
        finish(view.task)
        np.testing.assert_array_equal(np.argwhere(marked(view)), [[5, 6], [40, 41]])

    def test_numbers_with_decimals_have_no_largest_value(self, view: MaskView, press: Press) -> None:
        press("Saturated")
        assert "Saturated from" in view.status.text()

    def test_hot_pixels_are_marked(self, view: MaskView, odd: np.ndarray, press: Press, finish: Finish) -> None:
        press("Hot")
        finish(view.task)
        np.testing.assert_array_equal(np.argwhere(marked(view)), [[40, 41]])

    def test_missing_pixels_are_marked(self, view: MaskView, press: Press, finish: Finish) -> None:
        frames = np.zeros((4, 64, 64), np.float32)
        frames[:, 7, 8] = np.nan
        view.frames.choose(view.viewer.add_image(frames, name="gaps", contrast_limits=(0, 1)))
        press("Missing")
        finish(view.task)
        np.testing.assert_array_equal(np.argwhere(marked(view)), [[7, 8]])

    def test_chips_of_a_module_are_marked(self, view: MaskView, press: Press) -> None:
        view.frames.choose(view.viewer.add_image(np.zeros((1, 512, 1024), np.float32), name="module"))
        press("Double size")
        assert marked(view).sum() == 2 * 1024 + 6 * 512 - 2 * 6
        press("Chip edges")
        assert (~marked(view)).sum() == 8 * 254**2

    def test_frames_of_another_detector_have_no_chips(self, view: MaskView, press: Press) -> None:
        press("Chip edges")
        assert "(64, 64)" in view.status.text()

    def test_a_mask_of_another_shape_is_left_alone(
        self, view: MaskView, press: Press, square: Labels, finish: Finish
    ) -> None:
        view.frames.choose(view.viewer.add_image(np.zeros((4, 32, 32), np.float32), name="small"))
        press("Missing")
        finish(view.task)
        assert "(64, 64)" in view.status.text()
        assert "(32, 32)" in view.status.text()


class TestCombining:
    @pytest.fixture
    def other(self, view: MaskView, square: Labels) -> Labels:
        mask = np.zeros((64, 64), np.uint8)
        mask[25:35, 25:35] = 1
        layer = view.viewer.add_labels(mask, name="other")
        view.combining.other.choose(layer)
        assert view.mask.layer() is square
        return layer

    @pytest.mark.parametrize(("word", "pixels"), [("Union", 175), ("Common", 25), ("Difference", 75)])
    def test_two_masks_are_combined(
        self, view: MaskView, square: Labels, other: Labels, press: Press, word: str, pixels: int
    ) -> None:
        press(word)
        assert marked(view).sum() == pixels
        assert other.data.sum() == 100
        assert "other" in view.steps.list.item(1).text()
        square.undo()
        assert marked(view).sum() == 100

    def test_masks_of_two_shapes_are_refused(self, view: MaskView, square: Labels, press: Press) -> None:
        view.combining.other.choose(view.viewer.add_labels(np.ones((3, 4), np.uint8), name="small"))
        press("Union")
        assert "masks of one shape" in view.status.text()
        assert marked(view).sum() == 100

    def test_another_mask_is_begun_under_a_name_of_its_own(self, view: MaskView, press: Press) -> None:
        press("New")
        press("New")
        assert [layer.name for layer in view.masks()] == ["signal mask", "signal mask [1]"]
        assert view.mask.layer() is view.masks()[1]
        assert not marked(view).any()


class TestFiles:
    def test_a_saved_mask_comes_back(self, view: MaskView, tmp_path: Path, square: Labels) -> None:
        before = marked(view)
        view.save(tmp_path / "mask.tif")
        view.change(lambda mask: ~mask)
        view.load(tmp_path / "mask.tif")
        np.testing.assert_array_equal(marked(view), before)
        square.undo()
        np.testing.assert_array_equal(marked(view), ~before)

    def test_masks_per_frame_come_back_too(self, view: MaskView, tmp_path: Path, per_frame: Labels) -> None:
        before = per_frame.data.copy()
        view.save(tmp_path / "masks.h5")
        view.viewer.layers.remove(per_frame)
        view.load(tmp_path / "masks.h5")
        np.testing.assert_array_equal(view.mask.layer().data, before)

    def test_a_mask_in_a_file_is_added(self, view: MaskView, tmp_path: Path, square: Labels) -> None:
        other = np.zeros((64, 64), bool)
        other[50:60, 50:60] = True
        save_mask(tmp_path / "other.msk", other)
        view.add(tmp_path / "other.msk")
        assert marked(view).sum() == 200

    def test_the_dataset_of_an_hdf5_file_can_be_named(self, view: MaskView, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "two.h5", "w") as file:
            file["first"], file["second"] = np.zeros((64, 64), np.uint8), np.ones((64, 64), np.uint8)
        view.load(tmp_path / "two.h5")
        assert "/first, /second" in view.status.text()
        view.files.dataset.setText("/second")
        view.load(tmp_path / "two.h5")
        assert marked(view).all()

    def test_a_mask_of_another_detector_is_refused(self, view: MaskView, tmp_path: Path) -> None:
        np.save(tmp_path / "other.npy", np.ones((3, 4), np.uint8))
        view.load(tmp_path / "other.npy")
        assert "(3, 4)" in view.status.text()

    def test_masks_of_more_frames_are_shown_beside(self, view: MaskView, tmp_path: Path, square: Labels) -> None:
        save_mask(tmp_path / "seven.tif", np.ones((7, 64, 64), bool))
        view.load(tmp_path / "seven.tif")
        assert view.mask.layer().name == "seven"
        assert square.data.sum() == 100
