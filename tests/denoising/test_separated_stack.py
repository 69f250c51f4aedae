"""Little by little: order, memory, and arrays that can be looked at meanwhile."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.denoising.separated_stack import SeparatedStack
from napari_unveil.types import Separation

SHAPE = (5, 4, 6)
FRAME_BYTES = 2 * 4 * 4 * 6


def separation(value: float, shape: tuple[int, int] = (4, 6)) -> Separation:
    return Separation(np.full(shape, value, np.float32), np.full(shape, -value, np.float32))


@pytest.fixture
def stack() -> SeparatedStack:
    return SeparatedStack(SHAPE)


def order(stack: SeparatedStack) -> list[int]:
    seen = []
    while (index := stack.next_frame()) is not None:
        seen.append(index)
        stack.put(index, separation(index))
    return seen


def test_every_frame_comes_once_in_order(stack: SeparatedStack) -> None:
    assert order(stack) == [0, 1, 2, 3, 4]
    assert stack.done_count == 5


def test_the_wanted_frame_comes_first_then_those_after_it(stack: SeparatedStack) -> None:
    stack.want(3)
    assert order(stack) == [3, 4, 0, 1, 2]


def test_looking_at_a_missing_frame_makes_it_the_next_one(stack: SeparatedStack) -> None:
    stack.put(0, separation(0))
    assert np.isnan(stack.signal[2]).all()
    assert stack.next_frame() == 2


def test_looking_at_many_frames_wants_none(stack: SeparatedStack) -> None:
    stack.put(0, separation(0))
    assert stack.signal[:, 2].shape == (5, 6)
    assert stack.next_frame() == 1


def test_signal_and_noise_are_the_two_halves(stack: SeparatedStack) -> None:
    stack.put(1, separation(7))
    assert (stack.signal[1] == 7).all()
    assert (stack.noise[1] == -7).all()


def test_the_arrays_are_indexed_like_numpy() -> None:
    stack = SeparatedStack((2, 3, 4, 6))
    for index in range(6):
        stack.put(index, separation(index))
    expected = np.broadcast_to(np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1), (2, 3, 4, 6))
    keys = [1, (1, 2), (1, 2, slice(1, 3)), (slice(None), 1), (..., 0), (slice(0, 1), 2, slice(None), 3), (1, 2, 3, 4)]
    for key in keys:
        np.testing.assert_array_equal(stack.signal[key], expected[key])
    np.testing.assert_array_equal(np.asarray(stack.signal), expected)


def test_a_single_frame_has_no_leading_axis() -> None:
    stack = SeparatedStack((4, 6))
    assert np.isnan(stack.signal[...]).all()
    stack.put(0, separation(3))
    assert (np.asarray(stack.signal[:, :]) == 3).all()
    assert stack.next_frame() is None


def test_memory_is_bounded_and_a_dropped_frame_is_made_again_when_looked_at() -> None:
    stack = SeparatedStack(SHAPE, capacity_bytes=2 * FRAME_BYTES)
    assert order(stack) == [0, 1]
    stack.want(4)
    assert order(stack) == [4]
    assert [stack.has(index) for index in range(5)] == [False, True, False, False, True]
    assert stack.done_count == 3
    assert np.isnan(stack.noise[0]).all()
    assert stack.next_frame() == 0


def test_errors_are_kept_where_they_are_wanted_and_count_in_the_memory() -> None:
    error = np.full(SHAPE[-2:], 5, np.float32)
    with_errors, without = (
        SeparatedStack(SHAPE, capacity_bytes=3 * FRAME_BYTES, with_errors=wanted) for wanted in (True, False)
    )
    for stack in (with_errors, without):
        for index in range(3):
            stack.put(index, Separation(error + 1, error + 2, error))
    assert (with_errors.error[2] == 5).all()
    assert np.isnan(without.error[2]).all()
    assert [with_errors.has(index) for index in range(3)] == [False, True, True]
    assert [without.has(index) for index in range(3)] == [True, True, True]


def test_one_frame_always_fits() -> None:
    stack = SeparatedStack(SHAPE, capacity_bytes=1)
    stack.put(2, separation(2))
    assert stack.has(2)


def test_after_giving_up_only_wanted_frames_are_made(stack: SeparatedStack) -> None:
    stack.put(0, separation(0))
    stack.want_no_more()
    assert stack.next_frame() is None
    assert stack.done_count == 1
    stack.want(4)
    assert order(stack) == [4]


def test_a_frame_that_cannot_be_made_is_empty_and_not_tried_again(stack: SeparatedStack) -> None:
    stack.want(1)
    stack.put_missing(1)
    assert np.isnan(stack.signal[1]).all()
    assert stack.next_frame() == 2


def test_maps_are_kept_where_they_are_wanted_and_count_as_a_byte_a_pixel() -> None:
    unlike = np.arange(24).reshape(4, 6) % 2 == 0
    marked = replace(separation(1), unlike=unlike)
    assert FRAME_BYTES == 8 * 24
    wanted = SeparatedStack(SHAPE, capacity_bytes=9 * 24 + 8 * 24, with_maps=True)
    for index in range(2):
        wanted.put(index, marked)
    assert [wanted.has(index) for index in range(2)] == [False, True]
    np.testing.assert_array_equal(wanted.unlike[1], unlike)
    assert wanted.unlike[1].dtype == np.float32
    assert np.isnan(wanted.unlike[0]).all()
    unwanted = SeparatedStack(SHAPE)
    unwanted.put(0, marked)
    assert np.isnan(unwanted.unlike[0]).all()
