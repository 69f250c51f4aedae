"""How errors of pixels add up."""

import math

import numpy as np
import pytest

from napari_unveil.network.error_bars import ErrorBars, variance_of_sum


@pytest.mark.parametrize("correlation", [0.0, 0.1, 1.0])
def test_the_variance_of_a_sum_is_the_sum_of_the_covariance_matrix(correlation: float):
    error = np.random.default_rng(0).uniform(0.1, 3, 40)
    covariance = correlation * np.outer(error, error) + (1 - correlation) * np.diag(error**2)
    found = variance_of_sum(np.square(error).sum(), error.sum(), correlation)
    assert found == pytest.approx(covariance.sum())


def test_without_correlation_nothing_is_changed():
    squares = np.random.default_rng(1).uniform(0, 1, 9)
    assert variance_of_sum(squares, np.full(9, math.nan), 0.0) is squares


def test_a_sum_of_one_pixel_has_the_error_of_that_pixel():
    assert variance_of_sum(np.float64(9), np.float64(3), 0.3) == pytest.approx(9)


@pytest.mark.parametrize("values", [{"scale": 0.0}, {"scale": math.nan}, {"correlation": 1.1}, {"correlation": -0.1}])
def test_what_cannot_be_is_no_error_bar(values: dict[str, float]):
    with pytest.raises(ValueError, match="scale"):
        ErrorBars(**values)
