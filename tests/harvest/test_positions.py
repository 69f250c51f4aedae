import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_unveil.harvest import free_positions, largest_patch
from napari_unveil.harvest.positions import STRIPE_ROWS, box_sum_stripes, has_room, random_positions, separate_positions

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


def drawn(text: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in line] for line in text.split()])


def test_a_patch_lies_only_where_nothing_is_excluded():
    excluded = drawn("""
        ......
        ..#...
        ......
        ......""")
    np.testing.assert_array_equal(
        free_positions(excluded, patch=2, max_excluded=0),
        drawn("""
        #..##
        #..##
        #####"""),
    )


@given(MASKS, st.integers(1, 5), st.floats(0, 1))
def test_positions_are_those_that_counting_gives(excluded, patch, max_excluded):
    free = free_positions(excluded, patch=patch, max_excluded=max_excluded)
    rows, columns = (max(side - patch + 1, 0) for side in excluded.shape)
    assert free.shape == (rows, columns)
    for row in range(rows):
        for column in range(columns):
            count = excluded[row : row + patch, column : column + patch].sum()
            assert free[row, column] == (count <= max_excluded * patch**2)


@given(MASKS)
def test_no_patch_is_larger_than_the_largest(excluded):
    largest = largest_patch(excluded, max_excluded=0)
    assert not free_positions(excluded, patch=largest + 1, max_excluded=0).any()
    assert largest == 0 or free_positions(excluded, patch=largest, max_excluded=0).any()


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (4, 4)])
def test_the_largest_patch_of_a_free_frame_is_its_shorter_side(shape):
    assert largest_patch(np.zeros(shape, np.bool_), max_excluded=0) == min(shape)


def test_stripes_under_one_another_hold_the_sum_over_every_square():
    image = np.random.default_rng(0).normal(0, 1e4, (2 * STRIPE_ROWS + 9, 40))
    sums = np.vstack(list(box_sum_stripes(image, patch=7)))
    assert sums.shape == (2 * STRIPE_ROWS + 3, 34), "three stripes"
    squares = np.lib.stride_tricks.sliding_window_view(image, (7, 7))
    np.testing.assert_allclose(sums, squares.sum(axis=(2, 3)), atol=1e-6)


@given(MASKS, st.integers(1, 5), st.floats(0, 1))
def test_there_is_room_where_there_is_a_position(excluded, patch, max_excluded):
    free = free_positions(excluded, patch=patch, max_excluded=max_excluded)
    assert has_room(excluded, patch=patch, max_excluded=max_excluded) == free.any()


@given(MASKS, st.integers(0, 99))
def test_random_positions_are_all_the_free_ones_each_once(free, seed):
    drawn = list(random_positions(free, np.random.default_rng(seed)))
    assert sorted(drawn) == [tuple(corner) for corner in np.argwhere(free)]


def test_every_order_of_random_positions_is_as_likely():
    free = drawn("""
        #.#
        ..#""")
    rng = np.random.default_rng(0)
    orders = [tuple(random_positions(free, rng)) for _ in range(6000)]
    counts = {order: orders.count(order) for order in set(orders)}
    assert len(counts) == 6
    assert max(abs(count - 1000) for count in counts.values()) < 5 * 1000**0.5


@given(MASKS, st.integers(1, 4))
def test_separate_patches_are_free_and_do_not_overlap(excluded, patch):
    free = free_positions(excluded, patch=patch, max_excluded=0)
    used = excluded.astype(int)
    for y, x in separate_positions(free, patch=patch):
        used[y : y + patch, x : x + patch] += 1
    assert used.max(initial=0) <= 1
    assert (len(separate_positions(free, patch=patch)) > 0) == free.any()


def test_separate_patches_fill_a_free_frame():
    assert len(separate_positions(np.ones((9, 13), bool), patch=4)) == 3 * 4
