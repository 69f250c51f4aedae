"""The map of where frames are unlike the training data, in the window "Denoise"."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import open_layers, parse_address
from napari_unveil.network.card import FORMAT, HEADER_KEY
from napari_unveil.network.model_file import load_model, save_tensors
from napari_unveil.plugin import layers
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import layer_data
from napari_unveil.plugin.session import Trio
from napari_unveil.recipes.local_range import as_values, local_range_of

Denoised = Callable[[DenoiseView], Trio]
Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
SIGNAL, NOISE, WARNING = "full shots signal", "full shots noise", "full shots warning"


@pytest.fixture
def view(view: DenoiseView, model: Path, tmp_path: Path) -> DenoiseView:
    """The window with a model that knows dim frames, and the map ticked."""
    dim = np.random.default_rng(0).poisson(0.3, (64, 64, 64)).astype(np.float32)
    trained = {"percentiles": [50, 99.9], "signal": [0.1, 3], "noise": [0, 10], "unit": "photons per pixel"}
    trained["local"] = as_values(local_range_of(dim, 1.0))
    file = load_model(model)
    header = {"format": FORMAT, **asdict(file.card), "training": {"range": trained}}
    save_tensors(tmp_path / "knows.safetensors", HEADER_KEY, header, file.tensors)
    view.choose_model(tmp_path / "knows.safetensors")
    assert not view.beside.warnings.isChecked()
    view.beside.warnings.setChecked(True)
    return view


def test_the_map_is_a_veil_over_what_is_unlike_training_and_follows_the_stack(
    view: DenoiseView, denoised: Denoised
) -> None:
    trio = denoised(view)
    veil = view.viewer.layers[WARNING]
    assert trio.results == (view.viewer.layers[SIGNAL], view.viewer.layers[NOISE], veil)
    assert trio.warning is veil
    assert veil.visible
    assert veil.blending == "translucent"
    np.testing.assert_array_equal(veil.colormap.map(np.array([0.0, 1.0, np.nan]))[:, 3], [0, 0.5, 0])
    whole = np.asarray(veil.data)
    assert whole.shape == view.viewer.layers["full shots"].data.shape
    assert set(np.unique(whole)) == {0.0, 1.0}
    assert whole[:, 20:28, 20:28].all()
    assert "unlike the training data" in view.caution.text()
    assert view.frames.layer().name == "full shots"


@pytest.mark.usefixtures("step_by_step")
def test_it_is_added_in_a_turn_of_its_own(view: DenoiseView, finish: Finish, until: Until) -> None:
    happened: list[str] = []
    view.viewer.layers.events.inserted.connect(lambda event: happened.append(event.value.name))
    view.session.trio_changed.connect(lambda _: happened.append("trio"), max_args=1)
    view.press()
    until(lambda: view.session.trio)
    finish(view.task)
    assert happened == [SIGNAL, NOISE, WARNING, "trio"]


def test_pressing_again_fills_the_layer_and_without_the_wish_it_goes(view: DenoiseView, denoised: Denoised) -> None:
    veil = denoised(view).warning
    view.passes.choose(4)
    assert denoised(view).warning is veil
    view.beside.warnings.setChecked(False)
    assert denoised(view).warning is None
    assert WARNING not in view.viewer.layers
    assert view.session.separation.all[0].result.get(0).unlike is None


def test_a_model_that_does_not_know_its_training_data_offers_none(
    view: DenoiseView, denoised: Denoised, model: Path
) -> None:
    assert view.beside.warnings.isEnabled()
    denoised(view)
    view.choose_model(model)
    assert not view.beside.warnings.isEnabled()
    assert "does not say" in view.beside.warnings.toolTip()
    assert denoised(view).warning is None
    assert WARNING not in view.viewer.layers


def test_a_veil_that_is_removed_or_renamed_does_not_stop_the_others(
    view: DenoiseView, denoised: Denoised, finish: Finish
) -> None:
    first = denoised(view)
    view.viewer.layers.remove(WARNING)
    view.viewer.dims.set_current_step(0, 3)
    finish(view.task)
    assert view.session.separation.all != ()
    second = denoised(view)
    assert second.signal is first.signal
    assert second.warning is not None
    second.warning.name = "mine"
    assert denoised(view).warning is second.warning


def test_the_map_is_no_part_to_inspect(view: DenoiseView, denoised: Denoised, qtbot: Any) -> None:
    denoised(view)
    inspect = InspectView(view.viewer)
    qtbot.addWidget(inspect)
    offered = [field.itemText(row) for field in (inspect.signal, inspect.noise) for row in range(field.count())]
    assert SIGNAL in offered
    assert WARNING not in offered


def test_the_map_is_exported_and_known_when_the_file_is_opened(
    view: DenoiseView, until: Until, questions_asked: list[str], tmp_path: Path
) -> None:
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    assert questions_asked[0].startswith("Write signal, noise and warning map to")
    assert "about 147 kB before compression" in questions_asked[0]
    written = dict(open_layers(parse_address(tmp_path / "out.h5")))
    assert list(written) == ["signal", "noise", "unlike_training"]
    np.testing.assert_array_equal(written["unlike_training"].read(0), view.session.separation.all[0].result.unlike[0])
    opened = [view.viewer.add_image(data, **arguments) for data, arguments, _ in layer_data(str(tmp_path / "out.h5"))]
    assert [layers.is_warning(layer) for layer in opened] == [False, False, True]
    assert opened[2].colormap.name == "unlike training"
