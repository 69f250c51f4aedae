import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.masking import (
    bad_pixels,
    combine,
    fill_holes,
    grow,
    intersect,
    invert,
    over_frames,
    remove_specks,
    shrink,
    subtract,
)

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=16))


def drawn(text: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in line] for line in text.split()])


def test_a_pixel_grows_to_a_disk():
    before = drawn("""
        .......
        .......
        .......
        ...#...
        .......
        .......
        .......""")
    after = drawn("""
        .......
        ...#...
        ..###..
        .#####.
        ..###..
        ...#...
        .......""")
    np.testing.assert_array_equal(grow(before, 2), after)
    np.testing.assert_array_equal(
        shrink(after, 1),
        drawn("""
        .......
        .......
        ...#...
        ..###..
        ...#...
        .......
        ......."""),
    )


def test_the_edge_of_the_frame_takes_nothing_away():
    assert shrink(np.ones((5, 5), np.bool_), 2).all()


@given(MASKS, st.floats(0, 5))
def test_growing_keeps_what_was_excluded_and_shrinking_what_was_free(mask, px):
    assert grow(mask, px)[mask].all()
    assert not shrink(mask, px)[~mask].any()


@given(MASKS, st.floats(0, 5))
def test_shrinking_is_growing_of_the_free_pixels(mask, px):
    np.testing.assert_array_equal(shrink(mask, px), invert(grow(invert(mask), px)))


def test_nothing_grows_from_nothing():
    assert not grow(np.zeros((4, 4), np.bool_), 3).any()


def test_masks_are_left_as_they_were():
    mask = drawn(".# ..")
    grow(mask, 0)[...] = True
    combine(mask)[...] = True
    np.testing.assert_array_equal(mask, drawn(".# .."))


def test_bad_pixels_are_nan_and_inf():
    frame = np.array([[0, np.nan], [np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(bad_pixels(frame), [[False, True], [True, True]])


def test_combined_masks_exclude_what_any_excludes():
    np.testing.assert_array_equal(combine(drawn("#.. ..."), drawn(".#. ..."), drawn("... ..#")), drawn("##. ..#"))


def test_masks_of_two_shapes_are_refused():
    with pytest.raises(Refused, match=r"\(2, 2\) and \(1, 4\)"):
        combine(drawn(".. .."), drawn("...."))


@pytest.mark.parametrize("change", [grow, shrink])
def test_negative_distances_are_refused(change):
    with pytest.raises(Refused, match="-1 px"):
        change(drawn("#."), -1)


@given(MASKS, st.floats(0, 24))
def test_growing_agrees_with_a_distance_transform(mask, px):
    expected = ndimage.distance_transform_edt(~mask) <= px if mask.any() else mask
    np.testing.assert_array_equal(grow(mask, px), expected)


def test_holes_are_filled_and_bays_are_not():
    before = drawn("""
        .#######.
        .#..#...#
        .####...#
        .#..#...#
        .#..##..#""")
    after = drawn("""
        .#######.
        .####...#
        .####...#
        .#..#...#
        .#..##..#""")
    np.testing.assert_array_equal(fill_holes(before), after)


def test_pixels_that_share_a_corner_enclose_nothing():
    ring = drawn("""
        .#.
        #.#
        .#.""")
    assert fill_holes(ring)[1, 1], "a free pixel leaves over its sides only"


def test_specks_below_the_size_are_removed():
    before = drawn("""
        #...##.
        .#..##.
        .......
        ...#...""")
    np.testing.assert_array_equal(remove_specks(before, area_px=2), before & ~drawn("....... ....... ....... ...#..."))
    np.testing.assert_array_equal(remove_specks(before, area_px=3), drawn("....##. ....##. ....... ......."))


@given(MASKS)
def test_nothing_is_left_of_a_mask_without_itself_and_all_of_it_with_itself(mask):
    assert not subtract(mask, mask).any()
    np.testing.assert_array_equal(intersect(mask, mask), mask)


def test_masks_are_intersected_and_subtracted():
    first, second = drawn("##. #.."), drawn("#.# ...")
    np.testing.assert_array_equal(intersect(first, second), drawn("#.. ..."))
    np.testing.assert_array_equal(subtract(first, second), drawn(".#. #.."))


@pytest.mark.parametrize("operation", [intersect, subtract])
def test_other_shapes_are_refused_whatever_the_operation(operation):
    with pytest.raises(Refused, match="masks of one shape"):
        operation(drawn(".. .."), drawn("...."))


def test_one_mask_of_all_frames_is_their_union():
    np.testing.assert_array_equal(over_frames(np.stack([drawn("#.."), drawn(".#.")])), drawn("##."))
