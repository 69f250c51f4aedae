import numpy as np
import pytest

from napari_unveil.simulate.charge import deposit, spilled_share

ONE = np.ones(1)


def at(y, x):
    return deposit(np.array([y]), np.array([x]), ONE, shape=(3, 3), cloud_px=0.12)


def test_sharing_conserves_energy(rng):
    energy = rng.exponential(8, 5000)
    image = deposit(rng.uniform(0, 6, 5000), rng.uniform(0, 9, 5000), energy, shape=(6, 9), cloud_px=0.12)
    assert image.sum() == pytest.approx(energy.sum(), rel=1e-12)


def test_charge_in_the_middle_stays():
    assert at(1.5, 1.5)[1, 1] == pytest.approx(1, abs=1e-4)


def test_charge_on_a_border_is_halved():
    np.testing.assert_allclose(at(1.5, 2.0)[1], [0, 0.5, 0.5], atol=1e-4)


def test_charge_on_a_corner_is_quartered():
    np.testing.assert_allclose(at(2.0, 2.0)[1:, 1:], 0.25)


def test_sharing_knows_no_axis():
    np.testing.assert_allclose(at(1.93, 1.2), at(1.2, 1.93).T)


def test_mean_share_is_what_deposits_give(rng):
    count = 200_000
    y, x = 1 + rng.random((2, count))
    image = deposit(y, x, np.full(count, 1 / count), shape=(3, 3), cloud_px=0.12)
    assert image[2].sum() == pytest.approx(spilled_share(0.12)[0], rel=0.02)
    assert spilled_share(0.12, intervals=8).mean() == pytest.approx(spilled_share(0.12)[0], rel=1e-12)
