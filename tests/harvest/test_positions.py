import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_unveil.harvest import free_positions, largest_patch

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
