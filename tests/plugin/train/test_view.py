"""Window "Train"."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt

from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.train import separation_fields
from napari_unveil.plugin.train.job import DeviceNews, RunNews
from napari_unveil.plugin.train.view import TrainView
from napari_unveil.plugin.widgets import questions
from napari_unveil.recipes.separation_settings import SEPARATION
from napari_unveil.training import preset, read_record, state_path_of

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
FOREVER = 100_000


@pytest.fixture
def tiny_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_unveil.network.settings import UNetSettings
    from napari_unveil.training import loop as training_loop

    fast = SEPARATION.presets["fast"]
    settings = replace(fast.settings, network=UNetSettings((2, 2), 2), patch_px=16)
    monkeypatch.setitem(SEPARATION.presets, "fast", replace(fast, settings=settings, run={**fast.run, "batch": 4}))
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


@pytest.fixture
def running(view: TrainView, until: Until) -> TrainView:
    """A run that does not end by itself, after its first report."""
    view.epochs.setValue(FOREVER)
    view.press()
    until(lambda: isinstance(view.task.last_report, RunNews))
    return view


def step(view: TrainView) -> int:
    news = view.task.last_report
    return news.reports[-1].step if isinstance(news, RunNews) else 0


def test_the_presets_in_the_form_are_those_of_the_recipe(view: TrainView) -> None:
    assert {view.preset.itemData(row) for row in range(view.preset.count())} == set(SEPARATION.presets)


def test_the_model_is_trained_and_announced(view: TrainView, finish: Finish, tmp_path: Path) -> None:
    announced: list[Path] = []
    view.session.model_changed.connect(announced.append)
    view.press()
    finish(view.task)
    assert announced == [tmp_path / "model.safetensors"]
    assert announced[0].is_file()
    assert view.status.text().startswith("All epochs are done: validation loss")


def test_losses_and_a_held_out_patch_are_shown(running: TrainView, finish: Finish) -> None:
    assert set(running.plot.plot.names()) == {"training", "validation"}
    assert not running.strip.isHidden()
    assert "keV" in running.strip.caption.text()
    running.end()
    finish(running.task)


def test_stop_writes_the_model_and_resume_goes_on(
    running: TrainView, finish: Finish, until: Until, tmp_path: Path
) -> None:
    running.end()
    finish(running.task)
    assert (tmp_path / "model.safetensors").is_file()
    stopped_at = step(running)
    assert running.resume_button.isEnabled()
    running.resume_button.click()
    until(lambda: step(running) > stopped_at)
    running.end()
    finish(running.task)


def test_pause_lets_the_run_wait_and_go_on(running: TrainView, finish: Finish, until: Until) -> None:
    running.pause_button.click()
    assert running.pause_button.text() == "Go on"
    until(lambda: running.status.text().startswith("Paused"))
    state = state_path_of(running.output.path() or Path())
    until(lambda: read_record(state).last.step == step(running))
    waits_at = step(running)
    running.pause_button.click()
    assert running.pause_button.text() == "Pause"
    until(lambda: step(running) > waits_at)
    running.end()
    finish(running.task)


def test_a_run_that_waits_can_be_stopped(running: TrainView, finish: Finish, tmp_path: Path) -> None:
    running.pause_button.click()
    running.end()
    finish(running.task)
    assert (tmp_path / "model.safetensors").is_file()
    assert running.pause_button.text() == "Pause"


def test_a_viewer_closed_while_a_run_waits_leaves_its_state(running: TrainView, tmp_path: Path) -> None:
    running.pause_button.click()
    running.session.close()
    assert not running.task.running
    assert read_record(tmp_path / "model.state.safetensors").last.step > 0


def test_a_run_is_trained_for_more_epochs(view: TrainView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    assert view.more_button.isEnabled()
    assert not view.resume_button.isEnabled()
    view.epochs.setValue(3)
    view.more_button.click()
    finish(view.task)
    assert view.task.last_report.reports[-1].epoch == 5


def test_what_needs_a_state_is_disabled_without_one_and_while_a_job_runs(
    view: TrainView, finish: Finish, until: Until
) -> None:
    assert not view.resume_button.isEnabled()
    assert not view.more_button.isEnabled()
    view.epochs.setValue(FOREVER)
    view.press()
    until(lambda: isinstance(view.task.last_report, RunNews))
    view.check()
    assert not view.resume_button.isEnabled()
    assert not view.more_button.isEnabled()
    view.end()
    finish(view.task)


def test_a_model_that_is_there_is_asked_about_but_not_to_go_on(
    view: TrainView, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.press()
    finish(view.task)
    asked: list[str] = []
    monkeypatch.setattr(questions, "agreed", lambda parent, question, yes: asked.append(question))
    view.press()
    assert not view.task.running
    assert len(asked) == 1
    view.epochs.setValue(1)
    view.train_more()
    finish(view.task)
    assert len(asked) == 1


def test_a_model_is_fine_tuned_and_brings_its_network(view: TrainView, finish: Finish, model: Path) -> None:
    from napari_unveil.network.card import read_card
    from napari_unveil.network.model_file import load_model

    view.preset.choose("published")
    view.begin.choose("file")
    view.parent_file.set_path(model)
    view.epochs.setValue(1)
    view.check()
    assert view.expert.separation.widths.value() == (2, 2)
    assert not view.expert.separation.widths.isEnabled()
    assert "brings its network (2, 2)" in view.preset_note.text()
    view.press()
    finish(view.task)
    card = read_card(view.output.path() or Path())
    assert card.training["parent"]["sha256"] == load_model(model).sha256
    view.begin.choose("")
    assert view.expert.separation.widths.isEnabled()


def test_a_preset_fills_in_the_expert_settings(view: TrainView) -> None:
    for name in ("published", "default"):
        view.preset.choose(name)
        wanted = preset(name)
        made = view.expert.settings(epochs=wanted.epochs)
        assert made == wanted


def test_changed_expert_settings_reach_the_run(view: TrainView, finish: Finish) -> None:
    view.expert.batch.setValue(3)
    view.expert.patience.setValue(7)
    view.expert.keeps.choose("best")
    view.press()
    finish(view.task)
    settings = read_record(state_path_of(view.output.path() or Path())).settings()
    assert (settings.batch, settings.patience_epochs, settings.keeps) == (3, 7, "best")


def test_escnn_is_greyed_with_a_reason_where_it_is_not_installed(
    viewer: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(separation_fields, "find_spec", lambda _: None)
    view = TrainView(viewer)
    qtbot.addWidget(view)
    choice = view.expert.separation.parametrisation
    item = choice.model().item(choice.findData("escnn"))
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "not installed" in item.text()


def test_memory_and_device_are_said_before_the_start(view: TrainView, finish: Finish) -> None:
    assert "takes about" in view.means.text()
    few = view.means.text()
    view.expert.batch.setValue(2000)
    view.check()
    assert view.means.text() != few
    view.device.choose("cpu")
    view.look_at_device()
    finish(view.task)
    assert isinstance(view.task.last_report, DeviceNews)
    assert view.means.text().startswith("CPU, ")


def test_what_is_prepared_is_said(view: TrainView, finish: Finish) -> None:
    said: list[str] = []
    view.task.reported.connect(lambda report: said.append(getattr(report, "message", "")))
    view.press()
    finish(view.task)
    assert any("reading the patches" in words or "preparing" in words or "first steps" in words for words in said)


def test_running_out_of_memory_keeps_the_curves_and_the_window(
    view: TrainView, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from napari_unveil.training import loop as training_loop

    plain, steps = training_loop._Run._step, []

    def short_of_memory(self: Any, step: int, progress: float) -> Any:
        steps.append(step)
        if len(steps) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, step, progress)

    monkeypatch.setattr(training_loop._Run, "_step", short_of_memory)
    monkeypatch.setattr(training_loop, "REPORT_EVERY_S", 0.0)
    view.press()
    finish(view.task)
    assert view.status.text().startswith("Memory ran out while training on cpu; the state after step ")
    assert "smaller batch" in view.status.text()
    assert view.button.isEnabled()
    assert view.plot.plot.names()
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one).__name__ == "_Run"], "its memory is still held"


def test_a_failure_of_torch_itself_is_said(view: TrainView, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from napari_unveil import training

    def train(*_: Any, **__: Any) -> Iterator[Any]:
        raise torch.OutOfMemoryError("CUDA out of memory")
        yield

    monkeypatch.setattr(training, "train", train, raising=False)
    view.press()
    finish(view.task)
    assert view.status.text().startswith("Memory ran out")


def test_a_missing_library_is_refused_at_once(view: TrainView, tmp_path: Path) -> None:
    view.library.set_path(tmp_path / "absent.h5")
    view.check()
    assert not view.button.isEnabled()
    assert "absent.h5" in view.status.text()


def test_a_model_to_begin_from_that_is_none_is_refused_at_once(view: TrainView, library: Path) -> None:
    view.begin.choose("file")
    view.parent_file.set_path(library)
    view.check()
    assert not view.button.isEnabled()
    assert "a model file of napari-unveil" in view.status.text()


def test_the_axis_is_in_epochs_or_minutes(view: TrainView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    last = view.task.last_report.reports[-1]
    for name, place in (("epochs", last.epoch), ("minutes", last.elapsed_s / 60)):
        view.plot.axis.choose(name)
        assert view.plot.plot.getPlotItem().listDataItems()[0].getData()[0][-1] == pytest.approx(place)


def test_the_whole_range_comes_back_after_zooming(view: TrainView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    box = view.plot.plot.getPlotItem().getViewBox()
    box.setRange(xRange=(0.1, 0.2), yRange=(0, 1))
    assert box.viewRange()[0][1] < 1
    view.plot.whole.click()
    box.updateAutoRange()
    assert box.viewRange()[0][1] >= 2


def test_a_window_opened_during_the_run_shows_it(running: TrainView, finish: Finish, until: Until, qtbot: Any) -> None:
    second = TrainView(running.viewer)
    qtbot.addWidget(second)
    second.show()
    until(lambda: "patches per second" in second.status.text())
    assert not second.button.isEnabled()
    running.pause_button.click()
    assert second.pause_button.text() == "Go on"
    second.end()
    finish(running.task)
