"""The recipes that there are, and the settings of a model by its card. Nothing here loads torch."""

from collections.abc import Mapping
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.network.card import ModelCard, damaged
from napari_unveil.recipes.noise2inverse_settings import NOISE2INVERSE
from napari_unveil.recipes.paired_settings import PAIRED
from napari_unveil.recipes.recipe import Recipe, RecipeSettings
from napari_unveil.recipes.separation_settings import SEPARATION

RECIPES: Mapping[str, Recipe] = {recipe.name: recipe for recipe in (SEPARATION, PAIRED, NOISE2INVERSE)}


def recipe_called(name: str) -> Recipe:
    """The recipe of this name, or a refusal that lists them."""
    if name not in RECIPES:
        raise Refused(found=f"the recipe {name!r}", needed=f"one of {', '.join(RECIPES)}", remedy="choose another one")
    return RECIPES[name]


def settings_of_model(path: Path, card: ModelCard) -> RecipeSettings:
    """The settings in the ``card`` of the model file at ``path``.

    Raises
    ------
    Refused
        When it is a model of a recipe that is not known here, or its header is damaged.
    """
    if card.recipe not in RECIPES:
        raise Refused(
            found=f"{path} is a model of the recipe {card.recipe!r}",
            needed=f"a model of one of the recipes {', '.join(RECIPES)}",
            remedy="choose another model, or use the version of napari-unveil that wrote it",
        )
    try:
        return RECIPES[card.recipe].from_values(card.settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from error
