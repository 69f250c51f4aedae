"""A small simulated beamtime on disk and a tiny model that knows nothing."""

from dataclasses import asdict

import pytest
import torch

from napari_unveil.network.model_file import ModelCard, save_model
from napari_unveil.network.unet import UNet, UNetSettings
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.simulate import Campaign
from napari_unveil.workflow.simulating import simulate

SHAPE = (64, 96)


@pytest.fixture(scope="session")
def beamtime(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beamtime") / "sim"
    campaign = Campaign(shape=SHAPE, peak_photons=200.0)
    reports = list(simulate(folder, campaign, xray_only=3, shots=4, seed=0))
    assert [report.done for report in reports] == list(range(1, 8))
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return _saved(tmp_path_factory.mktemp("model") / "tiny.safetensors", UNetSettings((2, 2), 2))


@pytest.fixture(scope="session")
def model_with_errors(tmp_path_factory):
    return _saved(tmp_path_factory.mktemp("model") / "errors.safetensors", UNetSettings((2, 2), 2, outputs=2))


def _saved(path, network):
    torch.manual_seed(0)
    settings = SeparationSettings(network, "physical", "share", "poisson", patch_px=32)
    save_model(path, ModelCard("separation", asdict(settings), "keV", 8.0), UNet(network))
    return str(path)
