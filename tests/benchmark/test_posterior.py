"""The bound on what single pixels allow: unbiased, and better than any threshold on the same pixels."""

import numpy as np
import pytest

from napari_unveil.benchmark.campaigns import NamedCampaign
from napari_unveil.benchmark.exposures import beamtime_of, exposures
from napari_unveil.benchmark.posterior import PosteriorOracle
from napari_unveil.simulate import Campaign

FLAT = Campaign(
    shape=(128, 128), seed=7, streaks=0, peak_photons=0.0, floor_photons=0.3, hits_per_pixel=0.2, bad_fraction=0.0
)


@pytest.fixture(scope="module")
def shots():
    beamtime = beamtime_of(NamedCampaign("flat", FLAT, inside=True), references=1, seed=0)
    return list(exposures(beamtime, count=6, seed=0))


def test_sums_are_right_but_for_the_level_of_hits_of_a_shot(shots):
    found = sum(PosteriorOracle().estimate(shot).signal.sum(dtype=np.float64) for shot in shots)
    true = sum(shot.signal.sum(dtype=np.float64) for shot in shots)
    assert found == pytest.approx(true, rel=0.2)


def test_no_threshold_has_a_smaller_square_error(shots):
    def error(estimates):
        return sum(float(np.square(one - shot.signal).sum()) for one, shot in zip(estimates, shots, strict=True))

    best = error([PosteriorOracle().estimate(shot).signal for shot in shots])
    for limit in (0.5, 1.5, 2.5, 4.5):
        assert best < error([np.where(shot.frame > limit, shot.expected, shot.frame) for shot in shots])


def test_its_error_bar_is_the_root_mean_square_error(shots):
    estimates = [PosteriorOracle().estimate(shot) for shot in shots]
    errors = [one.signal - shot.signal for one, shot in zip(estimates, shots, strict=True)]
    expected = np.mean([np.square(one.sigma) for one in estimates])
    assert np.mean(np.square(errors)) == pytest.approx(expected, rel=0.25)
