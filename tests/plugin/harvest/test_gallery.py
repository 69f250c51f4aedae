"""Patches in the viewer: shown, marked by clicks, removed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from napari.utils.interactions import mouse_move_callbacks, mouse_press_callbacks, mouse_release_callbacks
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_unveil.harvest import PatchLibrary
from napari_unveil.plugin.harvest.gallery import Gallery, gallery_of
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.jobs import Control, Task

Finish = Callable[[Task], None]


@pytest.fixture
def path(library: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "patches.h5"
    copy.write_bytes(library.read_bytes())
    return copy


@pytest.fixture
def view(beamtime: Any, qtbot: Any, path: Path, finish: Finish) -> HarvestView:
    view = HarvestView(beamtime)
    qtbot.addWidget(view)
    view.output.set_path(path.with_name("other.h5"))
    view.panel.library.set_path(path)
    view.panel.show_patches()
    finish(view.task)
    return view


@pytest.fixture
def gallery(view: HarvestView) -> Gallery:
    return gallery_of(view.session)


def click(layer: Any, y: float, x: float, *, drag_px: float = 0, button: int = 1) -> None:
    """Press, move and release the mouse over the first page, through napari's own dispatch."""
    event = SimpleNamespace(
        type="mouse_press", position=(0.0, y, x), pos=np.zeros(2), button=button, modifiers=(), handled=False,
        dims_displayed=[1, 2], is_dragging=False,
    )  # fmt: skip
    mouse_press_callbacks(layer, event)
    if drag_px:
        event.type, event.pos, event.is_dragging = "mouse_move", np.array([0, drag_px]), True
        mouse_move_callbacks(layer, event)
    event.type = "mouse_release"
    mouse_release_callbacks(layer, event)


def test_patches_are_shown_as_pages_and_everything_else_is_hidden(view: HarvestView, gallery: Gallery) -> None:
    signal, noise = (view.viewer.layers[f"{kind} patches"] for kind in ("signal", "noise"))
    assert signal.data.shape == (1, 2 * 18 - 2, 12 * 18 - 2)
    assert view.viewer.layers.selection.active is signal
    visible = [layer.name for layer in view.viewer.layers if layer.visible]
    assert visible == ["signal patches"]
    first = np.nansum(np.asarray(signal.data[0, :16, :16]))
    assert first == pytest.approx(gallery.montages["signal"].ranking.intensities[0], rel=1e-5)
    view.panel.kind.choose("noise")
    assert (signal.visible, noise.visible) == (False, True)
    assert view.viewer.layers.selection.active is noise
    assert "24 signal and 24 noise patches, the brightest first" in view.status.text()


def test_patches_are_no_frames_to_other_windows(view: HarvestView) -> None:
    view.roles.follow()
    assert view.roles.rowCount() == 2


def test_a_click_marks_a_patch_and_another_takes_the_mark_back(view: HarvestView, gallery: Gallery) -> None:
    layer = view.viewer.layers["signal patches"]
    click(layer, 20, 40)
    place = 12 + 2
    assert list(gallery.montages["signal"].marked) == [gallery.montages["signal"].ranking.indices[place]]
    assert np.isnan(np.asarray(layer.data[0, 18:34, 36:52])).mean() == pytest.approx(0.5, abs=0.1)
    assert "Signal patch 15 of 24" in view.status.text()
    assert "1 marked" in view.status.text()
    click(layer, 20, 40)
    assert gallery.marked_count == 0
    assert not np.isnan(np.asarray(layer.data[0, 18:34, 36:52])).any()


def test_gaps_drags_and_other_buttons_mark_nothing(view: HarvestView, gallery: Gallery) -> None:
    layer = view.viewer.layers["signal patches"]
    click(layer, 17, 40)
    click(layer, -5, 40)
    click(layer, 20, 40, drag_px=10)
    click(layer, 20, 40, button=2)
    assert gallery.marked_count == 0
    click(layer, 20, 40, drag_px=2)
    assert gallery.marked_count == 1, "a hand that trembles"


def test_marked_patches_are_removed_from_the_file(
    view: HarvestView, gallery: Gallery, finish: Finish, path: Path, questions_asked: list[str]
) -> None:
    library = PatchLibrary.open(path)
    before = {kind: library.patches(kind, np.arange(24)) for kind in ("signal", "noise")}
    announced: list[Path] = []
    view.session.library_changed.connect(announced.append)
    click(view.viewer.layers["signal patches"], 0, 0)
    gallery.click("noise", 0, 0, 0)
    gallery.click("noise", 0, 0, 20)
    gone = {kind: montage.marked for kind, montage in gallery.montages.items()}
    view.panel.remove_marked()
    finish(view.task)
    assert "Remove 3 marked patches" in questions_asked[-1]
    after = PatchLibrary.open(path)
    for kind, count in (("signal", 23), ("noise", 22)):
        kept = np.delete(before[kind], gone[kind], axis=0)
        assert after.count(kind) == count
        np.testing.assert_array_equal(after.patches(kind, np.arange(count)), kept)
    assert announced == [path]
    assert gallery.marked_count == 0
    assert gallery.montages["noise"].count == 22
    assert f"3 patches removed, 45 of 45 others kept in {path}" in view.status.text()
    ranking = gallery.montages["signal"].ranking
    sums = np.nansum(after.patches("signal", ranking.indices).astype(float), axis=(1, 2))
    np.testing.assert_allclose(sums, ranking.intensities, rtol=1e-6)


def test_nothing_is_removed_unless_the_user_agrees(
    view: HarvestView, gallery: Gallery, path: Path, questions_asked: list[str]
) -> None:
    before = PatchLibrary.open(path).sha256
    view.panel.remove_marked()
    assert "no patch is marked" in view.status.text().lower()
    gallery.click("signal", 0, 0, 0)
    questions_asked.append("no")
    view.panel.remove_marked()
    assert not view.task.running
    assert PatchLibrary.open(path).sha256 == before


def test_a_library_that_is_being_learnt_from_is_left_alone(
    view: HarvestView, gallery: Gallery, finish: Finish, path: Path
) -> None:
    train = view.session.task("train")
    train.run(_until_stopped, done=lambda _: None)
    gallery.click("signal", 0, 0, 0)
    view.panel.remove_marked()
    assert "training is running" in view.status.text()
    view.patch.setValue(16)
    view.output.set_path(path)
    view.press()
    assert not view.task.running
    assert "training is running" in view.status.text()
    assert not view.task.running
    train.stop()
    finish(train)


def _until_stopped(control: Control) -> Any:
    while not control.stop_asked():
        yield None


def test_closing_restores_what_was_shown(view: HarvestView, gallery: Gallery, finish: Finish) -> None:
    view.panel.close_patches()
    view.viewer.dims.set_current_step(0, 2)
    view.panel.show_patches()
    finish(view.task)
    assert view.viewer.dims.current_step[0] == 0
    view.panel.close_patches()
    assert view.viewer.dims.current_step[0] == 2
    assert [layer.name for layer in view.viewer.layers] == ["X-ray only", "full shots", "signal mask"]
    assert all(layer.visible for layer in view.viewer.layers)
    assert gallery.path is None


def test_marks_are_not_forgotten_unasked(view: HarvestView, gallery: Gallery, questions_asked: list[str]) -> None:
    gallery.click("signal", 0, 0, 0)
    questions_asked.append("no")
    view.panel.close_patches()
    assert gallery.marked_count == 1
    view.panel.close_patches()
    assert gallery.marked_count == 0


def test_a_gallery_layer_deleted_by_hand_closes_the_gallery(view: HarvestView, gallery: Gallery) -> None:
    view.viewer.layers.remove("signal patches")
    assert gallery.path is None
    assert [layer.name for layer in view.viewer.layers] == ["X-ray only", "full shots", "signal mask"]
    view.viewer.layers.clear()


def test_a_library_that_is_written_again_takes_its_patches_away(
    view: HarvestView, gallery: Gallery, finish: Finish, path: Path
) -> None:
    view.output.set_path(path)
    view.patch.setValue(16)
    view.signals.setValue(5)
    view.noises.setValue(5)
    view.press()
    finish(view.task)
    assert gallery.path is None
    assert "signal patches" not in view.viewer.layers


def test_showing_patches_again_replaces_them(view: HarvestView, gallery: Gallery, finish: Finish) -> None:
    view.panel.show_patches()
    finish(view.task)
    assert len(view.viewer.layers) == 5
    assert gallery.path is not None
    view.panel.close_patches()
    assert all(layer.visible for layer in view.viewer.layers)


def test_a_file_of_another_kind_is_refused(view: HarvestView, finish: Finish, full_file: Path) -> None:
    view.panel.library.set_path(full_file)
    view.panel.show_patches()
    finish(view.task)
    assert "is an HDF5 file of another kind" in view.status.text()


def test_a_library_that_vanishes_leaves_empty_pages_and_a_sentence(
    view: HarvestView, gallery: Gallery, finish: Finish, path: Path
) -> None:
    path.unlink()
    gallery.click("noise", 0, 0, 0)
    view.viewer.layers["noise patches"].visible = True
    view.panel.remove_marked()
    finish(view.task)
    assert "absent" in view.status.text()


def test_a_real_click_in_a_real_window_marks_the_patch_under_it(
    beamtime_in_window: Any, qtbot: Any, path: Path, finish: Finish
) -> None:
    window = beamtime_in_window.window
    canvas = window._qt_viewer.canvas.native
    window._qt_window.resize(1200, 800)
    with qtbot.waitExposed(canvas):
        window._qt_window.show()
    view = HarvestView(beamtime_in_window)
    qtbot.addWidget(view)
    view.panel.library.set_path(path)
    view.panel.show_patches()
    finish(view.task)
    QApplication.processEvents()
    camera = getattr(beamtime_in_window, "scene", beamtime_in_window).camera
    down, right = (np.array([26.0, 44.0]) - camera.center[-2:]) * camera.zoom
    pixel = canvas.rect().center() + QPoint(round(right), round(down))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=pixel)
    montage = gallery_of(view.session).montages["signal"]
    assert list(montage.marked) == [montage.ranking.indices[12 + 2]]
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=pixel)
    assert gallery_of(view.session).marked_count == 0


def test_patches_shown_again_replace_those_before_whatever_else_has_their_name(
    beamtime: Any, qtbot: Any, path: Path, finish: Finish
) -> None:
    beamtime.add_labels(np.zeros((4, 4), np.uint8), name="noise patches")
    view = HarvestView(beamtime)
    qtbot.addWidget(view)
    view.panel.library.set_path(path)
    for _ in range(2):
        view.panel.show_patches()
        finish(view.task)
    assert len([layer for layer in beamtime.layers if "patches" in layer.name]) == 3
    gallery_of(view.session).close()
    assert [layer.name for layer in beamtime.layers if "patches" in layer.name] == ["noise patches"]
