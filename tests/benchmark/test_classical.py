"""Each classical method does what its name says, on frames whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.classical import Clip, Constant, Input, LACosmic, Median, NearOracle, Oracle


def test_the_input_is_left_as_it_is(exposure):
    np.testing.assert_array_equal(Input().estimate(exposure).signal, exposure.frame)


def test_the_constant_is_the_mean_of_the_signal_free_region(exposure):
    frame = exposure.frame.copy()
    frame[:, 48:] = 0.5  # the region that the beamtime says is free of signal
    frame[0, 50] = np.nan
    found = Constant().estimate(replace(exposure, frame=frame)).signal
    np.testing.assert_allclose(found[:, :48], frame[:, :48] - 0.5)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(frame))


def test_a_median_forgets_a_single_hit(exposure):
    np.testing.assert_array_equal(Median().estimate(exposure).signal, exposure.signal)


def test_clipping_replaces_what_photon_noise_cannot_explain(exposure):
    # the median is 2: limit 2 + 5 sqrt(2 + 0.01) = 9.09 photons
    frame = exposure.frame.copy()
    frame[40, 40], frame[40, 60] = 9.0, 9.2
    found = Clip(5.0).estimate(replace(exposure, frame=frame)).signal
    assert found[20, 30] == 2
    assert found[40, 40] == 9
    assert found[40, 60] == 2


def test_clipping_keeps_single_photons_on_an_empty_background(exposure):
    # the median is 0: limit 5 sqrt(1.01) = 5.02 photons
    frame = np.zeros_like(exposure.frame)
    frame[10, 10], frame[30, 30] = 5.0, 5.1
    found = Clip(5.0).estimate(replace(exposure, frame=frame)).signal
    assert found[10, 10] == 5
    assert found[30, 30] == 0


def test_the_oracle_fills_hits_with_the_rest_of_their_cell(exposure):
    signal = np.arange(64 * 96, dtype=np.float32).reshape(64, 96)
    noise = np.zeros_like(signal)
    noise[0, 1], noise[0, 2] = 100, 0.05  # the second is below the readout noise of 0.1 photon
    found = Oracle().estimate(replace(exposure, frame=signal + noise, noise=noise)).signal
    cell = (signal + noise)[:8, :8].ravel()
    assert found[0, 1] == pytest.approx(np.delete(cell, 1).mean(), rel=1e-6)
    assert found[0, 2] == pytest.approx(2.05)


def test_the_oracle_looks_further_where_a_whole_cell_is_hit(exposure):
    noise = np.zeros_like(exposure.noise)
    noise[:8, :8] = 50
    frame = exposure.signal + noise
    frame[12, 12] = np.nan
    found = Oracle().estimate(replace(exposure, frame=frame, noise=noise)).signal
    np.testing.assert_array_equal(found[:8, :8], 2)
    assert np.isnan(found[12, 12])


def test_the_near_oracle_follows_a_slope(exposure):
    signal = np.tile(np.arange(96, dtype=np.float32), (64, 1))
    found = NearOracle().estimate(replace(exposure, frame=signal + exposure.noise, signal=signal)).signal
    np.testing.assert_allclose(found, signal, atol=1e-3)


def test_the_near_oracle_looks_further_where_all_around_is_hit(exposure):
    noise = np.zeros_like(exposure.noise)
    noise[20:40, 20:40] = 50
    found = NearOracle().estimate(replace(exposure, frame=exposure.signal + noise, noise=noise)).signal
    np.testing.assert_allclose(found, 2, rtol=1e-5)


def test_la_cosmic_takes_a_hit_and_leaves_the_rest(exposure):
    astroscrappy = pytest.importorskip("astroscrappy")
    found = LACosmic(astroscrappy.detect_cosmics).estimate(exposure).signal
    assert found[20, 30] == pytest.approx(2)
    np.testing.assert_array_equal(found[40:, 60:], 2)
