import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_unveil.harvest import turn

ANGLES = st.floats(-720, 720)
SIDES = st.integers(1, 48)


@given(ANGLES, SIDES)
def test_no_pixel_is_used_twice(angle, patch):
    turned = turn(angle, patch=patch)
    pixels = np.stack([turned.rows.ravel(), turned.columns.ravel()], axis=1)
    assert len(np.unique(pixels, axis=0)) == patch**2


@given(ANGLES, SIDES)
def test_pixels_come_from_where_a_rotation_takes_them_from(angle, patch):
    turned = turn(angle, patch=patch)
    middle = (patch - 1) / 2
    y, x = np.indices((patch, patch)) - middle
    sine, cosine = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
    error = np.hypot(turned.rows - middle - (cosine * y + sine * x), turned.columns - middle - (cosine * x - sine * y))
    assert error.max() < 1.4


@pytest.mark.parametrize("patch", [1, 4, 5])
@pytest.mark.parametrize("quarters", [-3, -1, 0, 1, 2, 3, 4, 5])
def test_quarter_turns_are_those_of_numpy(patch, quarters):
    image = np.arange(patch**2).reshape(patch, patch)
    turned = turn(90 * quarters, patch=patch)
    np.testing.assert_array_equal(image[turned.rows, turned.columns], np.rot90(image, quarters))


@given(ANGLES, SIDES, st.integers(1, 80), st.integers(1, 80))
def test_corner_ranges_keep_every_pixel_inside_and_none_back(angle, patch, height, width):
    turned = turn(angle, patch=patch)
    for offsets, corners, length in zip(
        (turned.rows, turned.columns), turned.corner_ranges((height, width)), (height, width), strict=True
    ):
        inside = [c for c in range(-100, 200) if offsets.min() + c >= 0 and offsets.max() + c < length]
        assert list(corners) == inside
