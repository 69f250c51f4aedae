"""Local statistics of frames and patches."""

import numpy as np
import pytest

from napari_unveil.recipes.windows import CELL_PX, at_pixels, cells_across, windows_of

rng = np.random.default_rng(0)


def test_statistics_are_those_of_the_pixels_in_a_window():
    frame = rng.poisson(1.5, (64, 72)).astype(np.float32) * 8
    found = windows_of(frame, 8.0, cells=5)
    assert found.level.shape == (4, 5)
    window = frame[8:48, 16:56] / 8
    assert found.level[1, 2] == pytest.approx(np.arcsinh(window).mean(), rel=1e-5)
    assert found.density[1, 2] == pytest.approx((window > 0.5).mean())
    one_apart = [np.abs(np.diff(np.arcsinh(window), axis=axis)).mean() for axis in (0, 1)]
    assert found.roughness[1, 2] == pytest.approx(np.mean(one_apart), rel=0.03)


def test_missing_pixels_do_not_count():
    frame = rng.poisson(3.0, (40, 40)).astype(np.float32)
    holey = frame.copy()
    holey[rng.random(frame.shape) < 0.1] = np.nan
    holey[0, 0] = np.inf
    whole, found = windows_of(frame, 1.0, cells=5), windows_of(holey, 1.0, cells=5)
    valid = np.isfinite(holey)
    assert found.level[0, 0] == pytest.approx(np.arcsinh(frame)[valid].mean(), rel=1e-5)
    assert found.density[0, 0] == pytest.approx((frame[valid] > 0.5).mean())
    assert found.roughness[0, 0] == pytest.approx(whole.roughness[0, 0], rel=0.1)


def test_a_window_that_is_mostly_missing_is_not_looked_at():
    frame = np.ones((40, 40), np.float32)
    frame[:, 15:] = np.nan
    found = windows_of(frame, 1.0, cells=5)
    assert np.isnan([found.level, found.density, found.roughness]).all()


def test_windows_turn_with_the_frame():
    frame = rng.poisson(2.0, (64, 80)).astype(np.float32)
    found, turned = windows_of(frame, 1.0, cells=3), windows_of(np.rot90(frame), 1.0, cells=3)
    np.testing.assert_allclose(np.rot90(found.level), turned.level, rtol=1e-5)
    np.testing.assert_allclose(np.rot90(found.density), turned.density)


def test_one_pixel_however_bright_does_not_decide():
    frame = rng.poisson(2.0, (40, 40)).astype(np.float32)
    before = windows_of(frame, 1.0, cells=5).level[0, 0]
    frame[20, 20] = 1e6
    assert windows_of(frame, 1.0, cells=5).level[0, 0] - before < 0.02


def test_patches_are_looked_at_together_as_each_alone():
    patches = rng.poisson(1.0, (3, 64, 64)).astype(np.float32)
    together = windows_of(patches, 1.0, cells=5)
    for patch, level in zip(patches, together.level, strict=True):
        np.testing.assert_allclose(level, windows_of(patch, 1.0, cells=5).level)


@pytest.mark.parametrize("side", [1, 7, 8, 17, 33, 41])
def test_frames_of_any_size_have_windows(side):
    found = windows_of(np.ones((side, side), np.float32), 1.0, cells=5)
    np.testing.assert_allclose(found.level, np.arcsinh(1))


@pytest.mark.parametrize(("side", "cells"), [(5, 1), (16, 1), (24, 3), (32, 3), (40, 5), (512, 5)])
def test_windows_have_a_middle_cell(side, cells):
    assert cells_across(side) == cells


def test_a_pixel_has_the_window_it_lies_mid_in():
    windows = np.zeros((4, 5), bool)
    windows[1, 2] = True
    pixels = at_pixels(windows, (64, 72))
    y, x = np.nonzero(pixels)
    middle = [CELL_PX * (place + 2) for place in (1, 2)]
    assert (y.min(), x.min()) == tuple(middle)
    assert (y.max(), x.max()) == tuple(corner + CELL_PX - 1 for corner in middle)


def test_pixels_at_the_edge_have_the_nearest_window():
    assert at_pixels(np.array([[True, False], [False, False]]), (48, 48))[:24, :24].all()
