import dataclasses
import math

import numpy as np
import pytest
from scipy import ndimage

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import stack_from_array
from napari_unveil.harvest.pairs import PAIRS_LOOKED_AT, check_pairs
from napari_unveil.harvest.shift import shift_between
from napari_unveil.simulate import PairSettings, draw_crystals, exposure_pairs

COUNT = 8


def simulated(count=COUNT, **settings):
    """Low and high counts, each (frame, y, x)."""
    chosen = PairSettings(**settings)
    crystals = draw_crystals(chosen, count=count, rng=np.random.default_rng(1))
    pairs = list(exposure_pairs(crystals, chosen, rng=np.random.default_rng(2)))
    return np.stack([pair.low for pair in pairs]), np.stack([pair.high for pair in pairs])


def stacks(low, high, unit="counts"):
    return stack_from_array(low, name="low.h5", unit=unit), stack_from_array(high, name="high.h5", unit=unit)


def report(low, high, one_photon=1.0):
    return check_pairs(*stacks(low, high), one_photon=one_photon)


@pytest.fixture(scope="module")
def pairs():
    return simulated()


# the exposure ratio


def test_pairs_as_they_should_be_give_their_ratio_and_no_warning(pairs):
    found = report(*pairs)
    assert found.warnings == ()
    assert (found.pairs, found.looked_at) == (COUNT, COUNT)
    assert found.exposure_ratio == pytest.approx(20, abs=20 * 4 * found.counting_spread / math.sqrt(COUNT))
    assert found.ratio_spread == pytest.approx(found.counting_spread, rel=4 / math.sqrt(2 * COUNT))


def test_a_ratio_that_differs_more_than_counting_allows_is_said():
    found = report(*simulated(ratio_spread=0.1))
    assert found.ratio_spread > 0.04
    (warning,) = found.warnings
    assert "differs from pair to pair" in warning


def test_few_counts_that_scatter_as_they_must_are_no_reason_to_warn():
    """With about 300 counts in a frame, ratios scatter by 6 %."""
    rng = np.random.default_rng(3)
    found = report(rng.poisson(0.05, (30, 80, 80)), rng.poisson(1.0, (30, 80, 80)))
    assert 0.03 < found.ratio_spread < 0.1
    assert not any("differs" in warning for warning in found.warnings)


def test_without_the_value_of_a_photon_the_spread_is_given_and_not_judged():
    found = report(*simulated(ratio_spread=0.1), one_photon=None)
    assert found.counting_spread is None
    assert found.ratio_spread > 0.04
    assert found.warnings == ()


def test_ratio_and_spread_do_not_depend_on_the_unit(pairs):
    low, high = pairs
    counts, energy = report(low, high), report(8 * low, 8 * high, one_photon=8.0)
    assert energy.exposure_ratio == pytest.approx(counts.exposure_ratio)
    assert energy.counting_spread == pytest.approx(counts.counting_spread)


def test_only_pixels_valid_in_both_count(pairs):
    low, high = (frames.astype(np.float32) for frames in pairs)
    low[:, :40], high[:, :, :50] = np.nan, np.nan
    assert report(low, high).exposure_ratio == pytest.approx(20, rel=0.02)


def test_exchanged_exposures_are_said(pairs):
    low, high = pairs
    assert "exchanged" in report(high, low).warnings[0]


def test_of_many_pairs_some_are_read(pairs):
    low, high = (np.tile(frames, (6, 1, 1)) for frames in pairs)
    found = report(low, high)
    assert (found.pairs, found.looked_at) == (48, PAIRS_LOOKED_AT)


def test_a_single_pair_has_a_ratio_and_no_spread(pairs):
    found = report(*(frames[:1] for frames in pairs))
    assert math.isnan(found.ratio_spread)
    assert found.warnings == ()


def test_frames_that_cannot_be_read_are_listed_and_left_out(pairs, monkeypatch):
    low, high = stacks(*pairs)
    read = type(low).read

    def broken(self, index):
        if index == 2 and self is high:
            raise Failed(found="frame 2 is broken", kept="the others", remedy="copy it again")
        return read(self, index)

    monkeypatch.setattr(type(low), "read", broken)
    found = check_pairs(low, high, one_photon=1.0)
    assert (found.looked_at, len(found.unreadable)) == (COUNT - 1, 1)


# alignment


@pytest.mark.parametrize("shift_yx", [(0.0, 0.0), (3.0, -2.0), (0.0, 1.0), (0.7, 0.6)])
def test_a_shift_between_low_and_high_is_found(shift_yx):
    """Also where thousands of hot pixels stay where they are."""
    rng = np.random.default_rng(5)
    settings = PairSettings(hot_fraction=0.02)
    (crystal,) = draw_crystals(settings, count=1, rng=rng)
    (pair,) = exposure_pairs([crystal], settings, rng=rng)
    hot = 200 * rng.lognormal(-0.5, 1, pair.low.shape) * (rng.random(pair.low.shape) < 0.02)
    low = rng.poisson(pair.expected_low + hot)
    moved = np.clip(ndimage.shift(pair.expected_high.astype(float), shift_yx, order=3, mode="nearest"), 0, None)
    found = shift_between(low, rng.poisson(moved + 20 * hot), one_photon=1.0)
    np.testing.assert_allclose(found.yx, shift_yx, atol=0.15)
    assert found.is_too_large == (math.hypot(*shift_yx) > 0.5)


def test_gaps_of_the_detector_do_not_hide_a_shift(pairs):
    low, high = (frames.astype(np.float32) for frames in pairs)
    high = np.roll(high, (2, -3), axis=(1, 2))
    for frames in (low, high):
        frames[:, 90:98] = frames[:, :, 100:106] = np.nan
    found = report(low, high)
    np.testing.assert_allclose(found.shift_yx, (2, -3), atol=0.2)
    (warning,) = found.warnings
    assert "+2.0, -3.0 pixels" in warning


def test_narrow_peaks_of_the_scene_are_not_taken_for_hot_pixels_when_they_move():
    """A few spots a pixel wide and nothing else."""
    rng = np.random.default_rng(7)
    spots = 400.0 * (rng.random((120, 160)) < 0.003)
    low, high = rng.poisson(spots + 1), rng.poisson(np.roll(spots, (0, 4), axis=(0, 1)) * 20 + 20)
    np.testing.assert_allclose(shift_between(low, high, one_photon=1.0).yx, (0, 4), atol=0.1)


def test_single_pairs_that_moved_are_counted(pairs):
    low, high = pairs
    high = high.copy()
    high[3] = np.roll(high[3], 5, axis=0)
    (warning,) = report(low, high).warnings
    assert warning.startswith("In 1 of 8 pairs")


def test_half_a_pixel_is_let_pass(pairs):
    low, high = pairs
    moved = ndimage.shift(high.astype(float), (0, 0.3, 0), order=3, mode="nearest")
    found = report(low, np.clip(moved, 0, None))
    np.testing.assert_allclose(found.shift_yx, (0.3, 0), atol=0.1)
    assert found.warnings == ()


def test_frames_without_structure_have_no_shift():
    rng = np.random.default_rng(9)
    found = report(rng.poisson(3, (8, 100, 120)), rng.poisson(60, (8, 100, 120)))
    assert found.shift_yx is None
    assert found.warnings == (
        "Nothing stands out enough in these frames to tell whether low and high counts lie on one another.",
    )


def test_flat_fields_alone_are_no_scene():
    """Pixels that differ in gain are fixed to the detector; a moving scene is found all the same."""
    rng = np.random.default_rng(10)
    gain = rng.lognormal(0, 0.02, (192, 240))
    settings = PairSettings()
    (crystal,) = draw_crystals(settings, count=1, rng=rng)
    (pair,) = exposure_pairs([crystal], settings, rng=rng)
    high = rng.poisson(np.roll(pair.expected_high, (2, 2), axis=(0, 1)) * gain)
    found = shift_between(rng.poisson(pair.expected_low * gain), high, one_photon=1.0)
    np.testing.assert_allclose(found.yx, (2, 2), atol=0.2)


# what cannot be pairs


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (np.s_[:5], "8 low-count and 5 high-count frames"),
        (np.s_[:, :100], r"the shapes \(y, x\) differ: low count \(192, 240\), high count \(100, 240\)"),
        (np.s_[:0], "high.h5 holds no frames"),
    ],
)
def test_frames_without_a_partner_are_refused(pairs, cut, sentence):
    low, high = pairs
    with pytest.raises(Refused, match=sentence):
        report(low, high[cut])


def test_units_energies_and_one_stack_for_both_are_refused(pairs):
    low, high = stacks(*pairs)
    with pytest.raises(Refused, match="in counts, the high-count frames in keV"):
        check_pairs(low, dataclasses.replace(high, unit="keV"))
    with pytest.raises(Refused, match="at 8 keV, the high-count frames at 9 keV"):
        check_pairs(dataclasses.replace(low, photon_energy_keV=8.0), dataclasses.replace(high, photon_energy_keV=9.0))
    with pytest.raises(Refused, match="for the low-count and for the high-count frames"):
        check_pairs(low, low)


@pytest.mark.parametrize("value", [0, np.nan])
def test_frames_without_counts_are_refused(pairs, value):
    low, high = pairs
    with pytest.raises(Refused, match="none of 8 pairs"):
        report(np.full_like(low, value, dtype=np.float32), high)
