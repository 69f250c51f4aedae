"""A small beamtime in a viewer, a tiny model, and a watch for what a test leaves behind."""

import gc
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QApplication
from superqt.utils import WorkerBase

from napari_unveil.frames import Address, FrameStack, writing_nxdata
from napari_unveil.plugin import preferences, turns
from napari_unveil.plugin import session as sessions
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.plugin.widgets import questions
from napari_unveil.types import Frames, Mask

SHAPE_YX = (64, 64)
CENTRE_YX = (24.0, 24.0)
ENERGY_KEV = 8.0

Until = Callable[[Callable[[], Any]], None]


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the files of the plugin's own, and results without a path, away from the user's."""
    folder = tmp_path_factory.mktemp("own")
    monkeypatch.setattr(preferences, "data_folder", lambda: folder)
    monkeypatch.setattr(Path, "home", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def long_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put nothing off to a later turn of the event loop, however slow the machine is."""
    monkeypatch.setattr(turns, "TURN_S", 60.0)


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a clock go on by half a turn at each look, so that a turn has room for few steps on any machine."""
    clock = itertools.count(step=0.5)
    monkeypatch.setattr(turns, "TURN_S", 1.0)
    monkeypatch.setattr(turns, "time", SimpleNamespace(perf_counter=lambda: next(clock)))


@pytest.fixture(autouse=True)
def questions_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer each question with yes, and keep it; what stands at its end as ``no`` makes the next answer a no."""
    asked: list[str] = []

    def answer(parent: Any, question: str, *, yes: str) -> bool:
        agreed = asked[-1:] != ["no"]
        asked.append(question)
        return agreed

    monkeypatch.setattr(questions, "agreed", answer)
    return asked


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail when a thread, a worker of napari's or a window of ours outlives its test.

    Garbage is searched for among what the test makes: a search among all objects takes some tenths of a second.
    """
    gc.freeze()
    yield
    deadline = time.monotonic() + 5
    while _threads() and time.monotonic() < deadline:
        QApplication.processEvents()
    assert not _threads(), f"threads still run: {_threads()}"
    assert not WorkerBase._worker_set, f"workers still run: {WorkerBase._worker_set}"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    gc.unfreeze()
    ours = [widget for widget in QApplication.topLevelWidgets() if type(widget).__module__.startswith("napari_unveil")]
    assert not ours, f"windows are still there: {ours}"
    for session in list(sessions._sessions.values()):
        session.close()
    sessions._sessions.clear()


@pytest.fixture
def nothing_put_aside(nothing_left_behind: None) -> None:
    """Garbage is searched for among all objects, as in the program, until the program itself leaves some out."""
    gc.unfreeze()


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("unveil ")]


@pytest.fixture
def until(qtbot: Any) -> Until:
    """Let the window work until something holds."""

    def wait(holds: Callable[[], Any]) -> None:
        qtbot.waitUntil(lambda: bool(holds()), timeout=20_000)

    return wait


@pytest.fixture
def finish(until: Until) -> Callable[[Task], None]:
    """Let the window work until a task has ended."""
    return lambda task: until(lambda: not task.running)


def _radius() -> np.ndarray:
    y, x = np.indices(SHAPE_YX)
    return np.hypot(y - CENTRE_YX[0], x - CENTRE_YX[1])


@pytest.fixture(scope="session")
def xray_frames() -> Frames:
    rng = np.random.default_rng(1)
    expected = 40 / (1 + (_radius() / 5) ** 3)
    frames = ENERGY_KEV * rng.poisson(expected, (4, *SHAPE_YX)) + rng.normal(0, 0.3, (4, *SHAPE_YX))
    return frames.astype(np.float32)


@pytest.fixture(scope="session")
def full_frames(xray_frames: Frames) -> Frames:
    rng = np.random.default_rng(2)
    hits = 100 * (rng.random(xray_frames.shape) < 0.02)
    return (xray_frames[::-1] + hits).astype(np.float32)


@pytest.fixture(scope="session")
def mask() -> Mask:
    return _radius() < 20


def as_stack(frames: Frames, name: str) -> FrameStack:
    return FrameStack(
        data=da.from_array(frames, chunks=(1, *frames.shape[1:]), name=False),
        axes=("frame", "y", "x"),
        unit="keV",
        photon_energy_keV=ENERGY_KEV,
        address=Address(Path(name)),
        coordinates={},
    )


@pytest.fixture
def viewer(qapp: Any) -> ViewerModel:
    """An empty viewer without a window."""
    return ViewerModel()


@pytest.fixture
def viewer_with_window(make_napari_viewer: Callable[..., Any]) -> Any:
    """An empty viewer."""
    return make_napari_viewer()


@pytest.fixture
def beamtime(viewer: Any, fill: Callable[[Any], Any]) -> Any:
    """A viewer without a window, with X-ray-only frames, full shots and a signal mask."""
    return fill(viewer)


@pytest.fixture
def beamtime_in_window(viewer_with_window: Any, fill: Callable[[Any], Any]) -> Any:
    """The same in a window."""
    return fill(viewer_with_window)


@pytest.fixture
def fill(xray_frames: Frames, full_frames: Frames, mask: Mask) -> Callable[[Any], Any]:
    """Add the beamtime to a viewer."""
    return lambda viewer: _filled(viewer, xray_frames, full_frames, mask)


def _filled(viewer: Any, xray_frames: Frames, full_frames: Frames, mask: Mask) -> Any:
    for name, frames in (("X-ray only", xray_frames), ("full shots", full_frames)):
        data, arguments, _ = stack_layer(as_stack(frames, name), name=name)
        viewer.add_image(data, **arguments)
    viewer.add_labels(mask.astype(np.uint8), name="signal mask")
    viewer.dims.set_current_step(0, 0)
    return viewer


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny untrained model that needs a photon energy."""
    return _saved_model(tmp_path_factory.mktemp("model") / "tiny.safetensors", outputs=1)


@pytest.fixture(scope="session")
def model_with_errors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a standard error of the signal."""
    return _saved_model(tmp_path_factory.mktemp("model") / "errors.safetensors", outputs=2)


def _saved_model(path: Path, *, outputs: int) -> Path:
    import torch

    from napari_unveil.network.model_file import ModelCard, save_model
    from napari_unveil.network.unet import UNet, UNetSettings
    from napari_unveil.recipes.separation_settings import RECIPE, SeparationSettings

    torch.manual_seed(0)
    network = UNetSettings((2, 2), 2, outputs=outputs)
    settings = SeparationSettings(network, "physical", "share", "poisson", patch_px=32)
    save_model(path, ModelCard(RECIPE, asdict(settings), "keV", ENERGY_KEV), UNet(settings.network))
    return path


@pytest.fixture(scope="session")
def library(xray_frames: Frames, full_frames: Frames, mask: Mask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small patch library."""
    from napari_unveil.harvest import HarvestSettings, harvest, plan_harvest

    settings = HarvestSettings(patch=16, signals=24, noises=24, max_excluded=0.05)
    plan = plan_harvest(as_stack(xray_frames, "x"), as_stack(full_frames, "f"), mask, settings)
    path = tmp_path_factory.mktemp("library") / "patches.h5"
    list(harvest(plan, path))
    return path


@pytest.fixture(scope="session")
def full_file(full_frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Full shots in a file of our own."""
    path = tmp_path_factory.mktemp("frames") / "full.h5"
    with writing_nxdata(
        path,
        stack_shape=full_frames.shape,
        names=("data",),
        unit="keV",
        photon_energy_keV=ENERGY_KEV,
        coordinates={},
        process={"method": "test"},
    ) as file:
        for index, frame in enumerate(full_frames):
            file.write("data", index, frame)
    return path
