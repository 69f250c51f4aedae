"""Window "Harvest patches"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.harvest import PatchLibrary
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.jobs import Task

Finish = Callable[[Task], None]


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
    names = [choice.layer().name for choice in (view.signal, view.noise, view.mask)]
    assert names == ["X-ray only", "full shots", "signal mask"]


def test_the_library_is_written_and_announced(view: HarvestView, finish: Finish, tmp_path: Path) -> None:
    announced: list[Path] = []
    view.session.library_changed.connect(announced.append)
    view.press()
    finish(view.task)
    assert announced == [tmp_path / "patches.h5"]
    library = PatchLibrary.open(announced[0])
    assert (library.signal_count, library.noise_count, library.patch) == (20, 30, 16)
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
