"""Bias, pulls and reach of I(q), by profiles made by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.exposures import BEAM_STOP_PX, RING_PX, Estimate
from napari_unveil.benchmark.rows_profile import (
    PullSums,
    RingSums,
    bias,
    coverage,
    largest_bias,
    mean_bias,
    profile_of,
    pull_width,
    reach,
)
from napari_unveil.inspection.binning import Profile


def sums(estimate, signal, expected, pixels=1.0):
    ring = [np.asarray(one, float) for one in (estimate, signal, expected)]
    return RingSums(*ring, np.full(ring[0].shape, pixels))


def test_rings_begin_outside_of_the_beam_stop(beamtime):
    y, x = np.indices(beamtime.campaign.shape)
    cy, cx = beamtime.centre_yx
    outside = np.hypot(y - cy, x - cx) >= BEAM_STOP_PX
    assert beamtime.rings.pixels.size == outside.sum()
    assert BEAM_STOP_PX <= beamtime.rings.position[0] < BEAM_STOP_PX + RING_PX


def test_bias_is_relative_to_the_shots_own_signal(exposure):
    found = RingSums.of(profile_of(Estimate(1.1 * exposure.signal), exposure), exposure)
    np.testing.assert_allclose(bias(found), 0.1, rtol=1e-6)


def test_shots_are_pooled_before_the_ratio_is_taken(exposure):
    brighter = replace(exposure, frame=3 * exposure.signal, signal=3 * exposure.signal)
    low, high = (
        RingSums.of(profile_of(Estimate(scale * one.signal), one), one)
        for scale, one in ((1.4, exposure), (1.0, brighter))
    )
    np.testing.assert_allclose(bias(low + high), 0.4 * 2 / 8, rtol=1e-6)


def test_bad_pixels_count_neither_in_the_estimate_nor_in_the_truth(exposure):
    frame, signal = exposure.signal.copy(), exposure.signal.copy()
    frame[5, :], signal[5, :] = np.nan, 1e6
    bad = replace(exposure, frame=frame, signal=signal)
    np.testing.assert_allclose(bias(RingSums.of(profile_of(Estimate(frame), bad), bad)), 0, atol=1e-7)


def test_bias_is_sorted_by_expected_intensity():
    found = sums([1.1, 2.4, 0.01], [1, 2, 0.02], [0.05, 2, 0.02])
    assert mean_bias(found, 0.01, 0.1) == pytest.approx((0.1 + 0.5) / 2)
    assert mean_bias(found, 1, 10) == pytest.approx(0.2)
    assert mean_bias(found, 10, 100) is None
    assert largest_bias(found) == pytest.approx(0.2)  # 0.5 lies below 0.05 photons per pixel


def test_pulls_have_the_width_of_the_errors_over_the_standard_errors(exposure):
    size = exposure.beamtime.rings.position.size
    offsets = np.where(np.arange(size) % 2, 0.3, -0.3)
    profile = Profile(exposure.beamtime.rings.position, 2 + offsets, np.full(size, 0.2), np.ones(size, int))
    found = PullSums.of(profile, exposure)
    assert found.count == size
    assert pull_width(found) == pytest.approx(1.5, rel=1e-2)
    assert coverage(found) == 0
    wider = PullSums.of(replace(profile, standard_error=np.full(size, 0.31)), exposure)
    assert coverage(wider) == 1
    assert coverage(found + wider) == 0.5


def test_without_standard_errors_there_is_no_pull(exposure):
    found = PullSums.of(profile_of(Estimate(exposure.signal), exposure), exposure)
    assert pull_width(found) is None
    assert coverage(found) is None


def test_the_error_of_a_ring_falls_with_the_root_of_its_pixels(exposure):
    sigma = np.full_like(exposure.signal, 0.5)
    profile = profile_of(Estimate(exposure.signal, sigma), exposure)
    np.testing.assert_allclose(profile.standard_error, 0.5 / np.sqrt(profile.pixels), rtol=1e-6)


def test_reach_ends_before_the_first_wrong_ring(beamtime):
    position = beamtime.rings.position
    ones = np.ones(position.size)
    assert reach(sums(1.09 * ones, ones, ones), beamtime) == position[-1]
    wrong = ones.copy()
    wrong[3] = 0.89
    assert reach(sums(wrong, ones, ones), beamtime) == pytest.approx((position[2] + position[3]) / 2)
    assert reach(sums(1.11 * ones, ones, ones), beamtime) == position[0]


def test_rings_that_a_method_has_no_mean_for_count_nowhere(exposure):
    size = exposure.beamtime.rings.position.size
    mean = np.full(size, 2.0)
    mean[1] = math.nan
    profile = Profile(exposure.beamtime.rings.position, mean, mean, np.ones(size, int))
    found = RingSums.of(profile, exposure)
    assert found.pixels[1] == 0
    assert np.isnan(bias(found)[1])
    assert largest_bias(found) == pytest.approx(0)
