import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import stack_from_array
from napari_unveil.splitting import SplitSettings, parts_of, split


def stack_of(frames):
    return stack_from_array(np.asarray(frames, np.float32), name="frames", unit="keV", photon_energy_keV=8.0)


def test_each_part_is_the_mean_of_every_kth_frame():
    frames = np.random.default_rng(0).normal(size=(6, 5, 7)).astype(np.float32)
    result = split(stack_of(frames), SplitSettings("frames", 3))
    parts = parts_of(result, 0)
    for group in range(3):
        np.testing.assert_allclose(parts[group], frames[group::3].mean(axis=0), rtol=1e-5, atol=1e-6)
    assert result.data.shape == (1, 5, 7)
    assert (result.unit, result.photon_energy_keV) == ("keV", 8.0)
    np.testing.assert_allclose(result.read(0), frames.mean(axis=0), rtol=1e-5, atol=1e-6)


def test_groups_of_other_sizes_count_the_same_and_it_is_said():
    frames = np.arange(5.0)[:, None, None] * np.ones((5, 4, 4))
    result = split(stack_of(frames), SplitSettings("frames", 2))
    np.testing.assert_allclose(parts_of(result, 0)[:, 0, 0], [2, 2])
    np.testing.assert_allclose(result.read(0), 2)
    assert "5 frames in 2 parts" in result.warnings[-1]


def test_a_pixel_that_one_frame_lacks_comes_from_the_others_of_its_group():
    frames = np.arange(4.0)[:, None, None] * np.ones((4, 4, 4))
    frames[2, 1, 1], frames[1::2, 0, 0] = np.nan, np.nan
    result = split(stack_of(frames), SplitSettings("frames", 2))
    np.testing.assert_allclose(parts_of(result, 0)[:, 1, 1], [0, 2])
    assert np.isnan(result.read(0)[0, 0])
    assert np.isnan(result.read(0)).sum() == 1


def test_modules_stay_apart():
    frames = np.random.default_rng(0).normal(size=(4, 3, 5, 7)).astype(np.float32)
    result = split(stack_of(frames), SplitSettings("frames", 2))
    assert result.data.shape == (1, 3, 5, 7)
    np.testing.assert_allclose(parts_of(result, 2)[1], frames[1::2, 2].mean(axis=0), rtol=1e-5, atol=1e-6)


def test_parts_that_are_handed_out_are_not_those_that_are_kept():
    result = split(stack_of(np.ones((2, 4, 4))), SplitSettings("frames", 2))
    parts_of(result, 0)[:] = 7
    np.testing.assert_array_equal(result.read(0), 1)


def test_fewer_frames_than_parts_are_refused():
    with pytest.raises(Refused, match="3 frames, 4 parts"):
        split(stack_of(np.ones((3, 4, 4))), SplitSettings("frames", 4))


@pytest.mark.parametrize("form", ["tomography"])
def test_frames_are_no_tomography(form):
    with pytest.raises(Refused, match="a stack of frames and the form tomography"):
        split(stack_of(np.ones((4, 4, 4))), SplitSettings(form))


def test_a_stack_that_is_not_split_has_no_parts():
    with pytest.raises(Refused, match="not split"):
        parts_of(stack_of(np.ones((2, 4, 4))), 0)
    with pytest.raises(Refused, match="from 0 to 0"):
        parts_of(split(stack_of(np.ones((2, 4, 4))), SplitSettings("frames", 2)), 1)
