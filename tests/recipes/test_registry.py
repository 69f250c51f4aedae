"""All recipes that there are, by what the program expects of each."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.card import ModelCard
from napari_unveil.recipes.model import RecipeModel, new_model
from napari_unveil.recipes.registry import RECIPES, recipe_called, settings_of_model
from napari_unveil.training import preset

PRESETS = [(recipe.name, name) for recipe in RECIPES.values() for name in recipe.presets]


@pytest.mark.parametrize(("recipe", "name"), PRESETS)
def test_settings_come_back_from_a_header(recipe, name):
    settings = preset(name, recipe=recipe).recipe
    values = json.loads(json.dumps(asdict(settings)))
    assert settings_of_model(Path("model"), ModelCard(recipe, values, "photons", None)) == settings


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_model_is_built_by_its_settings(recipe):
    model = new_model(preset("fast", recipe=recipe).recipe)
    assert isinstance(model, RecipeModel)
    frames = torch.poisson(torch.full((2, 1, 32, 32), 3.0))
    signal, noise, _ = model(frames, 1.0)
    torch.testing.assert_close(signal + noise, frames)


def test_a_recipe_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(Refused, match="separation, paired, noise2inverse"):
        recipe_called("colouring")
