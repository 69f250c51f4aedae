"""Error bars held against known truth: errors with a known scale and correlation, and trainings that end with them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.harvest import Cutting, PatchLibrary
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.card import read_card
from napari_unveil.network.error_bars import ErrorBars, variance_of_sum
from napari_unveil.network.model_file import load_model
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.training import train
from napari_unveil.training.calibrating import calibrate, fit_error_bars

LEAST = 1e-4


def errors_of(truth: ErrorBars, *, count: int = 600, side: int = 32, seed: int = 0):
    """Errors with the scale and correlation of ``truth``, and the variances that a network would predict."""
    rng = np.random.default_rng(seed)
    sigma = rng.lognormal(-1, 0.7, (count, side, side))
    common = rng.normal(size=(count, 1, 1))
    c = truth.correlation
    errors = np.sqrt(truth.scale) * sigma * (np.sqrt(c) * common + np.sqrt(1 - c) * rng.normal(size=sigma.shape))
    return errors.astype(np.float32), np.square(sigma).astype(np.float32)


@pytest.mark.parametrize(
    "truth", [ErrorBars(1, 0), ErrorBars(0.5, 0.02), ErrorBars(2, 0.1), ErrorBars(1, 0.6)], ids=str
)
def test_scale_and_correlation_are_found_again(truth: ErrorBars):
    found = fit_error_bars(*errors_of(truth), least=LEAST)
    assert found.scale == pytest.approx(truth.scale, rel=0.1)
    assert found.correlation == pytest.approx(truth.correlation, rel=0.2, abs=2e-4)


def test_sums_over_other_patches_have_pulls_of_width_one():
    truth = ErrorBars(0.7, 0.05)
    found = fit_error_bars(*errors_of(truth), least=LEAST)
    errors, variances = errors_of(truth, seed=1)
    variances = found.scale * variances[:, :20, :20]
    total = np.sqrt(variances).sum(axis=(1, 2))
    pulls = errors[:, :20, :20].sum(axis=(1, 2)) / np.sqrt(
        variance_of_sum(variances.sum(axis=(1, 2)), total, found.correlation)
    )
    assert pulls.std() == pytest.approx(1, abs=0.1)
    assert np.mean(np.abs(pulls) < 1) == pytest.approx(0.68, abs=0.05)


def test_a_few_bright_pixels_do_not_decide():
    errors, variances = errors_of(ErrorBars(1, 0.05))
    plain = fit_error_bars(errors, variances, least=LEAST)
    errors[::50, 5, 5] = 1e4
    found = fit_error_bars(errors, variances, least=LEAST)
    assert found.scale == pytest.approx(plain.scale, rel=0.01)
    assert found.correlation == pytest.approx(plain.correlation, rel=0.15)


def test_bad_pixels_and_pixels_without_an_error_do_not_count():
    errors, variances = errors_of(ErrorBars(1, 0.1))
    plain = fit_error_bars(errors, variances, least=LEAST)
    errors[:, ::3], variances[:, 1::3] = np.nan, 0
    errors[:, 1::3] = 0
    found = fit_error_bars(errors, variances, least=LEAST)
    assert found.scale == pytest.approx(plain.scale, rel=0.05)
    assert found.correlation == pytest.approx(plain.correlation, rel=0.15)


def test_too_little_says_nothing():
    errors, variances = errors_of(ErrorBars(1, 0.1), count=4)
    assert fit_error_bars(errors, variances, least=LEAST) is None
    assert fit_error_bars(*errors_of(ErrorBars(1, 0.1), count=8), least=LEAST) is not None
    assert fit_error_bars(errors, np.zeros_like(variances), least=LEAST) is None


@pytest.fixture
def with_errors(settings):
    network = replace(settings.recipe.network, outputs=2)
    return SeparationSettings(network, "physical", "share", "poisson")


def test_a_training_ends_with_error_bars_that_its_seed_decides(make_plan, with_errors):
    found = []
    for _ in range(2):
        plan = make_plan(recipe=with_errors, epochs=2)
        list(train(plan))
        found.append(read_card(plan.path).errors)
    assert set(found[0]) == {"scale", "correlation"}
    assert found[0]["scale"] > 0
    assert found[0] == found[1]


def test_a_model_without_an_error_bar_has_none_to_be_found(make_plan):
    plan = make_plan(epochs=1)
    list(train(plan))
    assert read_card(plan.path).errors == {}


def test_a_trained_model_is_calibrated_with_other_patches(make_plan, with_errors, library, tmp_path):
    plan = make_plan(recipe=with_errors, epochs=2)
    list(train(plan))
    before = load_model(plan.path)
    rng = np.random.default_rng(5)
    with writing_library(tmp_path / "p.h5", patch=16, unit="photons", photon_energy_keV=None, provenance={}) as shelves:
        for index in range(30):
            hits = 12.0 * (rng.random((16, 16)) < 0.1)
            for shelf, pixels in zip(shelves.values(), (rng.poisson(1.0, (16, 16)), hits), strict=True):
                shelf.append(Cutting(pixels.astype(np.float32), (0, 0), 0.0), frame=index)
    found = calibrate(plan.path, PatchLibrary.open(tmp_path / "p.h5"))
    after = load_model(plan.path)
    assert after.card == replace(before.card, errors={"scale": found.scale, "correlation": found.correlation})
    assert all(torch.equal(before.tensors[name], tensor) for name, tensor in after.tensors.items())
    assert calibrate(plan.path, PatchLibrary.open(tmp_path / "p.h5")) == found, "what was found before does not matter"
    with pytest.raises(Refused, match="not seen"):
        calibrate(plan.path, library)
