"""The demonstration and the workbench."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from napari_unveil.plugin import samples
from napari_unveil.plugin.demo import show_demo
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.inspect.user_view import grid_of
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.workbench import STEPS, Workbench

Until = Callable[[Callable[[], Any]], None]


def test_the_demonstration_ends_with_signal_and_noise_side_by_side(
    viewer_with_window: Any, until: Until, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = viewer_with_window
    monkeypatch.setattr(samples, "SHAPE", (64, 64))
    show_demo(viewer, seed=0, model=str(model))
    session = session_of(viewer)
    until(lambda: session.trio is not None)
    until(lambda: grid_of(viewer).enabled)
    until(lambda: not any(session.task(name).running for name in ("denoise", "inspect")))
    assert [layer.name for layer in viewer.layers] == ["full shots", "full shots signal", "full shots noise"]


def test_the_workbench_holds_all_steps_in_the_order_of_work(viewer: Any, qtbot: Any) -> None:
    workbench = Workbench(viewer)
    qtbot.addWidget(workbench)
    titles = [workbench.box.itemText(place) for place in range(workbench.box.count())]
    assert titles == [title for title, *_ in STEPS]


def test_closing_the_window_while_denoising_is_safe(
    beamtime_in_window: Any, qtbot: Any, until: Until, model: Path
) -> None:
    beamtime = beamtime_in_window
    workbench = Workbench(beamtime)
    beamtime.window.add_dock_widget(workbench)
    session = session_of(beamtime)
    session.announce_model(model)
    view = workbench.open_step(DenoiseView)
    view.press()
    until(lambda: session.trio is not None)
    beamtime.close()
    until(lambda: not session.task("denoise").running)


def test_a_closed_window_hears_nothing_any_more(beamtime_in_window: Any, qtbot: Any) -> None:
    beamtime = beamtime_in_window
    workbench = Workbench(beamtime)
    dock = beamtime.window.add_dock_widget(workbench)
    beamtime.window.remove_dock_widget(dock)
    workbench.deleteLater()
    del workbench, dock
    qtbot.wait(20)
    beamtime.layers.remove("X-ray only")
    beamtime.dims.set_current_step(0, 1)
    session_of(beamtime).announce_library(Path("patches.h5"))
