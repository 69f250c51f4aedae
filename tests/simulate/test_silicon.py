import numpy as np
import pytest

from napari_unveil.simulate.silicon import energy_of_range, range_um, stopping_power, transport_length_um


def test_stopping_power_of_minimum_ionisation():
    """About 1.5 MeV cm^2/g in silicon, or 0.36 keV per um, near 1 MeV."""
    assert stopping_power(np.array([1000.0]))[0] == pytest.approx(0.36, abs=0.02)


def test_an_electron_crosses_about_a_pixel():
    assert range_um(np.array([100.0]))[0] == pytest.approx(78, rel=0.05)


def test_energy_and_range_are_inverse():
    energy = np.geomspace(1, 5000, 50)
    np.testing.assert_allclose(energy_of_range(range_um(energy)), energy, rtol=1e-6)


def test_slow_electrons_lose_their_direction_sooner():
    length = transport_length_um(np.geomspace(2, 5000, 50))
    assert (np.diff(length) > 0).all()
    assert (length[:20] < range_um(np.geomspace(2, 5000, 50))[:20]).all()
