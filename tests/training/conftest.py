"""A tiny patch library: photons of 8 keV, hits of 100 keV, patches of 32 pixels from 5 frames of each kind."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.harvest import Cutting, PatchLibrary
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.unet import UNetSettings
from napari_unveil.recipes.separation import SeparationSettings
from napari_unveil.training import TrainingSettings, plan_training
from napari_unveil.training import loop as loop_module

PATCH_PX = 32


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "patches.h5"
    rng = np.random.default_rng(0)
    with writing_library(path, patch=PATCH_PX, unit="keV", photon_energy_keV=8.0, provenance={}) as shelves:
        for index in range(40):
            photons = 8.0 * rng.poisson(1.0, (PATCH_PX, PATCH_PX))
            hits = 100.0 * (rng.random((PATCH_PX, PATCH_PX)) < 0.05)
            for shelf, pixels in zip(shelves.values(), (photons, hits), strict=True):
                shelf.append(Cutting(pixels.astype(np.float32), (0, 0), 0.0), frame=index % 5)
    return PatchLibrary.open(path)


@pytest.fixture
def settings():
    recipe = SeparationSettings(UNetSettings((2, 2), 2), "physical", "share", "poisson")
    return TrainingSettings(recipe, epochs=4, batch=8, learning_rate=5e-3, schedule="cosine", device="cpu")


@pytest.fixture
def make_plan(library, settings, tmp_path):
    """Plan a run with some settings changed; the precision is fixed, so that runs can be compared."""

    def make(**changes):
        plan = plan_training(library, replace(settings, **changes), tmp_path / "m.safetensors")
        return replace(plan, precision=torch.float32)

    return make


@pytest.fixture
def report_each_step(monkeypatch):
    monkeypatch.setattr(loop_module, "REPORT_EVERY_S", 0.0)
    monkeypatch.setattr(loop_module, "REPORT_EVERY_SHARE", 0.0)
    monkeypatch.setattr(loop_module, "OVERHEAD_SHARE", float("inf"))


@pytest.fixture
def report_at_both_ends(report_each_step, monkeypatch):
    """Report after the first step and after the last, for claims about nothing in between."""
    monkeypatch.setattr(loop_module, "REPORT_EVERY_SHARE", float("inf"))
