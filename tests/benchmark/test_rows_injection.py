"""Weak streaks: what is added is found again, and what is not is not."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.exposures import Beamtime, Estimate, exposures
from napari_unveil.benchmark.rows_injection import (
    AMPLITUDES,
    FitSums,
    amplitude,
    pixel_templates,
    with_streaks,
)
from napari_unveil.simulate import Campaign


@pytest.fixture(scope="module")
def wide():
    campaign = Campaign(shape=(192, 256), seed=3, hits_per_pixel=0.0, bad_fraction=0.0)
    return Beamtime("wide", True, campaign, np.zeros((192, 256), np.bool_))


@pytest.fixture(scope="module")
def shot(wide):
    return next(exposures(wide, count=1, seed=0))


def test_the_fit_finds_an_amplitude_on_top_of_a_constant(wide, shot):
    template = pixel_templates(wide.campaign)[1]
    signal = (shot.expected + 0.3 * template + 0.7).astype(np.float32)
    assert amplitude(signal, shot.expected, template, readout=0.1) == pytest.approx(0.3, rel=1e-4)


def test_bad_pixels_do_not_count(wide, shot):
    template = pixel_templates(wide.campaign)[0]
    signal = (shot.expected + 0.3 * template).astype(np.float32)
    signal[::7] = np.nan
    assert amplitude(signal, shot.expected, template, readout=0.1) == pytest.approx(0.3, rel=1e-4)


def test_streaks_do_not_overlap(wide):
    first, second, third = (template > 0.01 for template in pixel_templates(wide.campaign))
    overlap = (first & second) | (second & third) | (first & third)
    assert not overlap.any()
    assert min(np.count_nonzero(one) for one in (first, second, third)) > 1000


def test_the_true_signal_recovers_what_was_added(wide, shot):
    rng = np.random.default_rng(1)
    sums = FitSums()
    for _ in range(30):
        streaked = with_streaks(shot, rng)
        sums += FitSums.of(Estimate(streaked.signal), streaked, background=shot.expected)
    without = FitSums.of(Estimate(shot.signal), shot, background=shot.expected)
    for place, true in enumerate(AMPLITUDES):
        assert sums.recovered(place) * true - without.found[place] == pytest.approx(true, abs=0.02 + 0.05 * true)


def test_a_method_that_halves_the_signal_recovers_half(wide, shot):
    halved = replace(shot, signal=shot.expected, frame=shot.expected)
    streaked = with_streaks(halved, np.random.default_rng(2))
    full = FitSums.of(Estimate(streaked.expected), streaked, background=shot.expected)
    assert full.recovered(2) == pytest.approx(1, rel=1e-3)
    weaker = (shot.expected + 0.5 * (streaked.expected - shot.expected)).astype(np.float32)
    assert FitSums.of(Estimate(weaker), streaked, background=shot.expected).recovered(2) == pytest.approx(0.5, rel=1e-3)


def test_nothing_is_said_without_a_shot():
    assert FitSums().recovered(0) is None
