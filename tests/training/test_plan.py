import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.network.unet import UNetSettings
from napari_unveil.recipes.separation import SeparationSettings
from napari_unveil.training import TrainingSettings, plan_training, preset


def test_held_out_patches_come_from_frames_that_are_not_trained_on(make_plan, library):
    plan = make_plan()
    for frames, training, held_out in (
        (library.labels["signal"].frames, plan.training.shown, plan.validation.shown),
        (library.labels["noise"].frames, plan.training.partners, plan.validation.partners),
    ):
        assert not set(frames[training]) & set(frames[held_out])
        assert len(training) + len(held_out) == len(frames)


def test_photon_energy_of_the_user_comes_before_that_of_the_library(make_plan):
    assert make_plan().photon == 8.0
    assert make_plan(photon_energy_keV=12.4).photon == 12.4


def test_patches_that_the_network_cannot_pool_are_refused(library, settings, tmp_path):
    five_levels = SeparationSettings(UNetSettings((1,) * 7, 1), "physical", "share", "poisson")
    with pytest.raises(Refused, match="multiple of 64"):
        plan_training(library, TrainingSettings(five_levels), tmp_path / "m.safetensors")


def test_the_library_is_never_overwritten(library, settings):
    with pytest.raises(Refused, match="is an input itself"):
        plan_training(library, settings, library.path)


def test_a_device_that_is_absent_is_refused(make_plan):
    with pytest.raises(Refused, match="not available here"):
        make_plan(device="tpu")


@pytest.mark.parametrize("changes", [{"epochs": 0}, {"minutes": -1.0}, {"batch": 0}, {"epochs": None}])
def test_a_run_without_length_or_width_is_refused(changes):
    with pytest.raises(Refused, match="positive"):
        TrainingSettings(**changes)


def test_the_published_preset_has_the_published_numbers():
    published = preset("published")
    assert published.recipe.network == UNetSettings((32, 64, 128, 256), 16)
    assert (published.recipe.scaling, published.recipe.head, published.recipe.loss) == (
        "percentile",
        "subtract",
        "mae",
    )
    assert (published.epochs, published.batch, published.learning_rate) == (400, 16, 1e-4)
    assert published.schedule == "constant"


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="published, default, fast"):
        preset("slow")


def test_splits_depend_on_the_seed(make_plan):
    held_out = [make_plan(seed=seed).validation.shown for seed in range(5)]
    assert any(not np.array_equal(held_out[0], other) for other in held_out[1:])
