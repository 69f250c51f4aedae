import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_unveil.inspection.correlation import Covariation


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(0, 200), offset=st.floats(-1e6, 1e6))
def test_joined_pieces_correlate_as_the_whole_does(cut: int, offset: float):
    rng = np.random.default_rng(3)
    a = rng.normal(size=200) + offset
    b = 0.5 * (a - offset) + rng.normal(size=200)
    joined = Covariation.of(a[:cut], b[:cut]) + Covariation.of(a[cut:], b[cut:])
    assert joined.count == 200
    assert joined.pearson == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-6)


def test_pairs_that_are_not_finite_are_left_out():
    a = np.array([1.0, 2.0, np.nan, 4.0])
    b = np.array([2.0, 4.0, 7.0, 8.0])
    assert Covariation.of(a, b).pearson == pytest.approx(1.0)


def test_a_constant_correlates_with_nothing():
    assert Covariation.of(np.ones(5), np.arange(5.0)).pearson is None
    assert Covariation().pearson is None
