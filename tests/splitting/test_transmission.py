import numpy as np

from napari_unveil.frames import Sinogram
from napari_unveil.splitting.transmission import measured_integrals

FLAT, DARK = np.full(4, 110.0), np.full(4, 10.0)


def measured(*rows):
    return measured_integrals(Sinogram(np.array(rows, np.float32), FLAT, DARK))


def test_attenuation_is_the_logarithm_of_the_transmission():
    found = measured([110, 60, 35, 20])
    np.testing.assert_allclose(found.values, [-np.log([1, 0.5, 0.25, 0.1])], atol=1e-7)
    assert list(found.in_words(3)) == []


def test_where_no_light_comes_through_the_faintest_transmission_stands_and_it_is_said():
    found = measured([110, 10, 3, 15], [110, 110, 110, 110])
    np.testing.assert_allclose(found.values[0], -np.log([1, 0.05, 0.05, 0.05]), rtol=1e-6)
    (said,) = found.in_words(7)
    assert said.startswith("row 7: 25.00% of the pixels got no more light")
    assert "0.05" in said


def test_missing_pixels_are_filled_from_their_neighbours_and_it_is_said():
    found = measured([110, np.nan, 60, 60])
    np.testing.assert_allclose(found.values[0], [0, np.log(2) / 2, np.log(2), np.log(2)], atol=1e-7)
    assert "25.00% of the pixels were not measured" in next(found.in_words(0))


def test_a_lost_projection_is_missing_and_not_made_up():
    found = measured([60, 60, 60, 60], [np.nan] * 4)
    assert np.isnan(found.values[1]).all()
    assert np.isfinite(found.values[0]).all()


def test_flats_no_brighter_than_darks_give_nothing():
    found = measured_integrals(Sinogram(np.full((2, 4), 50, np.float32), DARK, DARK))
    assert np.isnan(found.values).all()
