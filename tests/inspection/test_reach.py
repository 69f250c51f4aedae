import math

import numpy as np

from napari_unveil.inspection import Reach

STEPS = np.repeat(np.repeat(np.logspace(0, 3, 40), 8)[None, :], 8 * 12, axis=0).astype(np.float32)
"""Twelve cells of every intensity from 1 to 1000, in columns."""


def test_a_perfect_estimate_reaches_the_weakest_intensity():
    assert 0.79 < Reach.of(STEPS, STEPS).lowest_usable <= 1.0


def test_a_constant_offset_limits_the_reach_to_five_times_the_offset():
    reach = Reach.of(STEPS + 4, STEPS)
    assert 20 / 10**0.1 < reach.lowest_usable <= 20 * 10**0.1


def test_nothing_is_usable_where_even_the_brightest_is_wrong():
    assert Reach.of(STEPS * 0.7, STEPS).lowest_usable == math.inf


def test_one_bad_intensity_ends_the_reach_above_it():
    estimate = np.where((STEPS > 80) & (STEPS < 125), 0, STEPS)
    assert 125 < Reach.of(estimate, STEPS).lowest_usable <= 126


def test_a_few_cells_do_not_decide():
    few = STEPS[:8]
    assert Reach.of(few, few).lowest_usable is None


def test_the_verdict_is_that_of_the_median():
    estimate = STEPS.copy()
    estimate[: 5 * 8] = 0
    assert Reach.of(estimate, STEPS).lowest_usable <= 1.0
    estimate[: 7 * 8] = 0
    assert Reach.of(estimate, STEPS).lowest_usable == math.inf


def test_pooled_counts_add_up():
    reach = Reach.of(STEPS[:8], STEPS[:8])
    assert sum([reach] * 12, Reach()).lowest_usable == Reach.of(STEPS, STEPS).lowest_usable


def test_masked_pixels_are_left_out_of_both():
    estimate = STEPS.copy()
    estimate[::3] = np.nan
    expected = STEPS.copy()
    expected[::3] = 1e6
    assert Reach.of(estimate, expected).lowest_usable <= 1.0
