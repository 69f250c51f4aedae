"""What users do to the window "Denoise" while it works."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.network.model_file import load_model, save_tensors
from napari_unveil.plugin.denoise import job
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task
from napari_unveil.recipes.local_range import as_values, local_range_of
from napari_unveil.types import Separation

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
SIGNAL, NOISE = "full shots signal", "full shots noise"


@pytest.fixture
def amid(view: DenoiseView, monkeypatch: pytest.MonkeyPatch, until: Until) -> Iterator[Callable[..., None]]:
    """Press, hold the job at its second frame, do something in the window, and let the job go on."""
    from napari_unveil.denoising.denoiser import Denoiser

    separate, calls, over = Denoiser.separate, [], threading.Event()

    def held(self: Denoiser, frame: Any, **more: Any) -> Separation:
        calls.append(frame)
        if len(calls) == 2:
            over.wait(20)
        return separate(self, frame, **more)

    def do(action: Callable[[], Any]) -> None:
        until(lambda: len(calls) == 2 and SIGNAL in view.viewer.layers)
        action()
        over.set()

    monkeypatch.setattr(Denoiser, "separate", held)
    view.press()
    yield do
    over.set()


def test_a_result_that_is_removed_does_not_stop_the_job_and_comes_back(
    view: DenoiseView, amid: Any, finish: Finish
) -> None:
    layers = view.viewer.layers
    amid(lambda: layers.remove(SIGNAL))
    finish(view.task)
    assert "4 of 4 frames" in view.status.text()
    assert SIGNAL not in layers
    kept = layers[NOISE]
    view.press()
    finish(view.task)
    assert layers[NOISE] is kept
    assert np.isfinite(np.asarray(layers[SIGNAL].data)).all()
    layers["full shots"].contrast_limits = (2, 20)
    assert tuple(layers[SIGNAL].contrast_limits) == (2, 20)


def test_both_results_removed_end_the_job_in_a_sentence(view: DenoiseView, amid: Any, finish: Finish) -> None:
    amid(lambda: [view.viewer.layers.remove(name) for name in (SIGNAL, NOISE)])
    finish(view.task)
    assert "Signal and noise of 'full shots' were removed" in view.status.text()
    assert view.session.separation.all == ()


def test_the_input_removed_ends_the_job_in_a_sentence(view: DenoiseView, amid: Any, finish: Finish) -> None:
    amid(lambda: view.viewer.layers.remove("full shots"))
    finish(view.task)
    assert "'full shots' was removed" in view.status.text()
    view.viewer.dims.set_current_step(0, 3)


def test_frames_replaced_meanwhile_end_the_job_and_the_new_ones_are_denoised_next(
    view: DenoiseView, amid: Any, finish: Finish
) -> None:
    layer = view.viewer.layers["full shots"]
    others = np.asarray(layer.data)[::-1] + np.float32(8)

    def replace() -> None:
        layer.data = others

    amid(replace)
    finish(view.task)
    assert "frames of 'full shots' were replaced" in view.status.text()
    view.press()
    finish(view.task)
    total = sum(np.asarray(view.viewer.layers[name].data) for name in (SIGNAL, NOISE))
    np.testing.assert_allclose(total, others, atol=1e-3)


def test_results_that_are_added_leave_the_chosen_frames(view: DenoiseView, finish: Finish) -> None:
    view.viewer.layers.selection.active = view.viewer.layers["X-ray only"]
    view.frames.choose(view.viewer.layers["full shots"])
    view.press()
    finish(view.task)
    assert view.frames.layer().name == "full shots"


def test_layers_renamed_meanwhile_are_filled_on(view: DenoiseView, amid: Any, finish: Finish) -> None:
    layers = view.viewer.layers

    def rename() -> None:
        layers[SIGNAL].name, layers["full shots"].name = "mine", "shots"

    amid(rename)
    finish(view.task)
    count = len(layers)
    view.passes.choose(4)
    view.press()
    finish(view.task)
    assert len(layers) == count
    assert layers["mine"].metadata["unveil"]["provenance"]["parameters"]["passes"] == 4


def test_a_frame_looked_at_meanwhile_comes_next_and_by_itself(view: DenoiseView, amid: Any, finish: Finish) -> None:
    amid(lambda: view.viewer.dims.set_current_step(0, 3))
    result = view.session.separation.all[0].result
    finish(view.task)
    assert result.done_count == 4
    assert np.isfinite(view.viewer.layers[SIGNAL]._data_view).all()


def test_a_second_layer_is_denoised_before_the_rest_of_the_first(view: DenoiseView, amid: Any, finish: Finish) -> None:
    layers = view.viewer.layers

    def press_for_another() -> None:
        view.frames.choose(layers["X-ray only"])
        view.check()
        assert view.button.isEnabled()
        view.press()

    amid(press_for_another)
    finish(view.task)
    for name in ("full shots", "X-ray only"):
        total = np.asarray(layers[f"{name} signal"].data) + np.asarray(layers[f"{name} noise"].data)
        np.testing.assert_allclose(total, np.asarray(layers[name].data), atol=1e-3)


def test_an_input_of_another_shape_gets_layers_of_its_own(view: DenoiseView, finish: Finish) -> None:
    layers = view.viewer.layers
    view.press()
    finish(view.task)
    layers["full shots"].data = np.ones((2, 40, 40), np.float32)
    layers["full shots"].metadata["unveil"].pop("stack")
    view.check()
    view.press()
    finish(view.task)
    assert sorted(layer.data.shape for layer in layers if "signal" in layer.name and "mask" not in layer.name) == [
        (2, 40, 40),
        (4, 64, 64),
    ]


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_frame_without_any_count_is_shown_as_it_is(view: DenoiseView, finish: Finish, value: float) -> None:
    frames = np.ones((2, 32, 32), np.float32)
    frames[0] = value
    view.frames.choose(view.viewer.add_image(frames, name="gaps", contrast_limits=(0, 2)))
    view.energy.setValue(8)
    view.press()
    finish(view.task)
    np.testing.assert_array_equal(np.asarray(view.viewer.layers["gaps signal"].data[0]), frames[0])
    assert "2 of 2 frames" in view.status.text()


def test_memory_for_finished_frames_is_bounded_by_the_preference(
    view: DenoiseView, finish: Finish, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.plugin.denoise import separations
    from napari_unveil.plugin.preferences import Preferences

    two_frames = 2 * 2 * 4 * 64 * 64
    monkeypatch.setattr(separations, "preferences", lambda: Preferences(cache_gb=two_frames / 1e9))
    view.press()
    finish(view.task)
    assert "2 of 4 frames denoised; the others when you look at them" in view.status.text()
    result = view.session.separation.all[0].result
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: result.has(3))
    finish(view.task)
    assert sum(result.has(index) for index in range(4)) == 2


def test_torch_is_not_loaded_before_there_are_frames(
    beamtime: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[Any] = []
    monkeypatch.setattr(job, "prepare", prepared.append)
    beamtime.layers.clear()
    view = DenoiseView(beamtime)
    qtbot.addWidget(view)
    view.show()
    assert prepared == []
    beamtime.add_image(np.ones((2, 8, 8), np.float32))
    assert prepared == [], "not while the layer is being added"
    qtbot.waitUntil(lambda: bool(prepared))


def test_another_unit_and_intensities_never_trained_on_are_said(
    view: DenoiseView, finish: Finish, full_frames: np.ndarray, tmp_path: Path
) -> None:
    dim = np.random.default_rng(0).poisson(0.5, (64, 64, 64)).astype(np.float32)
    trained = {"percentiles": [50, 99.9], "signal": [0.1, 3], "noise": [0, 10], "unit": "photons per pixel"}
    trained["local"] = as_values(local_range_of(dim, 1.0))
    file = load_model(Path(view.model.value()))
    card = {**asdict(file.card), "training": {"range": trained}, "unit": "ADU"}
    save_tensors(tmp_path / "ranged.safetensors", "napari_unveil", {"format": 1, **card}, file.tensors)
    view.choose_model(tmp_path / "ranged.safetensors")
    facts = {"unit": "keV", "photon_energy_keV": 8.0}
    view.frames.choose(view.viewer.add_image(full_frames * 50, name="bright", metadata={"unveil": facts}))
    view.press()
    finish(view.task)
    assert "trained on frames in ADU, these are in keV" in view.caution.text()
    assert "unlike the training data: more intensity (100%)" in view.caution.text()
    provenance = view.viewer.layers["bright signal"].metadata["unveil"]["provenance"]
    assert len(provenance["cautions"]) >= 2
