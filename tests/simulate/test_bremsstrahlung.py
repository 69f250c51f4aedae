import numpy as np
import pytest

from napari_unveil.simulate import Campaign, draw_hits, illumination, sensor_shape
from napari_unveil.simulate.bremsstrahlung import compton_electrons

MODULE = Campaign(hits_per_pixel=0.2)


def test_hits_per_pixel_are_as_asked_on_the_mean_over_shots(rng):
    campaign = Campaign(shape=(64, 64), hits_per_pixel=0.2)
    levels = [illumination(campaign, rng=rng).mean() for _ in range(600)]
    assert np.mean(levels) == pytest.approx(0.2, rel=0.05)
    assert np.std(levels) == pytest.approx(0.06, rel=0.2)


def test_illumination_is_uneven_and_smooth(rng):
    field = illumination(MODULE, rng=rng)
    assert field.min() > 0
    assert field.max() > 1.2 * field.min()
    assert np.abs(np.diff(field, axis=1)).max() < 0.01 * field.max()


def test_hits_are_poisson_in_number_and_fall_on_the_sensor(rng):
    rate = np.full(sensor_shape(MODULE.shape), 0.1)
    electrons = draw_hits(rate, campaign=MODULE, rng=rng)
    assert electrons.energy_keV.size == pytest.approx(rate.sum(), abs=5 * np.sqrt(rate.sum()))
    depth, y, x = electrons.position_um
    assert depth.min() >= 0
    assert depth.max() <= 320
    assert y.max() <= 514 * 75
    assert x.max() <= 1030 * 75


def test_electrons_from_outside_have_the_exponential_spectrum(rng):
    campaign = Campaign(shape=(64, 64), electron_fraction=1.0, temperature_keV=150.0)
    energy = draw_hits(np.full((64, 64), 5.0), campaign=campaign, rng=rng).energy_keV
    assert energy.min() >= 10
    assert energy.mean() == pytest.approx(160, rel=0.03)
    assert np.median(energy) == pytest.approx(10 + 150 * np.log(2), rel=0.04)


def test_directions_are_unit_vectors_without_a_preferred_azimuth(rng):
    direction = draw_hits(np.full((64, 64), 5.0), campaign=MODULE, rng=rng).direction
    np.testing.assert_allclose((direction**2).sum(axis=0), 1)
    np.testing.assert_allclose(direction[1:].mean(axis=1), 0, atol=0.02)
    assert (direction[1] ** 2).mean() == pytest.approx((direction[2] ** 2).mean(), rel=0.04)


def klein_nishina_mean_share(photon_keV):
    """Integrate the cross section over the sphere: mean energy of the electron per energy of the photon."""
    cosine = np.linspace(-1, 1, 20_001)
    ratio = 1 / (1 + photon_keV / 510.999 * (1 - cosine))
    cross_section = ratio**2 * (ratio + 1 / ratio - (1 - cosine**2))
    return ((1 - ratio) * cross_section).sum() / cross_section.sum()


@pytest.mark.parametrize("photon_keV", [30.0, 100.0, 511.0, 1000.0, 4000.0])
def test_compton_electrons_get_the_mean_energy_of_klein_and_nishina(photon_keV, rng):
    energy, cosine = compton_electrons(np.full(40_000, photon_keV), rng=rng)
    share = energy / photon_keV
    standard_error = share.std() / np.sqrt(share.size)
    assert share.mean() == pytest.approx(klein_nishina_mean_share(photon_keV), abs=4 * standard_error)
    assert energy.max() <= photon_keV * (2 * photon_keV / 511) / (1 + 2 * photon_keV / 511) * 1.001
    assert cosine.min() >= 0


def test_compton_electrons_keep_momentum(rng):
    photon = np.full(1000, 300.0)
    energy, cosine = compton_electrons(photon, rng=rng)
    momentum = np.sqrt(energy * (energy + 2 * 510.999))
    scattered = photon - energy
    sideways2 = momentum**2 * (1 - cosine**2)
    np.testing.assert_allclose(scattered**2, sideways2 + (photon - momentum * cosine) ** 2, rtol=1e-6)
