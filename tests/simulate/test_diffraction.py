from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import Campaign, Diffraction, draw_scene, expected_photons, full_shots
from napari_unveil.simulate.diffraction import add_spots, draw_spots, ring_photons

DARK = Campaign(shape=(128, 160), peak_photons=0.0, floor_photons=0.0)


def test_a_spot_keeps_its_photons():
    image = np.zeros((60, 60))
    add_spots(image, ((30.3, 28.9, 250.0),), width_px=1.3)
    assert image.sum() == pytest.approx(250, rel=1e-5)
    y, x = np.indices(image.shape) + 0.5
    assert (image * y).sum() / 250 == pytest.approx(30.3, abs=1e-3)
    assert (image * (x - 28.9) ** 2).sum() / 250 == pytest.approx(1.3**2 + 1 / 12, rel=1e-2)


def test_a_spot_at_the_edge_loses_what_falls_outside():
    image = np.zeros((20, 20))
    add_spots(image, ((0.0, 10.0, 100.0),), width_px=1.0)
    assert image.sum() == pytest.approx(50, rel=1e-5)


def test_spots_have_the_number_and_the_mean_photons_that_were_asked_for():
    spots = draw_spots(Diffraction(spots=5000, spot_photons=40.0), shape=(64, 64), rng=np.random.default_rng(0))
    assert len(spots) == pytest.approx(5000, rel=0.05)
    assert np.mean([photons for _, _, photons in spots]) == pytest.approx(40, rel=0.1)


def test_a_ring_has_its_crest_and_its_width():
    radius = np.linspace(0, 1000, 100_001)[None]
    diffraction = Diffraction(rings=1, ring_photons=3.0, ring_width_px=4.0)
    profile = ring_photons(diffraction, radius, rng=np.random.default_rng(1))
    assert 0.2 * 3 <= profile.max() <= 3
    assert profile.sum() * 0.01 == pytest.approx(profile.max() * 4 * np.sqrt(2 * np.pi), rel=1e-3)


def test_rings_stay_over_a_beamtime_while_spots_move():
    campaign = replace(DARK, diffraction=Diffraction(rings=2, spots=30))
    rng = np.random.default_rng(0)
    first, second = (draw_scene(campaign, rng=rng) for _ in range(2))
    assert first.spots != second.spots
    without = (replace(scene, spots=(), centre_yx=(64.0, 80.0)) for scene in (first, second))
    one, other = (expected_photons(scene, campaign=campaign) / scene.flux for scene in without)
    np.testing.assert_allclose(one, other)


def test_a_campaign_without_crystals_has_the_shots_it_always_had():
    plain, none = Campaign(shape=(64, 64)), Campaign(shape=(64, 64), diffraction=Diffraction(rings=0, spots=0))
    first, second = (next(full_shots(each, count=1, rng=np.random.default_rng(5))) for each in (plain, none))
    np.testing.assert_array_equal(first.frame, second.frame)


@pytest.mark.parametrize("setting", [{"spots": -1}, {"rings": 1.5}, {"spot_width_px": float("nan")}])
def test_impossible_settings_are_refused(setting):
    with pytest.raises(Refused, match=next(iter(setting))):
        Diffraction(**setting)
