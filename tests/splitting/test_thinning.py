import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import stack_from_array
from napari_unveil.splitting import SplitSettings, parts_of, split
from napari_unveil.splitting.thinning import thinned

THINNING = SplitSettings("thinning", 4, seed=3)


def counts_of(level=3.0, shape=(2, 40, 50), unit="photons"):
    counts = np.random.default_rng(0).poisson(level, shape).astype(np.float32)
    counts[:, 3, 4] = np.nan
    return stack_from_array(counts, name="counts", unit=unit)


@pytest.mark.parametrize("parts", [2, 3, 4, 7])
def test_photons_of_the_parts_are_those_of_the_frame(parts):
    stack = counts_of(level=200.0)
    for index in (0, 1):
        drawn = parts_of(split(stack, SplitSettings("thinning", parts)), index)
        photons = drawn / parts
        assert drawn.shape == (parts, 40, 50)
        np.testing.assert_allclose(photons, np.round(photons), atol=1e-4)
        np.testing.assert_array_equal(np.round(photons).sum(axis=0), stack.read(index))


def test_the_frame_of_a_split_stack_is_the_frame():
    stack = counts_of()
    np.testing.assert_array_equal(split(stack, THINNING).read(1), stack.read(1))


def test_a_missing_pixel_is_missing_in_every_part():
    parts = parts_of(split(counts_of(), THINNING), 0)
    assert np.isnan(parts[:, 3, 4]).all()
    assert np.isnan(parts).sum() == 4


def test_the_seed_and_the_number_of_the_frame_decide():
    stack = stack_from_array(np.full((2, 30, 30), 5, np.float32), name="even", unit="photons")
    parts = [parts_of(split(stack, SplitSettings("thinning", 2, seed=seed)), index) for seed, index in ((0, 0), (0, 0))]
    np.testing.assert_array_equal(*parts)
    others = [parts_of(split(stack, SplitSettings("thinning", 2, seed=s)), i) for s, i in ((1, 0), (0, 1))]
    assert all((parts[0] != other).any() for other in others)


def test_thinned_poisson_counts_are_poissonian_and_independent():
    """Means and variances within four standard errors of a K-th, covariances within four of zero."""
    level, parts, n = 6.0, 3, 200_000
    rng = np.random.default_rng(1)
    counts = rng.poisson(level, (1, n)).astype(np.float32)
    photons = thinned(counts, parts=parts, rng=rng)[:, 0].astype(float) / parts
    expected = level / parts
    np.testing.assert_allclose(photons.mean(axis=1), expected, atol=4 * np.sqrt(expected / n))
    covariance = np.cov(photons)
    spread = np.sqrt((expected + 2 * expected**2) / n)
    np.testing.assert_allclose(np.diag(covariance), expected, atol=4 * spread)
    between = covariance[~np.eye(parts, dtype=bool)]
    np.testing.assert_allclose(between, 0, atol=4 * expected / np.sqrt(n))


def test_thinning_halves_of_a_fixed_count_are_binomial():
    n, count = 100_000, 10
    photons = thinned(np.full((1, n), count, np.float32), parts=2, rng=np.random.default_rng(2))[0, 0] / 2
    assert photons.mean() == pytest.approx(5, abs=4 * np.sqrt(2.5 / n))
    assert photons.var() == pytest.approx(2.5, rel=0.03)


@pytest.mark.parametrize(("pixel", "said"), [(1.5, "the first 1.5"), (-2, "the first -2"), (2.0**25, "no counts")])
def test_what_is_no_count_is_refused(pixel, said):
    frames = np.zeros((1, 8, 8), np.float32)
    frames[0, 2, 2] = pixel
    with pytest.raises(Refused, match=said):
        split(stack_from_array(frames, name="x", unit="photons"), THINNING)


def test_a_later_frame_without_counts_is_refused_when_it_is_read():
    frames = np.zeros((2, 8, 8), np.float32)
    frames[1] = 0.5
    stack = split(stack_from_array(frames, name="x", unit="photons"), THINNING)
    with pytest.raises(Refused, match="frame 1 of x are no counts"):
        stack.read(1)


@pytest.mark.parametrize(("unit", "warned"), [("photons", False), ("counts", False), ("ADU", True), ("", True)])
def test_units_that_may_not_be_photons_are_said(unit, warned):
    assert bool(split(counts_of(unit=unit), THINNING).warnings) == warned
