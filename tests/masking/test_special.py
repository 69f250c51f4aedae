import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.masking import (
    asic_edges,
    double_size_pixels,
    hot_pixels,
    mean_image,
    missing_pixels,
    saturated_pixels,
)

MODULE = (512, 1024)


def test_pixels_of_double_size_are_the_cross_between_the_chips():
    mask = double_size_pixels(MODULE)
    rows, columns = np.flatnonzero(mask.all(axis=1)), np.flatnonzero(mask.all(axis=0))
    np.testing.assert_array_equal(rows, [255, 256])
    np.testing.assert_array_equal(columns, [255, 256, 511, 512, 767, 768])
    assert mask.sum() == 2 * 1024 + 6 * 512 - 2 * 6


def test_modules_in_one_frame_have_their_own_cross():
    stacked = double_size_pixels((1024, 1024))
    np.testing.assert_array_equal(np.flatnonzero(stacked.all(axis=1)), [255, 256, 767, 768])


def test_edges_of_chips_include_the_rim_of_the_module():
    mask = asic_edges(MODULE)
    np.testing.assert_array_equal(np.flatnonzero(mask.all(axis=1)), [0, 255, 256, 511])
    assert mask[:, [0, 255, 256, 511, 512, 767, 768, 1023]].all()
    assert (~mask).sum() == 8 * 254**2
    assert (~asic_edges(MODULE, width_px=3)).sum() == 8 * 250**2


@pytest.mark.parametrize("find", [asic_edges, double_size_pixels])
def test_other_detectors_are_refused(find):
    with pytest.raises(Refused, match=r"\(195, 487\)"):
        find((195, 487))


def test_pixels_of_double_size_collect_twice_as_much_on_a_real_module(shared_data):
    with np.load(shared_data / "jungfrau_psi" / "mod5_conv_f32_00-05.npz") as file:
        frames = file["conv"]
    frames[frames >= 32678] = np.nan
    mean = mean_image(frames)
    rows = np.array([np.nanmedian(row) for row in mean])
    assert rows[[255, 256]].mean() == pytest.approx(2 * rows[[253, 258]].mean(), rel=0.15), "twice the area"


def test_pixels_that_are_mostly_missing_are_found():
    frames = np.zeros((4, 2, 2), np.float32)
    frames[:3, 0, 0], frames[:2, 0, 1], frames[:, 1, 1] = np.nan, np.nan, np.inf
    np.testing.assert_array_equal(missing_pixels(frames), [[True, False], [False, True]])


def test_a_pixel_that_saturates_once_is_saturated():
    frames = np.zeros((3, 1, 3), np.float32)
    frames[1, 0, 1], frames[2, 0, 2] = 100, 99
    np.testing.assert_array_equal(saturated_pixels(frames, level=100), [[False, True, False]])


@pytest.fixture
def shots():
    """Poisson frames of scattering over three decades, keV, with hits and three hot pixels."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:128, :128]
    photons = 300 / (1 + (np.hypot(y - 40, x - 50) / 6) ** 3)
    frames = 8.0 * rng.poisson(photons, (9, 128, 128)) + rng.normal(0, 0.3, (9, 128, 128))
    frames += 500 * (rng.random(frames.shape) < 0.01)
    return frames.astype(np.float32)


HOT = ((5, 7), (100, 90), (127, 127))


def test_hot_pixels_are_found_and_neither_hits_nor_scattering(shots):
    for pixel in HOT:
        shots[:, *pixel] += 30
    found = hot_pixels(shots)
    assert {tuple(map(int, pixel)) for pixel in np.argwhere(found)} >= set(HOT)
    assert found.sum() <= len(HOT) + 3


def test_hot_pixels_do_not_depend_on_the_unit(shots):
    np.testing.assert_array_equal(hot_pixels(shots), hot_pixels(shots / np.float32(8000)))


def test_missing_pixels_are_not_hot_and_hide_none(shots):
    shots[:, 20:30, 20:30], shots[:3, 100, 89] = np.nan, np.nan
    shots[:, 100, 90] += 100
    found = hot_pixels(shots)
    assert found[100, 90]
    assert not found[20:30, 20:30].any()


def test_whole_counts_are_no_hot_pixels():
    counts = np.random.default_rng(0).poisson(0.4, (5, 96, 96)).astype(np.float32)
    counts[:, 50, 60] = 20
    np.testing.assert_array_equal(np.argwhere(hot_pixels(counts)), [[50, 60]])


def test_two_frames_are_too_few(shots):
    with pytest.raises(Refused, match="there are 2 frames"):
        hot_pixels(shots[:2])
