"""The bound on what single pixels allow: unbiased, and better than any threshold on the same pixels."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.exposures import Beamtime, Exposure
from napari_unveil.benchmark.posterior import SEED, SHOTS, PosteriorOracle
from napari_unveil.simulate import Campaign, full_shots

FLAT = Campaign(
    shape=(128, 128), seed=7, streaks=0, peak_photons=0.0, floor_photons=0.3, hits_per_pixel=0.2, bad_fraction=0.0
)


@pytest.fixture(scope="module")
def shots():
    """Each signal of the shots from which the campaign is known, with the hits of each: chance has no part in means."""
    known = list(full_shots(FLAT, count=SHOTS, rng=np.random.default_rng([SEED, FLAT.seed])))
    beamtime = Beamtime("flat", True, FLAT, np.zeros(FLAT.shape, np.bool_))
    return [
        Exposure.of(replace(one, frame=one.signal + other.noise, noise=other.noise), beamtime)
        for one in known
        for other in known
    ]


def test_sums_have_no_bias(shots):
    found = sum(PosteriorOracle().estimate(shot).signal.sum(dtype=np.float64) for shot in shots)
    true = sum(shot.signal.sum(dtype=np.float64) for shot in shots)
    assert found == pytest.approx(true, rel=1e-4)


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
    assert np.mean(np.square(errors)) == pytest.approx(expected, rel=1e-3)
