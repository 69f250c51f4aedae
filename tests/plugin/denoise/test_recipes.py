"""Window "Denoise" with models of recipes that learn from several images of each place."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, stack_from_array
from napari_unveil.network.settings import MSDSettings, UNetSettings
from napari_unveil.plugin import layers
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.recipes.paired_settings import PairedSettings
from napari_unveil.splitting import SplitSettings, split
from napari_unveil.workflow.denoising import denoiser_for
from napari_unveil.workflow.request import DenoisingRequest

Finish = Callable[[Task], None]
THINNING = SplitSettings(form="thinning", parts=4)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """Save an untrained model with these settings."""
    from napari_unveil.network.card import ModelCard
    from napari_unveil.network.model_file import save_model
    from napari_unveil.recipes.model import new_model

    def save(settings: Any) -> Path:
        settings = replace(settings, network=UNetSettings((2, 2), 2), patch_px=16)
        path = tmp_path_factory.mktemp("model") / f"{settings.recipe}.safetensors"
        card = ModelCard(settings.recipe, asdict(settings), "photons", None)
        save_model(path, card, new_model(settings).network)
        return path

    return save


@pytest.fixture
def parts_model(saved: Callable[[Any], Path]) -> Path:
    return saved(Noise2InverseSettings(estimate="rate", split=asdict(THINNING)))


@pytest.fixture
def pairs_model(saved: Callable[[Any], Path]) -> Path:
    return saved(PairedSettings(MSDSettings(), "rate", ratio=20.0))


@pytest.fixture
def counted() -> FrameStack:
    frames = np.random.default_rng(0).poisson(4, (2, 24, 24)).astype(np.float32)
    return stack_from_array(frames, name="counted", unit="photons")


@pytest.fixture
def view(viewer: Any, qtbot: Any, counted: FrameStack) -> DenoiseView:
    for stack, name in ((counted, "counted"), (split(counted, THINNING), "counted split")):
        data, arguments, _ = stack_layer(stack, name=name)
        viewer.add_image(data, **arguments)
    view = DenoiseView(viewer)
    qtbot.addWidget(view)
    return view


def test_frames_that_are_not_split_are_refused_to_a_model_of_parts(
    view: DenoiseView, parts_model: Path, finish: Finish
) -> None:
    view.choose_model(parts_model)
    view.frames.choose(view.viewer.layers["counted"])
    view.check()
    assert not view.button.isEnabled()
    assert "is not split" in view.status.text()
    assert "Split measurement" in view.status.text()
    view.frames.choose(view.viewer.layers["counted split"])
    view.check()
    assert view.button.isEnabled()
    finish(view.session.task("prepare"))


def test_headless_frames_that_are_not_split_are_refused_too(parts_model: Path, counted: FrameStack) -> None:
    with pytest.raises(Refused, match="is not split"):
        denoiser_for(counted, DenoisingRequest(model=str(parts_model), device="cpu"))


def test_a_split_measurement_is_denoised_and_signal_and_noise_add_up_to_it(
    view: DenoiseView, parts_model: Path, finish: Finish
) -> None:
    view.choose_model(parts_model)
    layer = view.viewer.layers["counted split"]
    view.frames.choose(layer)
    view.press()
    finish(view.task)
    results = layers.results_of(view.viewer, layer)
    whole = layers.stack_of(layer).read(0)
    signal, noise = (np.asarray(part.data[0]) for part in (results.signal, results.noise))
    np.testing.assert_allclose(signal + noise, whole, rtol=1e-5, atol=1e-4)
    process = results.signal.metadata[layers.METADATA][layers.PROVENANCE]
    assert process["parameters"]["split"]["parts"] == 4
    assert process["parameters"]["strategy"] == "X:1"


def test_a_model_of_pairs_keeps_its_exposure_ratio_in_the_results(
    view: DenoiseView, pairs_model: Path, finish: Finish
) -> None:
    view.choose_model(pairs_model)
    layer = view.viewer.layers["counted"]
    view.frames.choose(layer)
    view.press()
    finish(view.task)
    results = layers.results_of(view.viewer, layer)
    assert results.signal.metadata[layers.METADATA][layers.PROVENANCE]["parameters"]["exposure_ratio"] == 20.0


def test_passes_are_offered_where_they_apply(view: DenoiseView, pairs_model: Path, model: Path) -> None:
    view.choose_model(model)
    assert view.passes.isEnabled()
    view.passes.choose(4)
    view.choose_model(pairs_model)
    assert not view.passes.isEnabled()
    assert view.request().how.passes is None


def test_the_card_is_shown_in_words(view: DenoiseView, parts_model: Path) -> None:
    view.choose_model(parts_model)
    assert "dealt out to 4 parts by chance" in view.card.text()
