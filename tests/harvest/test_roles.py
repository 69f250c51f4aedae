import pytest

from napari_unveil.harvest import suggest_role
from napari_unveil.recipes.registry import RECIPES
from napari_unveil.recipes.separation_settings import SEPARATION


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("X-ray only", "X-ray only"),
        ("xray", "X-ray only"),
        ("r0042_XRAYS", "X-ray only"),
        ("X-ray laser only", "X-ray only"),
        ("reference run 12", "X-ray only"),
        ("full shots", "full shot"),
        ("shot_with_laser", "full shot"),
        ("X-ray + optical laser", "full shot"),
        ("pump-probe 7", "full shot"),
        ("dark", None),
        ("fullness", None),
        ("lonely", None),
        ("", None),
    ],
)
def test_the_words_of_a_name_speak_for_a_role(name, title):
    role = suggest_role(name, roles=SEPARATION.roles)
    assert (role.title if role else None) == title


def test_roles_of_a_recipe_have_names_of_their_own():
    for recipe in RECIPES.values():
        roles = recipe.roles
        assert len({role.name for role in roles}) == len({role.title for role in roles}) == len(roles)
