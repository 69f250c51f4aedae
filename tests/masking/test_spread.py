import numpy as np
import pytest

from napari_unveil.masking.spread import robust_sigma

DEVIATES = np.random.default_rng(0).normal(3, 2, 100_000)


def test_normal_deviates_have_their_standard_deviation():
    assert robust_sigma(DEVIATES) == pytest.approx(2, rel=0.02)


def test_half_of_a_distribution_has_it_too_around_the_mode():
    assert robust_sigma(DEVIATES[DEVIATES < 3], around=3.0) == pytest.approx(2, rel=0.02)


def test_a_tenth_of_outliers_hardly_moves_it():
    spoilt = DEVIATES.copy()
    spoilt[::10] = 1e6
    assert robust_sigma(spoilt) == pytest.approx(2, rel=0.2)
