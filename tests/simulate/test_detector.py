import numpy as np
import pytest

from napari_unveil.simulate import Campaign, bad_pixels, double_pixels, fold, sensor_shape
from napari_unveil.simulate.detector import pixel_of_sensor, read_out

MODULE = (512, 1024)


def test_module_has_two_more_pitches_at_each_border():
    assert sensor_shape(MODULE) == (514, 1030)
    assert sensor_shape((128, 128)) == (128, 128)


def test_double_pixels_lie_at_the_asic_borders():
    double = double_pixels(MODULE)
    assert np.flatnonzero(double[0]).tolist() == [255, 256, 511, 512, 767, 768]
    assert np.flatnonzero(double[:, 0]).tolist() == [255, 256]


def test_double_pixels_collect_twice_and_corners_four_times():
    flat = fold(np.ones(sensor_shape(MODULE)), shape=MODULE)
    assert flat[0, 0] == 1
    assert flat[0, 255] == flat[0, 256] == flat[255, 0] == 2
    assert flat[255, 255] == 4


def test_folding_conserves_the_sum(rng):
    image = rng.random(sensor_shape((300, 280)))
    assert fold(image, shape=(300, 280)).sum() == pytest.approx(image.sum())


def test_pixel_coordinates_skip_the_gap():
    assert pixel_of_sensor(0.5, side=1024) == 0
    assert pixel_of_sensor(1029.5, side=1024) == 1023
    assert pixel_of_sensor(257.0, side=512) == pytest.approx(255.5)


def test_readout_noise_has_the_asked_width(rng):
    campaign = Campaign(readout_noise_keV=0.45)
    frame = read_out(np.zeros(sensor_shape(MODULE)), campaign=campaign, rng=rng)
    assert frame.dtype == np.float32
    assert frame.std() == pytest.approx(0.45, rel=0.01)
    assert abs(frame.mean()) < 0.005


def test_bad_pixels_are_fixed_over_a_campaign_and_as_many_as_asked():
    first, again, other = bad_pixels(Campaign()), bad_pixels(Campaign()), bad_pixels(Campaign(seed=1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.mean() == pytest.approx(1e-3, rel=0.2)


def test_some_bad_pixels_touch():
    bad = bad_pixels(Campaign())
    assert (bad[:, 1:] & bad[:, :-1]).sum() > 0.1 * bad.sum()
