import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames.exclusion import bits_in_words, exclusion_for, mask_bits_from_text, measured


def excluded(values, dtype, **known):
    pixels = np.array([values], dtype)
    return np.isnan(measured(pixels, exclusion_for(pixels.dtype, **known)))[0].tolist()


@pytest.mark.parametrize(
    ("dtype", "marker"),
    [("u4", 2**32 - 1), ("u2", 65535), ("i4", -1), ("i4", -2), ("i2", -1), ("i2", 32678), ("f4", 32678)],
)
def test_markers_of_each_type_are_excluded(dtype, marker):
    assert excluded([0, 5, marker], dtype) == [False, False, True]


@pytest.mark.parametrize(("dtype", "value"), [("i4", 65535), ("i4", 32678), ("u4", 65535), ("i2", 4095), ("f8", -1)])
def test_markers_of_one_type_are_measurements_in_another(dtype, value):
    assert excluded([0, value], dtype) == [False, False]


def test_minus_one_is_a_measurement_where_the_pedestal_was_subtracted():
    assert excluded([-1, -2, -7, 3], "i4") == [False, False, False, False]


def test_the_marker_for_the_smallest_integer_does_not_make_minus_one_a_measurement():
    assert excluded([-1, -(2**15), 3], "i2") == [True, True, False]


def test_saturated_pixels_are_excluded():
    assert excluded([4094, 4095, 4096], "i2", saturation=4095.0) == [False, True, True]


def test_infinite_pixels_are_excluded():
    assert excluded([1, np.inf, -np.inf, np.nan, -1], "f4") == [False, True, True, True, False]


@pytest.mark.parametrize("dtype", [">f4", ">i2", "f2", "?", "u1", "f8", ">u4"])
def test_every_real_type_becomes_native_float32(dtype):
    pixels = np.array([[0, 1]], dtype)
    frame = measured(pixels, exclusion_for(pixels.dtype))
    assert frame.dtype == np.float32
    assert frame.dtype.isnative
    assert frame.tolist() == [[0.0, 1.0]]
    assert not np.shares_memory(frame, pixels)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("0x00400000", 1 << 22),
        ("5", 5),
        ("all", 0xFFFFFFFF),
        ("default", 0xFFBEFFFF),
        ("WRONG_GAIN_VALUE,non_sensitive", 1 << 21 | 1 << 19),
        ("default,NON_STANDARD_SIZE", 0xFFFEFFFF),
        ("-WRONG_GAIN_VALUE", 0xFFBEFFFF & ~(1 << 21)),
        ("all,-INTERPOLATED", 0xFFFEFFFF),
    ],
)
def test_mask_bits_are_given_by_number_or_name(text, bits):
    assert mask_bits_from_text(text) == bits


@pytest.mark.parametrize("text", ["0x100000000", "-1", "DEAD", "WRONG_GAIN_VALUE,", ""])
def test_what_is_no_set_of_bits_is_refused(text):
    with pytest.raises(Refused):
        mask_bits_from_text(text)


def test_a_set_of_bits_is_said_with_what_it_leaves_out():
    assert bits_in_words(0xFFFFFFFF) == "bits 0xffffffff"
    assert bits_in_words(0xFFBEFFFF) == "bits 0xffbeffff (all but INTERPOLATED, NON_STANDARD_SIZE)"
