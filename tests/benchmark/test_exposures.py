"""Shots in photons with their truth, the same again for the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.campaigns import NamedCampaign
from napari_unveil.benchmark.exposures import beamtime_of, exposures, null_exposures
from napari_unveil.simulate import Campaign

CAMPAIGN = Campaign(shape=(96, 128), seed=9, photon_energy_keV=12.0, readout_noise_keV=0.3, bad_fraction=0.01)


@pytest.fixture(scope="module")
def beamtime():
    return beamtime_of(NamedCampaign("one", CAMPAIGN, inside=True), references=2, seed=0)


def test_frames_are_signal_plus_noise_in_photons(beamtime):
    shot = next(exposures(beamtime, count=1, seed=0))
    good = np.isfinite(shot.frame)
    assert 0 < (~good).sum() < good.size / 10
    np.testing.assert_allclose(shot.frame[good], (shot.signal + shot.noise)[good], atol=1e-4)
    assert shot.signal.sum() == pytest.approx(shot.expected.sum(), rel=0.02)
    assert beamtime.readout == 0.3 / 12
    assert shot.signal.min() < -2 * beamtime.readout


def test_a_seed_gives_the_same_shots_again(beamtime):
    first, again = (next(exposures(beamtime, count=1, seed=3)) for _ in range(2))
    other = next(exposures(beamtime, count=1, seed=4))
    np.testing.assert_array_equal(first.frame, again.frame)
    assert not np.array_equal(first.signal, other.signal)


def test_shots_without_signal_hold_hits_and_readout_noise(beamtime):
    shot = next(null_exposures(beamtime, count=1, seed=0))
    assert shot.expected.sum() == 0
    assert shot.noise.sum() > 0
    assert shot.signal.std() == pytest.approx(beamtime.readout, rel=0.05)


def test_the_background_leaves_the_signal_out(beamtime):
    shot = next(exposures(beamtime, count=1, seed=0))
    background = ~beamtime.background
    assert 0 < background.sum() < background.size
    assert shot.expected[background].mean() < 0.1 * shot.expected.mean()


def test_where_nothing_stands_out_all_of_the_frame_is_background():
    empty = replace(CAMPAIGN, peak_photons=0.0, floor_photons=0.0)
    assert not beamtime_of(NamedCampaign("empty", empty, inside=True), references=1, seed=0).background.any()
