"""Window "Denoise"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QTimer

from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]


def test_the_session_model_and_the_photon_energy_are_filled_in(view: DenoiseView, model: Path) -> None:
    assert view.model.value() == str(model)
    assert view.energy.value() == 8.0


def test_signal_and_noise_add_up_to_the_frames(view: DenoiseView, finish: Finish) -> None:
    view.press()
    finish(view.task)
    layers = view.viewer.layers
    frames, signal, noise = (
        np.asarray(layers[name].data) for name in ("full shots", "full shots signal", "full shots noise")
    )
    assert np.isfinite(signal).all()
    np.testing.assert_allclose(signal + noise, frames, atol=1e-3)
    assert "4 of 4 frames" in view.status.text()


def test_the_shown_frame_comes_first(
    view: DenoiseView, until: Until, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.denoising.separated_stack import SeparatedStack

    finished: list[int] = []
    put = SeparatedStack.put
    monkeypatch.setattr(
        SeparatedStack, "put", lambda self, index, pair: (finished.append(index), put(self, index, pair))[1]
    )
    view.viewer.dims.set_current_step(0, 2)
    view.press()
    finish(view.task)
    assert finished == [2, 3, 0, 1]
    assert np.isfinite(view.viewer.layers["full shots signal"]._data_view).all()


def test_the_model_is_named_in_the_results(view: DenoiseView, finish: Finish, model: Path) -> None:
    view.press()
    finish(view.task)
    provenance = view.viewer.layers["full shots noise"].metadata["unveil"]["provenance"]
    assert provenance["model"] == str(model)
    assert len(provenance["model_sha256"]) == 64
    assert provenance["parameters"]["passes"] == 1


def test_after_cancelling_only_frames_that_are_looked_at_are_separated(
    view: DenoiseView, finish: Finish, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.denoising.denoiser import Denoiser

    separate, calls = Denoiser.separate, []

    def then_cancel(self: Denoiser, frame: Any, **more: Any) -> Any:
        calls.append(frame)
        if len(calls) == 2:
            view.end()
        return separate(self, frame, **more)

    monkeypatch.setattr(Denoiser, "separate", then_cancel)
    view.press()
    result = view.session.separation.all[0].result
    finish(view.task)
    assert [result.has(index) for index in range(4)] == [True, False, False, False]
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: result.has(3))
    finish(view.task)
    assert [result.has(index) for index in range(4)] == [True, False, False, True]
    until(lambda: np.isfinite(view.viewer.layers["full shots signal"]._data_view).all())


def test_an_unknown_photon_energy_is_asked_for_before_anything_runs(view: DenoiseView) -> None:
    layer = view.viewer.add_image(np.zeros((2, 32, 32), np.float32), name="plain")
    view.frames.choose(layer)
    view.check()
    assert view.energy.text() == "unknown"
    assert not view.button.isEnabled()
    assert "without a photon energy" in view.status.text()
    view.energy.setValue(8)
    view.check()
    assert view.button.isEnabled()


def test_an_energy_that_was_given_is_kept_for_its_layer(view: DenoiseView) -> None:
    layer = view.viewer.add_image(np.zeros((2, 32, 32), np.float32), name="plain")
    view.frames.choose(layer)
    view.energy.setValue(9)
    view.frames.choose(view.viewer.layers["full shots"])
    assert view.energy.value() == 8
    view.frames.choose(layer)
    assert view.energy.value() == 9


def test_a_missing_model_is_refused_in_words(view: DenoiseView, tmp_path: Path) -> None:
    view.choose_model(tmp_path / "absent.safetensors")
    view.press()
    assert "is absent" in view.status.text()
    assert not view.task.running


def test_running_out_of_memory_is_said(view: DenoiseView, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from napari_unveil.denoising.denoiser import Denoiser

    def separate(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Denoiser, "separate", separate)
    view.press()
    finish(view.task)
    assert view.status.text().startswith("Memory ran out")
    assert view.button.isEnabled()


def test_frames_that_cannot_be_read_are_empty_and_named(view: DenoiseView, finish: Finish) -> None:
    frames = np.zeros((3, 32, 32), np.float32)

    class Broken:
        shape, dtype, ndim, size = frames.shape, frames.dtype, 3, frames.size

        def __getitem__(self, key: Any) -> Any:
            if key == (1,):
                raise OSError("bad chunk")
            return frames[key]

    layer = view.viewer.add_image(Broken(), name="broken", contrast_limits=(0, 1))
    view.frames.choose(layer)
    view.energy.setValue(8)
    view.press()
    finish(view.task)
    assert "1 frames could not be read" in view.status.text()
    assert "bad chunk" in view.status.text()


@pytest.mark.usefixtures("step_by_step")
def test_the_signal_is_seen_a_turn_before_the_noise_is_added(view: DenoiseView, finish: Finish, until: Until) -> None:
    happened: list[str] = []
    view.viewer.layers.events.inserted.connect(lambda event: happened.append(event.value.name))
    view.session.turns.turned.connect(lambda: happened.append("a later turn"))
    view.press()
    until(lambda: view.session.trio)
    finish(view.task)
    assert happened == ["full shots signal", "full shots noise", "a later turn", "a later turn"]
    assert view.session.trio.noise is view.viewer.layers["full shots noise"]


@pytest.mark.usefixtures("step_by_step")
def test_frames_that_are_removed_before_the_noise_is_added_get_none(view: DenoiseView, finish: Finish) -> None:
    added: list[str] = []

    def remove_frames(event: Any) -> None:
        added.append(event.value.name)
        if event.value.name == "full shots signal":
            QTimer.singleShot(0, lambda: view.viewer.layers.remove("full shots"))

    view.viewer.layers.events.inserted.connect(remove_frames)
    view.press()
    finish(view.task)
    assert added == ["full shots signal"]
    assert "full shots noise" not in view.viewer.layers
    assert view.session.trio is None


@pytest.mark.usefixtures("step_by_step")
def test_pressing_again_before_the_noise_is_added_gives_both_all_the_same(
    view: DenoiseView, finish: Finish, until: Until
) -> None:
    pressed: list[str] = []

    def press_again(event: Any) -> None:
        if not pressed:
            pressed.append(event.value.name)
            QTimer.singleShot(0, view.press)

    view.viewer.layers.events.inserted.connect(press_again)
    view.press()
    until(lambda: view.session.trio)
    finish(view.task)
    assert pressed == ["full shots signal"], "test invalid: pressed at another time"
    shown = view.viewer.layers
    assert view.session.trio.results == (shown["full shots signal"], shown["full shots noise"])
