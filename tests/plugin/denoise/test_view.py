"""Window "Denoise"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def view(beamtime: Any, qtbot: Any, model: Path) -> DenoiseView:
    view = DenoiseView(beamtime)
    qtbot.addWidget(view)
    view.session.announce_model(model)
    view.frames.choose(beamtime.layers["full shots"])
    view.check()
    return view


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
    from napari_unveil.denoising import Denoiser

    separate = Denoiser.separate

    def then_cancel(self: Denoiser, frame: Any) -> Any:
        view.session.task("denoise")._control.cancel()
        return separate(self, frame)

    monkeypatch.setattr(Denoiser, "separate", then_cancel)
    view.press()
    finish(view.task)
    monkeypatch.setattr(Denoiser, "separate", separate)
    view.end()
    result = view.session.separation.result
    assert [result.has(index) for index in range(4)] == [True, False, False, False]
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: result.has(3))
    finish(view.task)
    assert [result.has(index) for index in range(4)] == [True, False, False, True]
    until(lambda: np.isfinite(view.viewer.layers["full shots signal"]._data_view).all())


def test_an_unknown_photon_energy_is_refused_in_words(view: DenoiseView, finish: Finish) -> None:
    layer = view.viewer.add_image(np.zeros((2, 32, 32), np.float32), name="plain")
    view.frames.choose(layer)
    assert view.energy.text() == "unknown"
    view.press()
    finish(view.task)
    assert "without a photon energy" in view.status.text()
    assert "plain signal" not in view.viewer.layers


def test_a_missing_model_is_refused_in_words(view: DenoiseView, finish: Finish, tmp_path: Path) -> None:
    view.choose_model(tmp_path / "absent.safetensors")
    view.press()
    finish(view.task)
    assert "is absent" in view.status.text()


def test_running_out_of_memory_is_said(view: DenoiseView, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from napari_unveil.denoising import Denoiser

    def separate(*_: Any) -> None:
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


def test_frames_of_a_file_are_exported(view: DenoiseView, finish: Finish, full_file: Path, tmp_path: Path) -> None:
    from napari_unveil.frames import open_layers, parse_address
    from napari_unveil.plugin.reader import layer_data

    data, arguments, _ = layer_data(str(full_file))[0]
    view.frames.choose(view.viewer.add_image(data, **arguments))
    view.export(tmp_path / "out.h5")
    finish(view.task)
    assert view.status.text() == "Written"
    assert [name for name, _ in open_layers(parse_address(tmp_path / "out.h5"))] == ["signal", "noise"]


def test_frames_of_no_file_are_exported_too(view: DenoiseView, finish: Finish, tmp_path: Path) -> None:
    view.export(tmp_path / "out.h5")
    finish(view.task)
    assert view.status.text() == "Written"
    assert (tmp_path / "out.h5").exists()
