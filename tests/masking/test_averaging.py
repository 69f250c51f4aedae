import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.masking import binned, mean_image

NAN = np.nan


def test_mean_ignores_missing_pixels():
    frames = [
        np.array([[1, 2, NAN], [4, np.inf, 6]], np.float32),
        np.array([[3, NAN, NAN], [4, 5, 8]], np.float32),
    ]
    mean = mean_image(iter(frames))
    np.testing.assert_array_equal(mean, [[2, 2, NAN], [4, 5, 7]])
    assert mean.dtype == np.float32


def test_mean_asks_for_one_frame_at_a_time():
    alive = []

    def frames():
        for value in range(5):
            alive.append(value)
            yield np.full((4, 4), value, np.float32)
            alive.remove(value)
            assert not alive

    assert (mean_image(frames()) == 2).all()


def test_mean_of_large_values_keeps_precision():
    frames = (np.full((1, 1), value, np.float32) for value in [1e7, *[1] * 999])
    assert mean_image(frames)[0, 0] == pytest.approx(10000.999)


def test_no_frames_are_refused():
    with pytest.raises(Refused, match="no frames"):
        mean_image([])


def test_frames_of_two_shapes_are_refused():
    with pytest.raises(Refused, match=r"\(2, 3\)"):
        mean_image([np.zeros((2, 2), np.float32), np.zeros((2, 3), np.float32)])


def test_squares_are_averaged_over_their_finite_pixels():
    image = np.array([[1, 3, 7], [NAN, 5, NAN], [2, 2, NAN]], np.float32)
    np.testing.assert_array_equal(binned(image, 2), [[3, 7], [2, NAN]])
    np.testing.assert_array_equal(binned(image, 1), image)
