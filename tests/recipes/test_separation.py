import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.model_file import ModelCard, save_model
from napari_unveil.network.unet import UNet, UNetSettings
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.registry import settings_of_model
from napari_unveil.recipes.separation import Separator
from napari_unveil.recipes.separation_settings import SeparationSettings

TINY = UNetSettings((2, 2), 2)


def saved(path, **changes):
    settings = SeparationSettings(TINY, "physical", "share", "poisson")
    values = {
        "recipe": "separation",
        "settings": asdict(settings),
        "unit": "keV",
        "photon_energy_keV": 8.0,
    }
    save_model(path, ModelCard(**{**values, **changes}), UNet(TINY))
    return path


def test_settings_come_back_from_a_card():
    settings = SeparationSettings(TINY, "physical", "share", "poisson", (0.5, 3.0), 64)
    card = ModelCard("separation", asdict(settings), "keV", None)
    assert settings_of_model(Path("model"), card) == settings


def test_settings_of_a_model_from_before_there_were_error_bars_are_understood():
    settings = SeparationSettings(TINY, "physical", "share", "poisson")
    values = asdict(settings)
    del values["noise_patches"], values["readout"], values["network"]["cell_px"], values["network"]["outputs"]
    assert settings_of_model(Path("model"), ModelCard("separation", values, "keV", None)) == settings


def test_settings_of_an_error_bar_and_of_several_noise_patches_come_back():
    network = UNetSettings((2, 3), 4, cell_px=2, outputs=2)
    settings = SeparationSettings(network, "physical", "share", "poisson", noise_patches=(0, 3), readout="once")
    values = json.loads(json.dumps(asdict(settings)))
    assert settings_of_model(Path("model"), ModelCard("separation", values, "keV", None)) == settings


@pytest.mark.parametrize(
    ("setting", "word"), [({"noise_patches": (2, 1)}, "noise patches"), ({"network": UNetSettings(outputs=2)}, "head")]
)
def test_settings_that_contradict_each_other_are_refused(setting, word):
    with pytest.raises(Refused, match=word):
        SeparationSettings(**setting)


def test_an_error_bar_is_in_the_unit_of_the_frames():
    torch.manual_seed(0)
    settings = SeparationSettings(UNetSettings((2, 2), 2, outputs=2), "physical", "share", "poisson")
    separator, photons = Separator(settings), torch.rand(1, 1, 16, 16) * 9
    in_photons, in_keV = separator(photons, 1.0), separator(photons * 8, 8.0)
    torch.testing.assert_close(in_keV.variance, 64 * in_photons.variance)
    assert float(in_photons.variance.detach().max()) > 0


def test_a_model_of_another_recipe_is_refused(tmp_path):
    with pytest.raises(Refused, match="recipe 'colouring'"):
        model_from_file(saved(tmp_path / "m.safetensors", recipe="colouring"))


def test_tensors_that_do_not_fit_the_header_are_refused(tmp_path):
    settings = asdict(SeparationSettings(UNetSettings((3, 2), 2)))
    with pytest.raises(Refused, match="do not fit"):
        model_from_file(saved(tmp_path / "m.safetensors", settings=settings))


@pytest.mark.parametrize(("name", "value"), [("scaling", "log"), ("head", "add"), ("loss", "huber")])
def test_an_unknown_choice_is_refused_with_the_known_ones(name, value):
    with pytest.raises(Refused, match="one of"):
        SeparationSettings(TINY, **{name: value})


@pytest.mark.parametrize(
    ("scaling", "head", "loss"), [("percentile", "subtract", "mae"), ("physical", "share", "poisson")]
)
def test_missing_pixels_change_neither_loss_nor_gradient(scaling, head, loss):
    torch.manual_seed(0)
    separator = Separator(SeparationSettings(TINY, scaling, head, loss))
    signal, noise = torch.rand(1, 1, 16, 16) * 8, torch.rand(1, 1, 16, 16) * 80
    signal[..., 3, 3] = torch.nan
    value = separator.loss(signal, noise, 8.0)
    value.backward()
    assert torch.isfinite(value)
    assert all(torch.isfinite(parameter.grad).all() for parameter in separator.parameters())


def test_published_outputs_miss_the_sum_by_the_offset_and_the_default_by_nothing():
    torch.manual_seed(0)
    frames = torch.rand(1, 1, 32, 32) * 100 + 10
    published = Separator(SeparationSettings(TINY, "percentile", "subtract", "mae"))
    bounds = published.scaled(frames, 8.0)[1]
    signal, noise, _ = published(frames, 8.0)
    inside = (frames > bounds.offset) & (frames < bounds.offset + bounds.span) & (signal > bounds.offset)
    torch.testing.assert_close((signal + noise)[inside], (frames + bounds.offset)[inside], rtol=1e-4, atol=1e-3)
    signal, noise, _ = Separator(SeparationSettings(TINY, "physical", "share", "poisson"))(frames, 8.0)
    torch.testing.assert_close(signal + noise, frames)


@pytest.mark.parametrize("settings", [{}, {"network": {"widths": [2]}}, {"network": 3}])
def test_settings_that_are_damaged_are_refused(tmp_path, settings):
    with pytest.raises(Refused, match="damaged"):
        model_from_file(saved(tmp_path / "m.safetensors", settings=settings))


def test_error_bars_come_from_the_card(tmp_path):
    path = saved(tmp_path / "m.safetensors", errors={"scale": 0.5, "correlation": 0.1})
    assert model_from_file(path)[0].errors == ErrorBars(0.5, 0.1)
    assert model_from_file(saved(tmp_path / "old.safetensors"))[0].errors == ErrorBars(1, 0)


def test_a_card_with_impossible_error_bars_is_damaged(tmp_path):
    for errors in ({"scale": -1.0}, {"width": 2.0}):
        with pytest.raises(Refused, match="damaged"):
            model_from_file(saved(tmp_path / "m.safetensors", errors=errors))
