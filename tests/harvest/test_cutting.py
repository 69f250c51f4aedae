from itertools import islice

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import cut, cut_turned, noise_cuttings, signal_cuttings, turn


@pytest.fixture
def frame():
    return np.arange(96 * 160, dtype=np.float32).reshape(96, 160)


def test_unturned_and_upright_patches_are_the_same(frame):
    upright = cut(frame, (20, 30), patch=32)
    np.testing.assert_array_equal(upright, frame[20:52, 30:62])
    np.testing.assert_array_equal(cut_turned(frame, (20, 30), turned=turn(0, patch=32)), upright)


def test_a_quarter_turn_is_the_one_of_numpy(frame):
    turned = cut_turned(frame, (20, 30), turned=turn(90, patch=32))
    np.testing.assert_array_equal(turned, np.rot90(cut(frame, (20, 30), patch=32)))


@pytest.mark.parametrize("angle", [7, 45, 133.3, 271])
def test_turning_keeps_counting_statistics(angle):
    photons = np.random.default_rng(0).poisson(0.8, (256, 256)).astype(np.float32)
    patch = cut_turned(photons, (64, 64), turned=turn(angle, patch=128))
    assert set(np.unique(patch)) <= set(np.unique(photons)), "nothing is interpolated"
    assert patch.var() == pytest.approx(patch.mean(), rel=0.05), "Poisson: variance = mean"
    assert np.corrcoef(patch[:, 1:].ravel(), patch[:, :-1].ravel())[0, 1] == pytest.approx(0, abs=0.03)


def test_a_turned_patch_shows_the_turned_scene():
    y, x = np.indices((200, 200))
    ramp = (y - 99.5).astype(np.float32)
    patch = cut_turned(ramp, (68, 68), turned=turn(30, patch=64))
    y, x = np.indices((64, 64)) - 31.5
    np.testing.assert_allclose(patch, np.cos(np.pi / 6) * y + np.sin(np.pi / 6) * x, atol=1.4)


@pytest.mark.parametrize("corner", [(-1, 0), (0, 129), (65, 0)])
def test_patches_beyond_the_frame_are_refused(frame, corner):
    with pytest.raises(Refused, match="beyond the frame"):
        cut(frame, corner, patch=32)
    with pytest.raises(Refused, match="beyond the frame"):
        cut_turned(frame, corner, turned=turn(0, patch=32))


def test_patches_own_their_pixels(frame):
    cut(frame, (0, 0), patch=8)[...] = -1
    assert frame.min() == 0


def test_signal_patches_reach_the_least_intensity_and_are_where_they_say(xray_frames):
    frame = xray_frames[0]
    found = list(
        islice(
            signal_cuttings(frame, patch=32, min_intensity=2000, max_excluded=0, rng=np.random.default_rng(0)),
            20,
        )
    )
    assert len(found) == 20
    assert len({each.angle_deg % 90 for each in found}) == 20, "any orientation"
    for each in found:
        assert each.pixels.sum() >= 2000
        np.testing.assert_array_equal(
            each.pixels, cut_turned(frame, each.corner, turned=turn(each.angle_deg, patch=32))
        )


def test_a_frame_without_signal_gives_no_signal_patch():
    cuttings = signal_cuttings(
        np.ones((64, 64), np.float32),
        patch=16,
        min_intensity=257,
        max_excluded=0,
        rng=np.random.default_rng(0),
    )
    assert list(cuttings) == []


def test_signal_patches_with_too_many_bad_pixels_are_dropped(frame):
    frame[:, ::8] = np.nan
    arguments = {"patch": 16, "min_intensity": -np.inf, "rng": np.random.default_rng(0)}
    assert list(signal_cuttings(frame, max_excluded=0.05, **arguments)) == []
    assert len(list(islice(signal_cuttings(frame, max_excluded=0.3, **arguments), 3))) == 3


def test_a_frame_as_small_as_the_patch_gives_quarter_turns():
    frame = np.arange(64, dtype=np.float32).reshape(8, 8)
    rng = np.random.default_rng(0)
    cuttings = signal_cuttings(frame, patch=8, min_intensity=0, max_excluded=0, rng=rng)
    for each in islice(cuttings, 10):
        assert any(np.array_equal(each.pixels, np.rot90(frame, quarters)) for quarters in range(4))


def test_noise_patches_are_upright_unscaled_and_outside_the_mask(full_frames, mask):
    frame = full_frames[0]
    found = list(islice(noise_cuttings(frame, mask, patch=32, max_excluded=0.05, rng=np.random.default_rng(0)), 200))
    assert len({each.corner for each in found}) == 200, "no position twice"
    touching = 0
    for each in found:
        row, column = each.corner
        inside = mask[row : row + 32, column : column + 32]
        assert inside.mean() <= 0.05
        np.testing.assert_array_equal(np.isnan(each.pixels), inside)
        np.testing.assert_array_equal(each.pixels[~inside], cut(frame, each.corner, patch=32)[~inside])
        touching += inside.any()
    assert touching > 0, "test invalid: no patch touches the mask"


def test_noise_patches_end_when_every_position_is_used():
    mask = np.ones((20, 20), np.bool_)
    mask[:9, :10] = False
    cuttings = noise_cuttings(
        np.ones((20, 20), np.float32), mask, patch=8, max_excluded=0, rng=np.random.default_rng(0)
    )
    assert sorted(each.corner for each in cuttings) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
