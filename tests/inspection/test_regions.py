import math

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.regions import (
    BOTH,
    COUNTING,
    SCATTER,
    SEPARATED,
    region_of,
    region_sums,
    sum_with_counting,
    sum_with_scatter,
)

SQUARE = np.array([[9.5, 19.5], [9.5, 29.5], [19.5, 29.5], [19.5, 19.5]])
REPEATS = 300


def test_a_rectangle_holds_the_pixels_whose_centres_lie_inside():
    inside = region_of(SQUARE, (40, 50))
    expected = np.zeros((40, 50), bool)
    expected[10:20, 20:30] = True
    np.testing.assert_array_equal(inside, expected)


def test_a_triangle_across_the_edge_holds_what_is_on_the_frame():
    inside = region_of(np.array([[-10.0, 0], [20.0, 0], [-10.0, 30]]), (40, 50))
    y, x = np.nonzero(inside)
    assert (y + x <= 20).all()
    assert inside[0, :20].all()


def test_a_region_beside_the_frame_is_refused():
    with pytest.raises(Refused, match="without a pixel"):
        region_of(SQUARE + 100, (40, 50))


def test_errors_from_counting_cover_poisson_frames():
    """Pulls of simulated sums of photons of 8 keV have a width of 1."""
    rng, region, pulls = np.random.default_rng(0), region_of(SQUARE, (40, 50)), []
    for _ in range(REPEATS):
        found = sum_with_counting((8 * rng.poisson(0.7, (40, 50))).astype(np.float32), region, one_photon=8.0)
        pulls.append((found.total - 8 * 0.7 * 100) / found.total_error)
    assert found.origin == COUNTING
    assert np.std(pulls) == pytest.approx(1, abs=3 / math.sqrt(2 * REPEATS))
    assert abs(np.mean(pulls)) < 0.2


def test_errors_of_the_input_cover_signal_and_hits_together():
    """The hits have energies of their own, so counting photons of the signal alone would not cover them."""
    rng, region, pulls, of_noise = np.random.default_rng(1), region_of(SQUARE, (40, 50)), [], []
    for _ in range(REPEATS):
        signal = (8 * rng.poisson(2, (40, 50))).astype(np.float32)
        noise = ((rng.random((40, 50)) < 0.2) * rng.exponential(60, (40, 50))).astype(np.float32)
        found = region_sums({"input": signal + noise, "signal": signal, "noise": noise}, region, one_photon=8.0)
        pulls.append((found["input"].total - 100 * (16 + 12)) / found["input"].total_error)
        of_noise.append((found["noise"].total - 100 * 12) / found["noise"].total_error)
    assert [found[name].origin for name in ("input", "signal", "noise")] == [BOTH, COUNTING, SCATTER]
    assert np.std(pulls) == pytest.approx(1, abs=0.15)
    assert np.std(of_noise) == pytest.approx(1, abs=0.2), "the error of few hits is itself uncertain"


def test_without_the_energy_of_a_photon_errors_are_from_the_scatter():
    rng, region = np.random.default_rng(2), region_of(SQUARE, (40, 50))
    found = region_sums({"input": rng.normal(5, 2, (40, 50)).astype(np.float32)}, region, one_photon=None)["input"]
    assert found.origin == SCATTER
    assert found.total_error == pytest.approx(20, rel=0.25)
    assert (found.mean, found.mean_error) == (found.total / 100, found.total_error / 100)


def test_masked_pixels_count_nowhere_and_an_empty_region_has_no_mean():
    image = np.full((40, 50), 3.0, np.float32)
    region = region_of(SQUARE, image.shape)
    image[10, 20:25] = np.nan
    assert (sum_with_scatter(image, region).pixels, sum_with_scatter(image, region).total) == (95, 285)
    nothing = sum_with_scatter(np.full_like(image, np.nan), region)
    assert nothing.pixels == 0
    assert math.isnan(nothing.mean)


def test_a_sum_without_photons_is_not_exact():
    found = sum_with_counting(np.zeros((40, 50), np.float32), region_of(SQUARE, (40, 50)), one_photon=8.0)
    assert (found.total, found.total_error) == (0, 8)


@pytest.mark.parametrize(("one_photon", "origin"), [(8.0, COUNTING), (None, SCATTER)])
def test_the_error_of_the_separation_is_added_to_that_of_the_signal_alone(one_photon: float | None, origin: str):
    rng, region = np.random.default_rng(5), region_of(SQUARE, (40, 50))
    signal = (8 * rng.poisson(3, (40, 50))).astype(np.float32)
    images = {"input": signal, "signal": signal, "noise": np.zeros_like(signal)}
    error = rng.uniform(0, 9, (40, 50)).astype(np.float32)
    plain = region_sums(images, region, one_photon=one_photon)
    found = region_sums(images, region, one_photon=one_photon, error=PixelErrors(error))
    of_separation = np.sqrt(np.sum(error[10:20, 20:30].astype(float) ** 2))
    assert found["signal"].separation_error == pytest.approx(of_separation)
    assert found["signal"].total_error == pytest.approx(math.hypot(plain["signal"].total_error, of_separation))
    assert (plain["signal"].origin, found["signal"].origin) == (origin, SEPARATED[origin])
    assert found["input"].total_error == plain["input"].total_error


def test_errors_of_separated_sums_cover_photons_and_separation_together():
    rng, region, pulls = np.random.default_rng(6), region_of(SQUARE, (40, 50)), []
    error = np.full((40, 50), 12, np.float32)
    for _ in range(REPEATS):
        signal = 8 * rng.poisson(2, (40, 50)) + rng.normal(0, 12, (40, 50))
        found = region_sums({"signal": signal.astype(np.float32)}, region, one_photon=8.0, error=PixelErrors(error))[
            "signal"
        ]
        pulls.append((found.total - 8 * 2 * 100) / found.total_error)
    assert np.std(pulls) == pytest.approx(1, abs=3 / math.sqrt(2 * REPEATS))


def test_errors_of_a_separation_that_go_together_are_covered_too():
    rng, region, pulls, correlation = np.random.default_rng(7), region_of(SQUARE, (40, 50)), [], 0.2
    error = PixelErrors(np.full((40, 50), 12, np.float32), correlation)
    for _ in range(REPEATS):
        common = np.sqrt(correlation) * rng.normal() + np.sqrt(1 - correlation) * rng.normal(size=(40, 50))
        signal = (8 * rng.poisson(2, (40, 50)) + 12 * common).astype(np.float32)
        found = region_sums({"signal": signal}, region, one_photon=8.0, error=error)["signal"]
        pulls.append((found.total - 8 * 2 * 100) / found.total_error)
    assert np.std(pulls) == pytest.approx(1, abs=4 / math.sqrt(2 * REPEATS))
