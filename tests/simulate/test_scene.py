import numpy as np
import pytest

from napari_unveil.simulate import Campaign, Scene, beam_centre, draw_scene, expected_photons, sensor_shape

SMALL = Campaign(shape=(200, 240))
CENTRED = Scene(centre_yx=(100.0, 120.0), angles_rad=(0.0,), brightness=(1.0,), fringe_period_px=24.0, flux=1.0)


def test_default_scene_spans_four_decades_and_more(rng):
    campaign = Campaign()
    image = expected_photons(draw_scene(campaign, rng=rng), campaign=campaign)
    assert image.shape == sensor_shape(campaign.shape)
    assert image.max() > 300
    assert np.quantile(image, 0.3) < 1e-4 * image.max()


def test_intensity_scales_with_flux():
    brighter = Scene(CENTRED.centre_yx, CENTRED.angles_rad, CENTRED.brightness, 24.0, flux=3.0)
    once, thrice = (expected_photons(scene, campaign=SMALL) for scene in (CENTRED, brighter))
    np.testing.assert_allclose(thrice, 3 * once)


def test_scattering_is_symmetric_about_the_beam():
    image = expected_photons(CENTRED, campaign=SMALL)
    np.testing.assert_allclose(image, image[::-1, ::-1], rtol=1e-9)


def test_streak_has_fringes_of_the_period():
    along = expected_photons(CENTRED, campaign=SMALL)[100, 135:]
    peaks = np.flatnonzero((along[1:-1] > along[:-2]) & (along[1:-1] > along[2:])) + 1
    assert np.diff(peaks).mean() == pytest.approx(24, abs=1)


def test_streak_follows_a_power_law_between_equal_phases():
    along = expected_photons(CENTRED, campaign=Campaign(shape=(200, 240), floor_photons=0.0))[100]
    near, far = along[120 + 36], along[120 + 108]
    assert -np.log(far / near) / np.log(3) == pytest.approx(3, abs=0.25)


def test_beam_stop_casts_a_shadow():
    image = expected_photons(CENTRED, campaign=SMALL)
    assert image[100, 120] < 0.02 * image.max()


def test_shots_differ_around_the_same_beam(rng):
    scenes = [draw_scene(SMALL, rng=rng) for _ in range(40)]
    centre = np.mean([scene.centre_yx for scene in scenes], axis=0) - 0.5
    np.testing.assert_allclose(centre, beam_centre(SMALL), atol=0.4)
    for name in ("flux", "fringe_period_px", "angles_rad"):
        assert len({getattr(scene, name) for scene in scenes}) == 40
    assert np.ptp([scene.angles_rad[0] for scene in scenes]) < np.radians(40)


def test_campaigns_have_beams_of_their_own():
    assert beam_centre(Campaign(seed=1)) != beam_centre(Campaign(seed=2))
