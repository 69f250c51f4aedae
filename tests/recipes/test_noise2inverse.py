from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.errors import Refused
from napari_unveil.network.settings import MSDSettings, UNetSettings
from napari_unveil.recipes.estimates import FLOOR_PHOTONS, Rate, guess, surroundings
from napari_unveil.recipes.model import new_model
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings

CPU = torch.device("cpu")
MSD = Noise2InverseSettings(MSDSettings(6), offset=3.0, span=2.0, patch_px=32)
COUNTS = Noise2InverseSettings(UNetSettings((2, 3), 2), estimate="rate", offset=3.0, span=2.0, patch_px=32)


@pytest.fixture
def parts():
    return np.random.default_rng(0).poisson(3.0, (4, 40, 56)).astype(np.float32)


@pytest.fixture
def patches():
    return np.random.default_rng(1).poisson(3.0, (16, 4, 24, 24)).astype(np.float32)


@pytest.mark.parametrize("strategy", ["X:1", "1:X"])
def test_what_is_to_be_given_has_no_part_in_what_is_seen(patches, strategy):
    model = new_model(replace(COUNTS, strategy=strategy))
    before = model.example(patches, np.random.default_rng(0))
    for part in range(4):
        changed = patches.copy()
        changed[:, part] += 100
        after = model.example(changed, np.random.default_rng(0))
        moved_input, moved_target = (
            np.abs(new - old).max(axis=(1, 2)) > 1
            for new, old in ((after.input, before.input), (after.target, before.target))
        )
        assert (moved_input ^ moved_target).all(), "each part is either seen or left out"
        assert moved_target.any()
        assert moved_input.any()


def test_each_part_is_left_out_once_and_the_mean_of_what_is_seen_is_the_frame(parts):
    seen = np.stack(new_model(MSD).inputs_of(parts))
    assert len(seen) == 4
    np.testing.assert_allclose(seen.mean(axis=0), parts.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(seen[1], parts[[0, 2, 3]].mean(axis=0), rtol=1e-6)
    one_each = np.stack(new_model(replace(MSD, strategy="1:X")).inputs_of(parts))
    np.testing.assert_array_equal(one_each, parts)


@pytest.mark.parametrize("settings", [MSD, COUNTS], ids=["standardised", "rate"])
def test_the_result_is_the_mean_over_the_parts_and_adds_up(parts, settings):
    torch.manual_seed(0)
    model = new_model(settings).eval()
    with torch.no_grad():
        for parameter in model.network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    denoiser = Denoiser(model, CPU, DenoisingSettings(1.0, 1))
    made = denoiser.separate(parts)
    np.testing.assert_allclose(made.signal + made.noise, parts.mean(axis=0), rtol=1e-6, atol=1e-6)
    again = denoiser.separate(parts[::-1])
    np.testing.assert_allclose(again.signal, made.signal, rtol=1e-4, atol=1e-5), "the order of parts does not matter"


def test_missing_pixels_stay_missing(parts):
    parts[:, 5, 7] = np.nan
    made = Denoiser(new_model(COUNTS).eval(), CPU, DenoisingSettings(1.0, 1)).separate(parts)
    assert np.isnan(made.signal[5, 7])
    assert np.isfinite(np.delete(made.signal.ravel(), 5 * 56 + 7)).all()


def test_a_new_mixed_scale_network_gives_the_mean_of_what_it_was_fitted_to(parts):
    made = Denoiser(new_model(MSD).eval(), CPU, DenoisingSettings(1.0, 1)).separate(parts)
    np.testing.assert_allclose(made.signal, 3.0)


def test_a_network_that_sees_far_takes_the_frame_as_a_whole_where_it_can(parts):
    deep = replace(MSD, network=MSDSettings(60, dilations=10))
    assert deep.network.halo_px > 256
    torch.manual_seed(0)
    model = new_model(deep).eval()
    with torch.no_grad():
        model.network.last.add_(0.1 * torch.randn_like(model.network.last))
    made = Denoiser(model, CPU, DenoisingSettings(1.0, 1)).separate(parts)
    seen = torch.from_numpy(np.stack(model.inputs_of(parts))).unsqueeze(1)
    with torch.inference_mode():
        at_once = model(seen, 1.0).signal.mean(dim=(0, 1)).numpy()
    np.testing.assert_allclose(made.signal, at_once, rtol=1e-4, atol=1e-4)


def test_patches_are_turned_together(patches):
    model = new_model(replace(COUNTS, turned=True))
    marked = np.zeros_like(patches)
    marked[:, :, 0, 0] = 1
    example = model.example(marked, np.random.default_rng(0))
    np.testing.assert_allclose(example.input, example.target, err_msg="all parts of a patch turn alike")
    corners = {tuple(np.argwhere(image)[0]) for image in example.target}
    assert corners == {(0, 0), (0, 23), (23, 0), (23, 23)}


def test_light_of_surroundings_is_kept_and_a_new_rate_lies_near_it():
    photons = torch.poisson(torch.full((1, 1, 64, 64), 4.0), generator=torch.Generator().manual_seed(0))
    assert float(surroundings(photons).mean()) == pytest.approx(float(photons.mean()), rel=0.01)
    estimate = Rate().predict(torch.zeros_like, photons, 1.0, torch.float32)
    torch.testing.assert_close(estimate, guess(photons) + FLOOR_PHOTONS)
    assert float(estimate.mean()) == pytest.approx(4, rel=0.05)
    assert float(estimate.var()) < 0.25 * float(photons.var()), "in the dark pixels are averaged"


def test_what_is_bright_is_hardly_averaged():
    peak = torch.zeros(1, 1, 9, 9)
    peak[0, 0, 4, 4] = 10_000
    assert float(guess(peak)[0, 0, 4, 4]) > 0.9 * 10_000
    assert float(surroundings(peak)[0, 0, 4, 4]) < 0.2 * 10_000


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(Refused, match="strategy '2:2'"):
        replace(MSD, strategy="2:2")
