"""Limits by percentiles, by sigma and by extremes, of frames and of stacks."""

import dask.array as da
import numpy as np
import pytest

from napari_unveil.display.limits import (
    MOST_FRAMES,
    Autoscale,
    FirstLook,
    Rule,
    first_look,
    frames_sampled,
    limits_of,
    limits_of_stack,
    sampled,
)
from napari_unveil.display.scales import Scale
from napari_unveil.frames import stack_from_array

RULES = [Autoscale(rule) for rule in Rule]


@pytest.fixture
def frame() -> np.ndarray:
    """Normal noise around 10, one hit, one missing pixel."""
    frame = np.random.default_rng(0).normal(10, 2, (200, 300)).astype(np.float32)
    frame[3, 4], frame[5, 6] = 1e6, np.nan
    return frame


def test_percentiles_leave_out_the_share_that_they_name(frame: np.ndarray) -> None:
    low, high = limits_of(frame, Autoscale(Rule.PERCENTILES, 5, 90)) or (0, 0)
    assert np.nanmean(frame < low) == pytest.approx(0.05, abs=1e-3)
    assert np.nanmean(frame > high) == pytest.approx(0.10, abs=1e-3)


def test_three_sigma_of_noise_are_three_sigma_around_its_mean() -> None:
    noise = np.random.default_rng(1).normal(10, 2, (400, 400))
    assert limits_of(noise, Autoscale(Rule.SIGMA)) == pytest.approx((4, 16), abs=0.05)


def test_three_sigma_never_reach_beyond_what_is_there() -> None:
    counts = np.array([[0, 0, 0, 1]])
    assert limits_of(counts, Autoscale(Rule.SIGMA)) == (0, 1)


def test_extremes_are_found_exactly_in_large_frames() -> None:
    large = np.zeros((2048, 1024), np.float32)
    large[1001, 333], large[7, 8], large[9, 9] = -7, 12345, np.nan
    assert limits_of(large, Autoscale(Rule.EXTREMES)) == (-7, 12345)


@pytest.mark.parametrize("autoscale", RULES)
def test_infinite_pixels_set_no_limit(autoscale: Autoscale) -> None:
    found = limits_of(np.array([[-np.inf, 1, 2, 3, np.inf, np.nan]]), autoscale)
    assert found is not None
    assert np.isfinite(found).all()


@pytest.mark.parametrize("autoscale", RULES)
def test_nothing_finite_gives_no_limits_and_a_constant_gives_some(autoscale: Autoscale) -> None:
    assert limits_of(np.full((4, 4), np.nan, np.float32), autoscale) is None
    assert limits_of(np.zeros((0, 4)), autoscale) is None
    assert limits_of(np.full((4, 4), 3, np.uint16), autoscale) == (3, 4)


def test_sampling_leaves_out_no_column() -> None:
    columns = np.broadcast_to(np.arange(1024), (512, 1024))
    found = sampled(columns, 2**14)
    assert len(found) <= 2**14
    assert len(np.unique(found)) > 1000


def test_long_stacks_are_sampled_from_first_to_last() -> None:
    assert frames_sampled(3) == [0, 1, 2]
    assert frames_sampled(1) == [0]
    many = frames_sampled(1000)
    assert (len(many), many[0], many[-1]) == (MOST_FRAMES, 0, 999)


@pytest.mark.parametrize("autoscale", RULES)
def test_limits_of_a_stack_are_those_of_its_pixels_together(autoscale: Autoscale) -> None:
    frames = np.random.default_rng(2).normal(0, 1, (5, 64, 64)).astype(np.float32)
    frames[3] *= 10
    frames[4] = np.nan
    found = list(limits_of_stack(stack_from_array(frames, name="run"), autoscale))
    assert len(found) == 5
    assert found[-1] == pytest.approx(limits_of(frames, autoscale), rel=1e-4)


def test_only_sampled_frames_are_read() -> None:
    read = []

    def block(block_info: dict) -> np.ndarray:
        read.append(block_info[None]["chunk-location"][0])
        return np.zeros((1, 8, 9), np.float32)

    lazy = da.map_blocks(block, chunks=((1,) * 100, (8,), (9,)), dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))
    read.clear()
    list(limits_of_stack(stack_from_array(lazy, name="long"), Autoscale()))
    assert len(read) == MOST_FRAMES


def test_a_frame_with_bright_peaks_is_shown_up_to_them_and_others_linearly() -> None:
    rng = np.random.default_rng(3)
    plain = rng.poisson(20, (400, 400)).astype(np.float32)
    peaks = plain.copy()
    peaks[rng.random(peaks.shape) < 5e-4] = 5000
    assert first_look(plain) == FirstLook(limits=limits_of(plain, Autoscale()))
    look = first_look(peaks)
    assert look.scale is Scale.ARCSINH
    assert look.limits == limits_of(peaks, look.autoscale) == (limits_of(plain, look.autoscale)[0], 5000)
    assert first_look(np.full((3, 3), np.nan)) == FirstLook()
