import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from napari_unveil.inspection.histograms import even_bins, growing_bins

VALUES = st.one_of(st.floats(-1e6, 1e6, width=32), st.just(float("nan")), st.just(float("inf")))
MAKERS = (even_bins, growing_bins)


@pytest.mark.parametrize("make", MAKERS)
@given(frame=arrays(np.float32, (6, 7), elements=VALUES))
def test_every_valid_pixel_counts_once(make, frame: np.ndarray):
    bins = make([frame])
    assert bins.count(frame).sum() == np.isfinite(frame).sum()
    assert (np.diff(bins.edges) > 0).all()


def test_even_bins_count_as_numpy_does():
    frame = np.random.default_rng(0).normal(3, 5, (80, 90)).astype(np.float32)
    bins = even_bins([frame])
    inside = np.clip(frame.astype(np.float64), bins.edges[0], bins.edges[-1])
    np.testing.assert_array_equal(bins.count(frame), np.histogram(inside, bins.edges)[0])


def test_photons_show_as_peaks_at_whole_numbers():
    rng = np.random.default_rng(1)
    photons = (rng.poisson(1.5, (200, 200)) + rng.normal(0, 0.05, (200, 200))).astype(np.float32)
    bins = even_bins([photons])
    middle = (bins.edges[1:] + bins.edges[:-1]) / 2
    counts = bins.count(photons)
    for number in range(4):
        around = np.abs(middle - number) < 0.3
        assert abs(middle[around][counts[around].argmax()] - number) < 0.1


def test_growing_bins_reach_the_largest_value_over_seven_decades_at_most():
    frame = np.array([[1e-20, 1.0, 1e5, -3, 0]], np.float32)
    edges = growing_bins([frame]).edges
    assert edges[-1] == pytest.approx(1e5)
    assert edges[0] == pytest.approx(1e-2)
    np.testing.assert_allclose(np.diff(np.log(edges)), np.log(edges[1] / edges[0]))


def test_few_extreme_pixels_do_not_widen_even_bins():
    frame = np.random.default_rng(2).normal(0, 1, (300, 400)).astype(np.float32)
    frame[0, :3] = 1e9
    assert even_bins([frame]).edges[-1] < 10


@pytest.mark.parametrize("make", MAKERS)
def test_a_frame_without_values_has_bins_all_the_same(make):
    assert make([np.full((3, 3), np.nan, np.float32)]).count(np.full((3, 3), np.nan, np.float32)).sum() == 0


def test_values_on_an_edge_belong_to_the_bin_above_it():
    bins = even_bins([np.array([[0.0, 400.0]], np.float32)])
    edges = bins.edges[1:-1].astype(np.float32).reshape(1, -1)
    np.testing.assert_array_equal(bins.count(edges), np.histogram(edges.astype(np.float64), bins.edges)[0])


def test_growing_bins_count_as_numpy_does():
    frame = np.random.default_rng(3).exponential(5, (80, 90)).astype(np.float32)
    frame[:10] = 0
    bins = growing_bins([frame])
    inside = np.clip(frame.astype(np.float64), bins.edges[0], bins.edges[-1])
    np.testing.assert_array_equal(bins.count(frame), np.histogram(inside, bins.edges)[0])
