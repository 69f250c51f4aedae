"""Runs that begin from a model."""

from dataclasses import replace

import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.model_file import ModelCard, load_model, save_model
from napari_unveil.network.settings import UNetSettings
from napari_unveil.network.unet import UNet
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.training import parent_from_file, plan_again, plan_training, read_record, resume, train
from napari_unveil.training.separation_learner import SeparationLearner

pytestmark = pytest.mark.usefixtures("report_each_step")


@pytest.fixture
def parent(make_plan):
    """The file of a model whose network and head are not those of the settings."""
    recipe = SeparationSettings(UNetSettings((3, 2), 2), "physical", "share", "mae")
    plan = make_plan(recipe=recipe, epochs=2, seed=7)
    list(train(plan))
    return plan.path.rename(plan.path.with_name("parent.safetensors"))


@pytest.fixture
def make_tuned(library, settings, parent, tmp_path):
    def make(**changes):
        changed = replace(settings, **changes)
        plan = plan_training(library, changed, tmp_path / "tuned.safetensors", parent=parent_from_file(parent))
        return replace(plan, precision=torch.float32)

    return make


def test_without_further_learning_the_parents_outputs_come_back(make_tuned, parent):
    plan = make_tuned(learning_rate=0.0)
    list(train(plan))
    frames = 20 * torch.rand(2, 1, 32, 32)
    ours, theirs = (model_from_file(path)[0](frames, 8.0) for path in (plan.path, parent))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_run_begins_from_its_parent_and_not_from_chance(make_tuned, parent):
    begun = SeparationLearner(make_tuned()).network.state_dict()
    for name, tensor in load_model(parent).tensors.items():
        torch.testing.assert_close(begun[name], tensor, rtol=0, atol=0)


def test_what_belongs_to_the_weights_comes_from_the_parent_and_the_rest_from_the_settings(make_tuned, settings):
    recipe = make_tuned().settings.recipe
    assert recipe.network == UNetSettings((3, 2), 2)
    assert (recipe.scaling, recipe.head) == ("physical", "share")
    assert recipe.loss == settings.recipe.loss == "poisson"


def test_the_card_names_the_parent(make_tuned, parent):
    plan = make_tuned(epochs=1)
    list(train(plan))
    expected = {"name": "parent.safetensors", "sha256": load_model(parent).sha256}
    assert load_model(plan.path).card.training["parent"] == expected


def test_a_tuned_run_goes_on_when_its_parent_is_gone(make_tuned, parent, library):
    plan = make_tuned(epochs=1)
    list(train(plan))
    parent.unlink()
    record = read_record(plan.state_path)
    again = plan_again(library, plan.path, record.extended(epochs=1), record)
    reports = list(resume(replace(again, precision=torch.float32)))
    assert reports[-1].epoch == 2
    assert load_model(plan.path).card.training["parent"]["name"] == "parent.safetensors"


def test_a_run_from_chance_is_not_resumed_as_one_from_a_model(make_tuned):
    plan = make_tuned(epochs=1)
    next(train(plan))
    with pytest.raises(Refused, match="differs in parent"):
        next(resume(replace(plan, parent=None)))


def test_a_model_of_a_recipe_that_is_not_known_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_model(path, ModelCard("colouring", {}, "keV", None), UNet(UNetSettings((1,), 1)))
    with pytest.raises(Refused, match="recipe 'colouring'"):
        parent_from_file(path)


def test_the_parent_is_never_overwritten(library, settings, parent):
    with pytest.raises(Refused, match="is an input itself"):
        plan_training(library, settings, parent, parent=parent_from_file(parent))


def test_weights_of_a_model_do_not_go_into_escnn(library, settings, parent, tmp_path):
    escnn = replace(settings, parametrisation="escnn")
    with pytest.raises(Refused, match="choose p4"):
        plan_training(library, escnn, tmp_path / "m.safetensors", parent=parent_from_file(parent))
