"""Window "Harvest patches"."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from napari_unveil.harvest import PatchLibrary, free_positions
from napari_unveil.plugin import layers
from napari_unveil.plugin.harvest.view import FULL_SHOT, XRAY_ONLY, HarvestView
from napari_unveil.plugin.jobs import Task

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
Usage = namedtuple("Usage", "total used free")
Memory = namedtuple("Memory", "available")


@pytest.fixture
def view(beamtime: Any, qtbot: Any, tmp_path: Path) -> HarvestView:
    view = HarvestView(beamtime)
    qtbot.addWidget(view)
    view.patch.setValue(16)
    view.signals.setValue(20)
    view.noises.setValue(30)
    view.output.set_path(tmp_path / "patches.h5")
    view.check()
    return view


def test_layers_are_guessed_by_their_names(view: HarvestView) -> None:
    roles = {role.title: [layer.name for layer in view.roles.layers_of(role)] for role in (XRAY_ONLY, FULL_SHOT)}
    assert roles == {"X-ray only": ["X-ray only"], "full shot": ["full shots"]}
    assert view.mask.layer().name == "signal mask"


def test_the_library_is_written_and_announced(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    announced: list[Path] = []
    view.session.library_changed.connect(announced.append)
    view.press()
    finish(view.task)
    assert announced == [tmp_path / "patches.h5"]
    library = PatchLibrary.open(announced[0])
    assert (library.count("signal"), library.count("noise"), library.patch) == (20, 30, 16)
    assert "20 of 20 signal and 30 of 30 noise patches" in view.status.text()


def test_a_refusal_is_shown_at_once_and_taken_back(view: HarvestView) -> None:
    view.patch.setValue(128)
    view.check()
    assert not view.button.isEnabled()
    assert "128 x 128" in view.status.text()
    view.patch.setValue(16)
    view.check()
    assert view.button.isEnabled()
    assert view.status.text() == ""


def test_painting_the_mask_is_noticed(view: HarvestView, until: Callable[[Callable[[], Any]], None]) -> None:
    layer = view.mask.layer()
    everything = np.nonzero(np.ones(layer.data.shape))
    layer.data_setitem(everything, 1)
    until(lambda: "0.0% of the frame is free" in view.status.text())
    layer.undo()
    until(view.button.isEnabled)


def test_a_refusal_of_the_job_reaches_the_window(view: HarvestView, finish: Finish) -> None:
    view.min_intensity.setValue(1e11)
    view.press()
    finish(view.task)
    assert "1e+11" in view.status.text()
    assert view.session.library is None


def test_cancelling_leaves_no_file(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    view.signals.setValue(100_000)
    view.noises.setValue(100_000)
    view.press()
    view.end()
    finish(view.task)
    assert list(tmp_path.iterdir()) == []
    assert view.button.isEnabled()


def test_an_absent_folder_is_refused(view: HarvestView, tmp_path: Path) -> None:
    view.output.set_path(tmp_path / "nowhere" / "patches.h5")
    view.check()
    assert "Nothing can be written in" in view.status.text()


def test_what_will_come_is_said_before_it_starts(view: HarvestView, until: Until, finish: Finish) -> None:
    until(lambda: "20 signal and 30 noise patches" in view.ahead.text())
    places = int(np.count_nonzero(free_positions(layers.mask_of(view.mask.layer()), patch=16, max_excluded=0.05)))
    assert f"({places:,} places outside the mask" in view.ahead.text()
    assert "free on the disk" in view.ahead.text()
    assert "Memory" in view.ahead.text()
    view.noises.setValue(10**6)
    view.check()
    until(lambda: f"{4 * places:,} noise patches" in view.ahead.text())


def test_what_the_disk_has_no_room_for_is_refused(
    view: HarvestView, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, 10**6))
    view.check()
    until(lambda: "The disk has 1 MB free" in view.status.text())
    assert not view.button.isEnabled()
    monkeypatch.undo()
    view.check()
    until(view.button.isEnabled)
    until(lambda: "free" in view.ahead.text())
    assert "disk has" not in view.status.text()


def test_what_memory_has_no_room_for_is_refused(
    view: HarvestView, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(10**6))
    view.check()
    until(lambda: "1 MB of memory are free" in view.status.text())
    assert not view.button.isEnabled()


def test_the_last_request_is_the_one_that_is_answered(view: HarvestView, until: Until) -> None:
    for count in (11, 12, 13):
        view.signals.setValue(count)
        view.check()
    until(lambda: "13 signal" in view.ahead.text())


def test_a_request_that_is_refused_is_not_looked_at(view: HarvestView, until: Until, finish: Finish) -> None:
    view.check()
    view.patch.setValue(128)
    view.check()
    finish(view.session.task("ahead"))
    assert view.ahead.text() == ""
    assert "128 x 128" in view.status.text()


def test_a_library_that_is_there_is_asked_about(
    view: HarvestView, finish: Finish, tmp_path: Path, questions_asked: list[str]
) -> None:
    path = tmp_path / "patches.h5"
    path.write_bytes(b"patches of last night")
    questions_asked.append("no")
    view.press()
    assert not view.task.running
    assert "patches.h5 exists" in questions_asked[-1]
    view.press()
    finish(view.task)
    assert PatchLibrary.open(path).count("signal") == 20


def test_layers_with_one_role_are_used_one_after_the_other(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    second = view.viewer.add_image(view.viewer.layers["X-ray only"].data, name="more")
    view.roles.give(second, XRAY_ONLY)
    view.check()
    view.press()
    finish(view.task)
    assert PatchLibrary.open(tmp_path / "patches.h5").provenance["signal_frame_counts"] == [4, 4]


def test_a_frame_layer_that_is_removed_is_missed(view: HarvestView, until: Until) -> None:
    view.viewer.layers.remove("full shots")
    until(lambda: "No layer has the role full shot" in view.status.text())
    assert not view.button.isEnabled()


def test_a_layer_of_another_shape_is_refused_in_a_sentence(view: HarvestView, until: Until) -> None:
    view.viewer.add_image(np.ones((2, 9, 9), np.float32), name="xray small")
    until(lambda: "shapes (y, x) of the layers with the role X-ray only differ" in view.status.text())


def test_layers_deleted_during_a_harvest_do_not_break_it(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    view.press()
    view.viewer.layers.clear()
    finish(view.task)
    assert PatchLibrary.open(tmp_path / "patches.h5").count("signal") == 20


def test_a_cancelled_harvest_is_said_to_be_cancelled(view: HarvestView, finish: Finish) -> None:
    view.session.announce_library(Path("patches of last night"))
    view.signals.setValue(100_000)
    view.press()
    view.end()
    finish(view.task)
    assert "last night" not in view.status.text()


def test_a_window_that_is_closed_while_it_looks_ahead_is_no_trouble(beamtime: Any, qtbot: Any, finish: Finish) -> None:
    view = HarvestView(beamtime)
    task = view.session.task("ahead")
    view.check()
    view.deleteLater()
    del view
    finish(task)
    assert task.sentence == ""
