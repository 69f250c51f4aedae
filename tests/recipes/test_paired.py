from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.settings import IRUNetSettings, UNetSettings, VDSRSettings
from napari_unveil.recipes.model import new_model
from napari_unveil.recipes.paired_settings import PairedSettings

CPU = torch.device("cpu")
RATE = PairedSettings(UNetSettings((2, 3), 2), "rate", ratio=20.0, patch_px=32)
PUBLISHED = PairedSettings(VDSRSettings(3, 4), patch_px=32)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return rng.poisson(np.geomspace(0.1, 20, 64 * 96).reshape(64, 96)).astype(np.float32)


def shaken(settings):
    """A model with weights that do something."""
    torch.manual_seed(1)
    model = new_model(settings)
    with torch.no_grad():
        for parameter in model.network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval()


def test_photons_in_another_unit_give_the_same_in_that_unit(frame):
    model = shaken(RATE)
    in_photons = Denoiser(model, CPU, DenoisingSettings(1.0, 1)).separate(frame)
    in_keV = Denoiser(model, CPU, DenoisingSettings(8.0, 1)).separate(8 * frame)
    np.testing.assert_allclose(in_keV.signal, 8 * in_photons.signal, rtol=1e-4)
    assert (in_photons.signal > 0).all(), "a rate is positive"


@pytest.mark.parametrize(
    "settings", [RATE, PUBLISHED, replace(PUBLISHED, network=IRUNetSettings(4))], ids=["rate", "vdsr", "irunet"]
)
def test_tiles_equal_the_whole_frame_and_the_parts_add_up(frame, settings):
    denoiser = Denoiser(shaken(settings), CPU, DenoisingSettings(1.0, 1))
    whole = denoiser.separate(frame)
    denoiser._pixels_at_once = 2**12
    tiled = denoiser.separate(frame)
    np.testing.assert_allclose(tiled.signal, whole.signal, rtol=0, atol=1e-5 * np.abs(whole.signal).max())
    np.testing.assert_array_equal(whole.signal + whole.noise, frame)


def test_the_published_scaling_makes_the_estimate_as_bright_as_the_frame(frame):
    denoiser = Denoiser(shaken(PUBLISHED), CPU, DenoisingSettings(1.0, 1))
    once, twice = denoiser.separate(frame), denoiser.separate(2 * frame)
    np.testing.assert_allclose(twice.signal, 2 * once.signal, rtol=1e-4, atol=1e-4)


def test_the_mean_of_the_high_counts_costs_least():
    model, rng = new_model(RATE), np.random.default_rng(0)
    low = torch.poisson(torch.full((4, 1, 32, 32), 2.0), generator=torch.Generator().manual_seed(0))
    high = torch.poisson(torch.full((4, 1, 32, 32), 40.0), generator=torch.Generator().manual_seed(1))
    costs = {}
    for rate in (1.8, 1.9, 2.0, 2.1, 2.2):
        model._estimate = lambda frames, photon, rate=rate: torch.full_like(frames, rate)
        costs[rate] = float(model.loss(low, high, 1.0, rng))
    assert min(costs, key=costs.__getitem__) == 2.0


def test_the_exposure_ratio_comes_from_the_patches(tmp_path):
    path, rng = tmp_path / "pairs.h5", np.random.default_rng(0)
    with writing_library(
        path, patch=16, unit="photons", photon_energy_keV=None, provenance={}, recipe="paired", shelves={"pairs": 2}
    ) as shelves:
        for number in range(20):
            pair = rng.poisson([[[3.0]], [[60.0]]], (2, 16, 16)).astype(np.float32)
            pair[1, :4] = np.nan
            shelves["pairs"].append(Cutting(pair, (0, 0), 0.0), frame=number)
    library = PatchLibrary.open(path)
    fitted = replace(RATE, ratio=None).fitted_to(library, np.arange(20))
    assert fitted.ratio == pytest.approx(20, rel=0.03)
    assert fitted.patch_px == 16
    assert replace(RATE, ratio=7.0).fitted_to(library, np.arange(20)).ratio == 7.0


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(Refused, match="exposure ratio of -1"):
        replace(RATE, ratio=-1.0)
    with pytest.raises(Refused, match="VDSR"):
        replace(PUBLISHED, estimate="rate")
    with pytest.raises(Refused, match="'median'"):
        replace(RATE, estimate="median")
