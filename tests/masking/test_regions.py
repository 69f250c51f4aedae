import numpy as np
import pytest

from napari_unveil.masking import polygon_mask


def test_a_rectangle_holds_the_pixels_whose_centres_it_holds():
    corners = np.array([[0.6, 1.6], [0.6, 4.4], [3.4, 4.4], [3.4, 1.6]])
    mask = polygon_mask(corners, shape=(5, 7))
    expected = np.zeros((5, 7), bool)
    expected[1:4, 2:5] = True
    np.testing.assert_array_equal(mask, expected)


def test_a_triangle_has_half_the_area_of_its_square():
    mask = polygon_mask(np.array([[-0.5, -0.5], [-0.5, 99.5], [99.5, -0.5]]), shape=(100, 100))
    assert mask.sum() == pytest.approx(5000, abs=60)
    assert mask[0, 0]
    assert not mask[99, 99]


def test_what_lies_beyond_the_frame_is_left_out():
    mask = polygon_mask(np.array([[-50.0, -50], [-50, 2.4], [1.4, 2.4], [1.4, -50]]), shape=(4, 5))
    expected = np.zeros((4, 5), bool)
    expected[:2, :3] = True
    np.testing.assert_array_equal(mask, expected)
    assert not polygon_mask(np.array([[90.0, 90], [90, 95], [95, 95]]), shape=(4, 5)).any()


def test_a_line_holds_nothing():
    assert not polygon_mask(np.array([[0.0, 0], [3, 3]]), shape=(4, 4)).any()
