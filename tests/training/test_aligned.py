"""Recipes that learn from images of the same pixels go through the same loop."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.model_file import load_model
from napari_unveil.network.settings import MSDSettings, UNetSettings, VDSRSettings
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.recipes.paired_settings import PairedSettings
from napari_unveil.training import TrainingSettings, plan_training, resume, train
from napari_unveil.training.parent import parent_from_file

pytestmark = pytest.mark.usefixtures("report_each_step")

PATCH_PX = 16
UNET = UNetSettings((2, 2), 2)
RECIPES = {
    "rate": PairedSettings(UNET, "rate"),
    "published": PairedSettings(VDSRSettings(2, 4)),
    "counts": Noise2InverseSettings(UNET, estimate="auto", turned=True),
    "msd": Noise2InverseSettings(MSDSettings(4)),
}


def library(path, recipe, frames):
    """Wide blobs of few photons: there is much to gain from pixels farther away than the nearest ones."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:PATCH_PX, :PATCH_PX]
    exposures = [1, 20] if recipe == "paired" else [1, 1, 1]
    shelf = "pairs" if recipe == "paired" else "parts"
    with writing_library(
        path,
        patch=PATCH_PX,
        unit="photons",
        photon_energy_keV=None,
        provenance={"split": {"form": "frames", "parts": 3}},
        recipe=recipe,
        shelves={shelf: len(exposures)},
    ) as shelves:
        for index in range(40):
            row, column = rng.uniform(2, 14, 2)
            mean = 0.2 + rng.uniform(0.2, 2) * np.exp(-((y - row) ** 2 + (x - column) ** 2) / 200)
            images = np.stack([rng.poisson(exposure * mean) for exposure in exposures])
            shelves[shelf].append(Cutting(images.astype(np.float32), (0, 0), 0.0), frame=index % frames)
    return PatchLibrary.open(path)


@pytest.fixture
def make_plan(tmp_path):
    def make(name, *, frames=8, **changes):
        recipe = RECIPES[name]
        settings = TrainingSettings(recipe, epochs=6, batch=8, learning_rate=5e-3, device="cpu")
        patches = library(tmp_path / f"{name}.h5", recipe.recipe, frames)
        return plan_training(patches, replace(settings, **changes), tmp_path / f"{name}.safetensors")

    return make


@pytest.mark.parametrize("name", RECIPES)
def test_a_run_learns_and_its_model_says_how(make_plan, name):
    plan = make_plan(name, epochs=10)
    reports = list(train(plan, preview=lambda: True))
    assert reports[-1].validation_loss < reports[0].validation_loss
    shown = reports[-1].preview
    np.testing.assert_allclose(shown.signal + shown.noise, shown.input, rtol=1e-5, atol=1e-5)
    card = load_model(plan.path).card
    assert card.recipe == plan.settings.recipe.recipe
    if card.recipe == "paired":
        assert card.settings["ratio"] == pytest.approx(20, rel=0.05)
    else:
        assert card.settings["split"] == {"form": "frames", "parts": 3}
        assert card.settings["estimate"] == ("rate" if name == "counts" else "standardised")


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(make_plan):
    whole, stopped = make_plan("counts"), make_plan("counts")
    list(train(whole))
    straight = load_model(whole.path).tensors
    steps = iter([False] * 7 + [True] * 3)
    list(train(stopped, stop=lambda: next(steps)))
    assert not all(torch.equal(straight[key], value) for key, value in load_model(stopped.path).tensors.items())
    list(resume(stopped))
    for key, value in load_model(stopped.path).tensors.items():
        torch.testing.assert_close(value, straight[key], rtol=0, atol=0)


def test_patches_of_one_frame_are_held_out_one_by_one(make_plan):
    plan = make_plan("msd", frames=1)
    assert len(plan.validation.shown) == 6
    assert not set(plan.validation.shown) & set(plan.training.shown)


def test_a_library_or_a_parent_of_another_recipe_is_refused(make_plan, tmp_path):
    plan = make_plan("rate")
    list(train(plan))
    other = make_plan("counts")
    with pytest.raises(Refused, match="patches for the recipe 'paired'"):
        plan_training(plan.library, other.settings, tmp_path / "new.safetensors")
    with pytest.raises(Refused, match="a model of the recipe 'paired'"):
        plan_training(other.library, other.settings, tmp_path / "new.safetensors", parent=parent_from_file(plan.path))
