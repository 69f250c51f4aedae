import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_unveil.splitting.angles import parts_of_angles, weights_of_angles


def test_every_kth_angle_is_of_a_part_in_whatever_order_they_come():
    angles = np.random.default_rng(0).permutation(np.arange(180.0))
    np.testing.assert_array_equal(parts_of_angles(angles, parts=4), angles % 4)


def test_even_angles_count_the_same():
    angles = np.arange(0, 180, 1.5)
    np.testing.assert_allclose(weights_of_angles(angles, parts_of_angles(angles, parts=4)), 1 / 30)


def test_the_end_that_repeats_the_start_counts_half():
    """181 angles from 0 to 180: both ends are the same direction, and together they count as one."""
    angles = np.arange(181.0)
    part = parts_of_angles(angles, parts=4)
    weights = weights_of_angles(angles, part)
    np.testing.assert_allclose(weights[1:180], 1 / 45)
    np.testing.assert_allclose(weights[[0, 180]], 1 / 90)
    assert part[0] == part[180] == 0


def test_a_whole_turn_puts_opposite_projections_into_different_parts():
    angles = np.arange(0, 360, 1.0)
    part = parts_of_angles(angles, parts=4)
    assert (part[:180] != part[180:]).all()
    np.testing.assert_allclose(weights_of_angles(angles, part), 1 / 90)


def test_what_a_scan_leaves_out_is_not_stood_for_by_its_ends():
    angles = np.arange(0, 120, 1.0)
    weights = weights_of_angles(angles, np.zeros(120, np.int64))
    assert weights.max() < 2 * weights.min() * 1.5


@settings(max_examples=50, deadline=None)
@given(st.integers(8, 60), st.integers(2, 6), st.integers(0, 1000))
def test_weights_of_each_part_sum_to_one(count, parts, seed):
    angles = np.random.default_rng(seed).uniform(-200, 400, count)
    part = parts_of_angles(angles, parts=parts)
    weights = weights_of_angles(angles, part)
    assert (weights >= 0).all()
    assert np.bincount(part, weights=weights) == pytest.approx(np.ones(parts))
    assert np.ptp(np.bincount(part)) <= 1
