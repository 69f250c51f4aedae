"""The window Harvest with shots of two modules gives what the command line gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import FrameStack, stack_from_array
from napari_unveil.harvest import HarvestSettings, PatchLibrary, free_positions, harvest, plan_harvest
from napari_unveil.plugin import layers
from napari_unveil.plugin.harvest.gallery import gallery_of
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.types import Frames, Mask

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]


def in_modules(frames: Frames, name: str) -> FrameStack:
    """The second module sees each frame upside down."""
    return stack_from_array(np.stack([frames, frames[:, ::-1]], axis=1), name=name, unit="keV", photon_energy_keV=8.0)


@pytest.fixture
def stacks(xray_frames: Frames, full_frames: Frames) -> tuple[FrameStack, FrameStack]:
    return in_modules(xray_frames, "x"), in_modules(full_frames, "f")


@pytest.fixture
def masks(mask: Mask) -> Mask:
    return np.stack([mask, mask[::-1]])


@pytest.fixture
def view(viewer: Any, stacks: tuple[FrameStack, FrameStack], masks: Mask, qtbot: Any, tmp_path: Path) -> HarvestView:
    for name, stack in zip(("X-ray only", "full shots"), stacks, strict=True):
        data, arguments, _ = stack_layer(stack, name=name)
        viewer.add_image(data, **arguments)
    layers.add_mask(viewer, masks, like=viewer.layers["X-ray only"])
    view = HarvestView(viewer)
    qtbot.addWidget(view)
    view.patch.setValue(16)
    view.signals.setValue(20)
    view.noises.setValue(30)
    view.output.set_path(tmp_path / "patches.h5")
    view.check()
    return view


def test_the_window_harvests_what_the_command_line_harvests(
    view: HarvestView, stacks: tuple[FrameStack, FrameStack], masks: Mask, finish: Finish, tmp_path: Path
) -> None:
    view.press()
    finish(view.task)
    plan = plan_harvest(*stacks, masks, HarvestSettings(patch=16, signals=20, noises=30))
    list(harvest(plan, tmp_path / "headless.h5"))
    one, other = (PatchLibrary.open(tmp_path / name) for name in ("patches.h5", "headless.h5"))
    assert set(one.labels["noise"].modules) == {0, 1}
    for kind in ("signal", "noise"):
        everything = np.arange(one.count(kind))
        np.testing.assert_array_equal(one.patches(kind, everything), other.patches(kind, everything))
        for name in ("frames", "modules"):
            np.testing.assert_array_equal(getattr(one.labels[kind], name), getattr(other.labels[kind], name))


def test_places_of_all_modules_are_announced(view: HarvestView, masks: Mask, until: Until) -> None:
    places = sum(np.count_nonzero(free_positions(mask, patch=16, max_excluded=0.05)) for mask in masks)
    until(lambda: f"({places:,} places outside the masks of 2 modules)" in view.ahead.text())


def test_the_gallery_says_from_which_module_a_patch_was_cut(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    view.press()
    finish(view.task)
    view.panel.show_patches()
    finish(view.task)
    gallery = gallery_of(view.session)
    gallery.click("noise", 0, 2, 2)
    index = int(gallery.montages["noise"].ranking.indices[0])
    assert f"cut from {PatchLibrary.open(tmp_path / 'patches.h5').place('noise', index)})" in gallery.sentence
    assert ", module " in gallery.sentence


def test_a_mask_of_other_modules_is_refused_at_once(view: HarvestView) -> None:
    view.viewer.layers.remove("signal mask")
    view.mask.choose(view.viewer.add_labels(np.zeros((3, 64, 64), np.uint8), name="three"))
    view.check()
    assert not view.button.isEnabled()
    assert "(3, 64, 64)" in view.status.text()
