import math
from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import PairSettings, draw_crystals
from napari_unveil.simulate.crystal import DIFFUSE_RADIUS_PX, DIFFUSE_SHARE, Peak, add_peak, expected_counts

SMALL = PairSettings(shape=(96, 128), spacing_px=60.0)


def moments(image):
    y, x = np.indices(image.shape)
    total = image.sum()
    middle = (image * y).sum() / total, (image * x).sum() / total
    return total, middle, (image * (x - middle[1]) ** 2).sum() / total


def test_the_satellite_has_the_counts_the_place_and_the_width_that_the_truth_says(rng):
    (crystal,) = draw_crystals(replace(SMALL, hottest=0.5), count=1, rng=rng)
    dark = replace(crystal, satellite=replace(crystal.satellite, counts=0.0))
    alone = expected_counts(crystal, shape=SMALL.shape) - expected_counts(dark, shape=SMALL.shape)
    counts, middle, variance = moments(alone)
    assert counts == pytest.approx(crystal.satellite.counts, rel=1e-5)
    assert middle == pytest.approx(crystal.satellite.centre_yx, abs=1e-3)
    assert variance == pytest.approx(crystal.satellite.width_px**2 + 1 / 12, rel=1e-3)
    assert alone.max() == pytest.approx(crystal.satellite.height, rel=0.1)


def test_everything_in_a_frame_adds_up(rng):
    (crystal,) = draw_crystals(PairSettings(shape=(600, 600), spacing_px=40.0), count=1, rng=rng)
    tails_in_frame = 1 - DIFFUSE_RADIUS_PX / math.hypot(DIFFUSE_RADIUS_PX, 300)
    bragg = sum(peak.counts for peak in crystal.bragg) * (1 + DIFFUSE_SHARE * tails_in_frame)
    whole = bragg + crystal.satellite.counts + 600 * 600 * crystal.background_counts
    assert expected_counts(crystal, shape=(600, 600)).sum() == pytest.approx(whole, rel=2e-3)


def test_the_satellite_lies_on_the_line_between_the_bragg_peaks(rng):
    for crystal in draw_crystals(SMALL, count=20, rng=rng):
        first, second, satellite = (np.array(peak.centre_yx) for peak in (*crystal.bragg, crystal.satellite))
        step = second - first
        assert np.hypot(*step) == pytest.approx(SMALL.spacing_px)
        along = (satellite - first) @ step / SMALL.spacing_px**2
        assert satellite == pytest.approx(first + along * step)
        assert along == pytest.approx(SMALL.modulation, abs=0.06)


def test_the_satellite_fades_with_temperature_and_is_gone_above_the_transition(rng):
    crystals = draw_crystals(SMALL, count=300, rng=rng)
    above = [crystal for crystal in crystals if crystal.temperature > 1]
    assert 20 < len(above) < 100
    assert all(crystal.satellite.counts == 0 for crystal in above)
    cold, warm = (
        np.mean([crystal.satellite.counts for crystal in crystals if low < crystal.temperature < high])
        for low, high in ((0.0, 0.3), (0.5, 0.8))
    )
    assert cold == pytest.approx(150 * 0.85, rel=0.1)
    assert warm == pytest.approx(150 * 0.35, rel=0.2)


def test_scenes_differ_and_the_seed_brings_them_back():
    first, again, other = (draw_crystals(SMALL, count=3, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({crystal.satellite.centre_yx for crystal in first}) == 3
    assert len({crystal.bragg[0].counts for crystal in first}) == 3


def test_a_peak_beside_the_frame_stays_out_of_the_frame_without_harm():
    image = np.zeros((20, 20))
    for centre in ((-50.0, 5.0), (5.0, 80.0), (-8.0, -8.0)):
        add_peak(image, Peak(centre, 0.5, 100.0))
    assert (image == 0).all()


@pytest.mark.parametrize(
    "setting",
    [
        {"shape": (8, 100)},
        {"shape": (100.0, 100)},
        {"exposure_ratio": 0.5},
        {"exposure_ratio": math.nan},
        {"ratio_spread": -0.1},
        {"satellite_counts": -1.0},
        {"modulation": 1.5},
        {"hot_fraction": 0.5},
        {"bragg_width_px": 0.0},
        {"seed": 1.5},
    ],
)
def test_nonsense_is_refused_by_name(setting):
    (name,) = setting
    with pytest.raises(Refused) as refusal:
        PairSettings(**setting)
    assert name.split("_")[0] in str(refusal.value)
