"""The bands that training mixtures leave in a card."""

import json

import numpy as np
import pytest

from napari_unveil.recipes.local_range import LEAST_SHARE, as_values, local_range_from_values, local_range_of

rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def mixtures():
    expected = 10 ** rng.uniform(-2, 3, (400, 1, 1))
    return rng.poisson(np.broadcast_to(expected, (400, 64, 64))).astype(np.float32)


def test_bands_hold_density_and_roughness_of_poisson_statistics(mixtures):
    known = local_range_of(mixtures, 1.0)
    assert known.window_px == 40
    for expected in (0.1, 1.0, 10.0):
        values = rng.poisson(expected, (2, 100_000))
        level = np.arcsinh(values).mean()
        density = [np.interp(level, known.level, side) for side in known.density]
        roughness = [np.interp(level, known.level, side) for side in known.roughness]
        assert density[0] - 0.01 <= (values > 0.5).mean() <= density[1] + 0.01
        assert roughness[0] <= np.abs(np.diff(np.arcsinh(values), axis=0)).mean() <= roughness[1]
        assert roughness[1] - roughness[0] < 0.35


def test_levels_reach_from_the_lowest_to_the_highest(mixtures):
    known = local_range_of(mixtures, 1.0)
    assert list(known.level) == sorted(known.level)
    assert np.sinh(known.level[0]) < 0.02
    assert 600 < np.sinh(known.level[-1]) < 1100


def test_bands_come_back_from_a_card_and_are_small(mixtures):
    known = local_range_of(mixtures, 1.0)
    text = json.dumps(as_values(known))
    assert len(text) < 2000
    assert local_range_from_values(json.loads(text)) == known
    assert local_range_of(mixtures, 1.0) == known


def test_the_unit_of_the_patches_does_not_matter(mixtures):
    assert local_range_of(mixtures * 8, 8.0) == local_range_of(mixtures, 1.0)


def test_a_level_that_hardly_any_window_has_is_not_known():
    dim = rng.poisson(0.1, (round(2 / LEAST_SHARE), 8, 8)).astype(np.float32)
    bright = dim.copy()
    bright[0] = 1000
    assert local_range_of(bright, 1.0).level[-1] == local_range_of(dim, 1.0).level[-1]


def test_missing_pixels_leave_no_trace(mixtures):
    holey = mixtures.copy()
    holey[:, :4] = np.nan
    np.testing.assert_allclose(local_range_of(holey, 1.0).level, local_range_of(mixtures, 1.0).level, rtol=0.2)
    assert local_range_of(np.full((2, 64, 64), np.nan, np.float32), 1.0) is None


@pytest.mark.parametrize("change", [{"level": [1.0]}, {"level": []}, {"density": 3}, {"roughness": [["a"], ["b"]]}])
def test_damaged_values_are_refused(mixtures, change):
    values = as_values(local_range_of(mixtures, 1.0)) | change
    with pytest.raises((TypeError, ValueError)):
        local_range_from_values(values)
