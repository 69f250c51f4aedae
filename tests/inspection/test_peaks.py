import math

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.peaks import fit_peak
from napari_unveil.simulate import PairSettings, draw_crystals, exposure_pairs

SHAPE = (48, 60)
CENTRE, WIDTH, AMPLITUDE = (21.3, 30.6), (2.6, 3.4), 9.0
EVERYWHERE = np.ones(SHAPE, bool)
REPEATS = 200


def expected(amplitude=AMPLITUDE, width=WIDTH):
    """A peak on a plane, mean counts per pixel."""
    y, x = np.indices(SHAPE)
    peak = np.exp(-(((y - CENTRE[0]) / width[0]) ** 2) / 2 - ((x - CENTRE[1]) / width[1]) ** 2 / 2)
    return 2 + 0.01 * y + 0.02 * x + amplitude * peak


def test_a_peak_without_noise_is_found_exactly():
    found = fit_peak(expected().astype(np.float32), EVERYWHERE)
    np.testing.assert_allclose((*found.centre_yx, *found.width_yx), (*CENTRE, *WIDTH), rtol=1e-5)
    assert found.amplitude == pytest.approx(AMPLITUDE, rel=1e-5)
    assert found.background == pytest.approx(2 + 0.01 * CENTRE[0] + 0.02 * CENTRE[1], rel=1e-5)
    assert found.total == pytest.approx(2 * math.pi * AMPLITUDE * math.prod(WIDTH), rel=1e-5)
    assert found.srbr > 1e5


@pytest.fixture(scope="module")
def found():
    """Fits of many exposures of the same peak with Poisson noise."""
    rng = np.random.default_rng(0)
    return [fit_peak(rng.poisson(expected()).astype(np.float32), EVERYWHERE) for _ in range(REPEATS)]


@pytest.mark.parametrize(
    ("value", "error", "truth"),
    [
        (lambda p: p.centre_yx[0], lambda p: p.centre_error_yx[0], CENTRE[0]),
        (lambda p: p.centre_yx[1], lambda p: p.centre_error_yx[1], CENTRE[1]),
        (lambda p: p.width_yx[0], lambda p: p.width_error_yx[0], WIDTH[0]),
        (lambda p: p.width_yx[1], lambda p: p.width_error_yx[1], WIDTH[1]),
        (lambda p: p.amplitude, lambda p: p.amplitude_error, AMPLITUDE),
        (lambda p: p.total, lambda p: p.total_error, 2 * math.pi * AMPLITUDE * math.prod(WIDTH)),
    ],
    ids=["y", "x", "width y", "width x", "amplitude", "total"],
)
def test_errors_cover_poisson_noise(found, value, error, truth):
    """Pulls have a width of 1 and a mean that is small against it, although the noise is larger on the peak."""
    pulls = np.array([(value(peak) - truth) / error(peak) for peak in found])
    assert pulls.std() == pytest.approx(1, abs=4 / math.sqrt(2 * REPEATS))
    assert abs(pulls.mean()) < 0.3


def test_the_srbr_is_the_amplitude_over_the_scatter_of_the_background(found):
    """The variance of the counts around the peak is their mean."""
    y, x = np.indices(SHAPE)
    around = ((y - CENTRE[0]) / WIDTH[0]) ** 2 + ((x - CENTRE[1]) / WIDTH[1]) ** 2 > 9
    scatter = math.sqrt(expected()[around].mean())
    assert np.mean([peak.srbr for peak in found]) == pytest.approx(AMPLITUDE / scatter, rel=0.03)


def test_a_longer_exposure_has_a_higher_srbr_by_the_root_of_the_ratio():
    rng = np.random.default_rng(1)
    short, long = (
        np.mean([fit_peak(rng.poisson(ratio * expected()).astype(np.float32), EVERYWHERE).srbr for _ in range(20)])
        for ratio in (1, 20)
    )
    assert long / short == pytest.approx(math.sqrt(20), rel=0.1)


@pytest.mark.parametrize("factor", [1e-6, 8.0, 1e6])
def test_the_unit_does_not_matter(factor):
    image = np.random.default_rng(2).poisson(expected()).astype(np.float32)
    one, other = fit_peak(image, EVERYWHERE), fit_peak((factor * image).astype(np.float32), EVERYWHERE)
    assert other.amplitude == pytest.approx(factor * one.amplitude, rel=1e-3)
    assert other.amplitude_error == pytest.approx(factor * one.amplitude_error, rel=1e-2)
    assert other.srbr == pytest.approx(one.srbr, rel=1e-3)
    np.testing.assert_allclose(other.centre_yx, one.centre_yx, atol=1e-3)


def test_only_the_region_counts_and_only_its_valid_pixels():
    image = np.random.default_rng(3).poisson(expected()).astype(np.float32)
    region = np.zeros(SHAPE, bool)
    region[8:36, 14:48] = True
    alone = fit_peak(image, region)
    image[:6] = 1e4
    image[40:] = np.nan
    assert fit_peak(image, region) == alone
    image[20, 25:30] = np.nan
    np.testing.assert_allclose(fit_peak(image, region).centre_yx, CENTRE, atol=0.5)


def test_the_satellite_between_bragg_peaks_is_found_where_it_is():
    settings = PairSettings(satellite_counts=300.0, hottest=0.1)
    rng = np.random.default_rng(4)
    (pair,) = exposure_pairs(draw_crystals(settings, count=1, rng=rng), settings, rng=rng)
    satellite = pair.crystal.satellite
    y, x = (round(place) for place in satellite.centre_yx)
    region = np.zeros(settings.shape, bool)
    region[y - 14 : y + 15, x - 14 : x + 15] = True
    low, high = fit_peak(pair.low, region), fit_peak(pair.high, region)
    for peak, ratio in ((low, 1), (high, 20)):
        assert abs(peak.amplitude - ratio * satellite.height) < 4 * peak.amplitude_error
        for axis in range(2):
            assert abs(peak.centre_yx[axis] - satellite.centre_yx[axis]) < 4 * peak.centre_error_yx[axis]
            assert abs(peak.width_yx[axis] - satellite.width_px) < 4 * peak.width_error_yx[axis]
    assert high.srbr > 3 * low.srbr


def test_hardly_any_background_in_the_region_leaves_the_srbr_open():
    image = np.random.default_rng(5).poisson(20 * expected()).astype(np.float32)
    region = np.zeros(SHAPE, bool)
    region[16:27, 24:38] = True
    assert math.isnan(fit_peak(image, region).srbr)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_peak(seed):
    with pytest.raises(Refused, match="stands out"):
        fit_peak(np.random.default_rng(seed).poisson(2, SHAPE).astype(np.float32), EVERYWHERE)


@pytest.mark.parametrize("image", [np.zeros(SHAPE), np.full(SHAPE, 7), np.indices(SHAPE)[0], -expected()])
def test_what_is_no_peak_is_refused(image):
    with pytest.raises(Refused):
        fit_peak(image.astype(np.float32), EVERYWHERE)


def test_a_single_hot_pixel_is_no_peak():
    image = np.random.default_rng(6).poisson(2, SHAPE).astype(np.float32)
    image[20, 30] = 500
    with pytest.raises(Refused):
        fit_peak(image, EVERYWHERE)


@pytest.mark.parametrize("side", [4, 300])
def test_regions_too_small_or_too_large_for_a_peak_are_refused(side):
    region = np.zeros((400, 400), bool)
    region[:side, :side] = True
    with pytest.raises(Refused, match="valid pixels"):
        fit_peak(np.ones((400, 400), np.float32), region)


def test_a_region_without_valid_pixels_is_refused():
    with pytest.raises(Refused, match="0 valid pixels"):
        fit_peak(np.full(SHAPE, np.nan, np.float32), EVERYWHERE)
