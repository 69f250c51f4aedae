import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import Campaign, double_pixels, full_shots, xray_only_shots


def test_frames_are_signal_plus_noise_and_nan_where_bad(xray_only, full):
    for shot in xray_only + full:
        np.testing.assert_array_equal(shot.frame[~shot.bad], (shot.signal + shot.noise)[~shot.bad])
        np.testing.assert_array_equal(np.isnan(shot.frame), shot.bad)
        for truth in (shot.signal, shot.noise, shot.expected):
            assert np.isfinite(truth).all()
            assert truth.dtype == np.float32 == shot.frame.dtype


def test_noise_is_hits_alone(xray_only, full):
    assert all((shot.noise == 0).all() for shot in xray_only)
    assert all(shot.noise.min() >= 0 for shot in full)
    assert all(shot.noise.max() > 50 for shot in full)


def test_bad_pixels_are_the_same_ones_in_both_kinds_of_shot(xray_only, full):
    for shot in xray_only + full:
        np.testing.assert_array_equal(shot.bad, full[0].bad)
    assert full[0].bad.any()


def test_the_mean_over_shots_is_the_expected_intensity(campaign, xray_only):
    residual = sum(shot.signal.astype(float) - shot.expected for shot in xray_only)
    expected = sum(shot.expected.astype(float) for shot in xray_only)
    variance = 8.0 * expected + len(xray_only) * campaign.readout_noise_keV**2
    pull = residual / np.sqrt(variance)
    for where in (expected > 24 * 100, expected < 24 * 1, double_pixels(campaign.shape)):
        assert where.sum() > 50, "test invalid"
        assert abs(pull[where].mean()) < 5 / np.sqrt(where.sum())
        assert 0.5 < pull[where].std() < 1.1


def test_same_generator_same_frames_and_another_one_others():
    campaign = Campaign(shape=(64, 64))
    first, again, other = (next(full_shots(campaign, count=1, rng=np.random.default_rng(seed))) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.frame, again.frame)
    assert (first.signal != other.signal).any()


def test_single_photons_stand_out_at_their_energy():
    campaign = Campaign(
        shape=(256, 256), photon_energy_keV=12.0, peak_photons=0.0, floor_photons=0.02, bad_fraction=0.0
    )
    frame = next(xray_only_shots(campaign, count=1, rng=np.random.default_rng(0))).frame
    counts, edges = np.histogram(frame, bins=np.arange(3.0, 18.0, 0.5))
    assert edges[counts.argmax()] + 0.25 == pytest.approx(12, abs=0.5)


def test_deposited_energy_per_hit_is_plausible():
    """Tens of keV, less than the mean of 110 keV at the start: photons scatter, electrons escape."""
    campaign = Campaign(shape=(200, 200), hits_per_pixel=0.3)
    noise = [shot.noise.sum() for shot in full_shots(campaign, count=20, rng=np.random.default_rng(0))]
    assert 30 < np.mean(noise) / (0.3 * 200 * 200) < 80


def test_double_pixels_are_hit_twice_as_much(campaign, full):
    mean = np.mean([shot.noise for shot in full], axis=0)
    double = double_pixels(campaign.shape)
    assert mean[double].mean() / mean[~double].mean() == pytest.approx(2, rel=0.15)


def test_background_is_a_serious_matter_in_the_default_campaign():
    shot = next(full_shots(Campaign(), count=1, rng=np.random.default_rng(0)))
    faint = shot.expected < np.quantile(shot.expected, 0.95)
    assert shot.noise[faint].sum() > shot.expected[faint].sum()
    assert 0.1 * shot.expected.sum() < shot.noise.sum() < 10 * shot.expected.sum()


@pytest.mark.parametrize("shots", [xray_only_shots, full_shots])
def test_no_shots_are_refused_before_the_first_is_asked_for(shots, rng):
    with pytest.raises(Refused, match="0 shots"):
        shots(Campaign(), count=0, rng=rng)
