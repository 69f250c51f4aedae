"""Window "Train"."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.train import job as train_job
from napari_unveil.plugin.train.view import TrainView

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def tiny_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_unveil.network.unet import UNetSettings
    from napari_unveil.training import PRESETS
    from napari_unveil.training import loop as training_loop

    fast = PRESETS["fast"]
    recipe = replace(fast.recipe, network=UNetSettings((2, 2), 2), patch_px=16)
    monkeypatch.setitem(PRESETS, "fast", replace(fast, recipe=recipe, batch=4))
    monkeypatch.setattr(training_loop, "REPORT_EVERY_S", 0.1)


@pytest.fixture
def view(viewer: Any, qtbot: Any, library: Path, tmp_path: Path, tiny_preset: None) -> TrainView:
    view = TrainView(viewer)
    qtbot.addWidget(view)
    view.session.announce_library(library)
    view.preset.choose("fast")
    view.limit.choose("epochs")
    view.epochs.setValue(2)
    view.output.set_path(tmp_path / "model.safetensors")
    view.check()
    return view


def test_the_presets_in_the_form_are_those_of_training() -> None:
    from napari_unveil.training import PRESETS

    assert set(train_job.PRESETS) == set(PRESETS)


def test_the_model_is_trained_and_announced(view: TrainView, finish: Finish, tmp_path: Path) -> None:
    announced: list[Path] = []
    view.session.model_changed.connect(announced.append)
    view.press()
    finish(view.task)
    assert announced == [tmp_path / "model.safetensors"]
    assert announced[0].is_file()
    assert "validation loss" in view.status.text().lower()


def test_stop_writes_the_model_and_resume_goes_on(
    view: TrainView, finish: Finish, until: Until, tmp_path: Path
) -> None:
    view.epochs.setValue(100_000)
    view.press()
    until(lambda: isinstance(view.task.last_report, tuple))
    view.end()
    finish(view.task)
    assert (tmp_path / "model.safetensors").is_file()
    stopped_at = view.task.last_report[-1].step
    view.resume()
    until(lambda: isinstance(view.task.last_report, tuple) and view.task.last_report[-1].step > stopped_at)
    view.end()
    finish(view.task)


def test_nothing_to_resume_is_said(view: TrainView, finish: Finish) -> None:
    view.resume()
    finish(view.task)
    assert "to resume" in view.status.text()


def test_running_out_of_memory_is_said(view: TrainView, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from napari_unveil import training

    def train(*_: Any, **__: Any) -> Iterator[Any]:
        raise torch.OutOfMemoryError("CUDA out of memory")
        yield

    monkeypatch.setattr(training, "train", train)
    view.press()
    finish(view.task)
    assert view.status.text().startswith("Memory ran out")
    assert view.button.isEnabled()


def test_a_missing_library_is_refused_at_once(view: TrainView, tmp_path: Path) -> None:
    view.library.set_path(tmp_path / "absent.h5")
    view.check()
    assert not view.button.isEnabled()
    assert "absent.h5" in view.status.text()


def test_a_window_opened_during_the_run_shows_it(view: TrainView, finish: Finish, until: Until, qtbot: Any) -> None:
    view.epochs.setValue(100_000)
    view.press()
    second = TrainView(view.viewer)
    qtbot.addWidget(second)
    second.show()
    until(lambda: isinstance(second.task.last_report, tuple))
    until(lambda: "patches per second" in second.status.text())
    assert not second.button.isEnabled()
    second.end()
    finish(view.task)
