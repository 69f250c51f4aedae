import numpy as np
import pytest

from napari_unveil.simulate import Campaign, draw_photons, shared_expectation
from napari_unveil.simulate.photons import BRIGHT

QUIET = Campaign(shape=(64, 64))


def draw(mean, rng, shape=(300, 300)):
    return draw_photons(np.full(shape, mean), campaign=QUIET, rng=rng) / QUIET.photon_energy_keV


@pytest.mark.parametrize("mean", [0.3, BRIGHT, 1000.0])
def test_energy_is_a_whole_number_of_photons(mean, rng):
    total = draw(mean, rng).sum()
    assert total == pytest.approx(round(total), rel=1e-12)


@pytest.mark.parametrize("mean", [0.05, 20.0, float(BRIGHT), 1000.0])
def test_counts_in_blocks_are_poisson(mean, rng):
    blocks = draw(mean, rng).reshape(30, 10, 30, 10).sum(axis=(1, 3))
    assert blocks.mean() == pytest.approx(100 * mean, rel=5 / np.sqrt(90_000 * mean))
    shared_with_neighbours = 1 - 4 * 0.048 / 10
    assert blocks.var() / blocks.mean() == pytest.approx(shared_with_neighbours, abs=0.17)


def test_bright_and_faint_cells_have_the_same_fluctuations(rng):
    faint, bright = draw(BRIGHT / 2, rng), draw(4 * BRIGHT, rng)
    for first, second in (faint[:, 1:], faint[:, :-1]), (faint[1:], faint[:-1]):
        here = np.cov(first.ravel(), second.ravel()) / faint.mean()
        assert here[0, 0] == pytest.approx(bright.var() / bright.mean(), abs=0.03)
    covariance = np.cov(bright[:, 1:].ravel(), bright[:, :-1].ravel())[0, 1] / bright.mean()
    assert here[0, 1] == pytest.approx(covariance, abs=0.03)


def test_mean_of_many_draws_is_the_shared_expectation(rng):
    expected = np.zeros((9, 9))
    expected[4, 3:6] = 0.5, 2000.0, 40.0
    mean = sum(draw_photons(expected, campaign=QUIET, rng=rng) for _ in range(400)) / 400
    shared = shared_expectation(expected, campaign=QUIET)
    sigma = np.sqrt(8.0 * np.maximum(shared, 0.1) / 400)
    assert np.abs((mean - shared) / sigma).max() < 4.5
    assert shared.sum() == pytest.approx(expected.sum() * 8.0)


def test_most_single_photons_stay_in_one_pixel(rng):
    image = draw(0.01, rng)
    mostly_there = ((image > 0.8) & (image < 1.05)).sum()
    divided = ((image > 0.1) & (image < 0.8)).sum()
    assert 0.5 < mostly_there / image.sum() < 0.8
    assert divided > 0.2 * image.sum()
