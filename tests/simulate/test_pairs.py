from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import PairSettings, draw_crystals, exposure_pairs, hot_pixels

SMALL = PairSettings(shape=(64, 80), spacing_px=40.0)


def pairs_of(settings, *, count, seed=0):
    crystals = draw_crystals(settings, count=count, rng=np.random.default_rng([seed, 0]))
    return list(exposure_pairs(crystals, settings, rng=np.random.default_rng([seed, 1])))


def test_counts_are_poissonian_around_the_truth():
    (crystal,) = draw_crystals(SMALL, count=1, rng=np.random.default_rng(3))
    pairs = list(exposure_pairs([crystal] * 200, SMALL, rng=np.random.default_rng(4)))
    for counts, expected in (
        (np.stack([pair.low for pair in pairs]), pairs[0].expected_low.astype(float)),
        (np.stack([pair.high for pair in pairs]), pairs[0].expected_high.astype(float)),
    ):
        assert counts.dtype == np.float32
        assert (counts == np.rint(counts)).all()
        pull = (counts.mean(axis=0) - expected) / np.sqrt(expected / len(counts))
        assert abs(pull.mean()) < 5 / np.sqrt(pull.size)
        assert pull.std() == pytest.approx(1, abs=0.05)
        assert (counts.var(axis=0, ddof=1) / expected).mean() == pytest.approx(1, abs=0.01)


def test_the_two_exposures_are_independent():
    (crystal,) = draw_crystals(SMALL, count=1, rng=np.random.default_rng(3))
    residuals = [
        ((pair.low - pair.expected_low) / np.sqrt(pair.expected_low), (pair.high - pair.expected_high))
        for pair in exposure_pairs([crystal] * 20, SMALL, rng=np.random.default_rng(5))
    ]
    low, high = (np.stack(each).ravel() for each in zip(*residuals, strict=True))
    assert abs(np.corrcoef(low, high)[0, 1]) < 5 / np.sqrt(low.size)


def test_the_long_exposure_is_longer_by_the_ratio():
    for pair in pairs_of(SMALL, count=5):
        assert pair.crystal.exposure_ratio == 20
        np.testing.assert_allclose(pair.expected_high, 20 * pair.expected_low, rtol=1e-6)
        assert pair.high.sum() / pair.low.sum() == pytest.approx(20, rel=float(5 / np.sqrt(pair.low.sum())))


def test_the_ratio_can_waver_from_pair_to_pair():
    crystals = draw_crystals(
        replace(SMALL, exposure_ratio=10.0, ratio_spread=0.1), count=400, rng=np.random.default_rng(0)
    )
    ratios = [crystal.exposure_ratio for crystal in crystals]
    assert np.mean(ratios) == pytest.approx(10, rel=0.03)
    assert np.std(ratios) == pytest.approx(1, rel=0.15)


def test_a_weak_satellite_hides_in_one_short_exposure_and_shows_in_a_long_one():
    """Counts of the satellite over the noise of the background below it, out to two widths."""
    settings = PairSettings(hottest=0.5)
    for pair in pairs_of(settings, count=5):
        peak = pair.crystal.satellite
        y, x = (np.arange(side) for side in settings.shape)
        near = np.hypot(y[:, None] - peak.centre_yx[0], x - peak.centre_yx[1]) < 2 * peak.width_px
        significance = 0.86 * peak.counts / np.sqrt(pair.expected_low[near].sum())
        assert peak.height < 5
        assert significance < 12
        assert significance * np.sqrt(20) > 15


def test_hot_pixels_are_the_same_in_every_frame_and_no_part_of_the_truth():
    settings = replace(SMALL, hot_fraction=0.01)
    hot = hot_pixels(settings)
    assert 20 < hot.sum() < 90, "test invalid"
    pairs = pairs_of(settings, count=3)
    for pair in pairs:
        assert np.median((pair.low - pair.expected_low)[hot]) > 30
        assert np.median((pair.high - pair.expected_high)[hot]) > 600
        assert abs((pair.low - pair.expected_low)[~hot].mean()) < 0.2
    clean = pairs_of(SMALL, count=3)
    for pair, without in zip(pairs, clean, strict=True):
        np.testing.assert_array_equal(pair.expected_low, without.expected_low)


def test_the_seed_brings_pairs_back():
    first, again, other = (pairs_of(SMALL, count=1, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.low, again.low)
    np.testing.assert_array_equal(first.high, again.high)
    assert (first.low != other.low).any()


def test_no_pairs_are_refused(rng):
    with pytest.raises(Refused, match="0 pairs"):
        draw_crystals(SMALL, count=0, rng=rng)
