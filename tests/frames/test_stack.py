import pickle
import time
from dataclasses import dataclass

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import (
    UnreadableFrame,
    evenly_spread,
    in_shots,
    lazy_stack,
    open_frames,
    parse_address,
    stack_from_array,
)
from napari_unveil.frames.stack import LazyFrames


@dataclass(frozen=True)
class Counted:
    shape: tuple[int, ...]
    asked: list[tuple[int, ...]]

    def frame(self, position):
        self.asked.append(tuple(int(p) for p in position))
        return np.full(self.shape[-2:], float(np.ravel_multi_index(position, self.shape[:-2])), np.float32)


@pytest.fixture
def source():
    return Counted((3, 2, 4, 5), [])


def test_nothing_is_read_before_it_is_looked_at(source):
    stack = lazy_stack(source)
    assert source.asked == []
    stack[2, 1].compute()
    assert source.asked == [(2, 1)]


@pytest.mark.parametrize("key", [np.s_[1, 0], np.s_[-1], np.s_[1:, 1], np.s_[::2, ::-1], np.s_[..., 2], np.s_[0:0]])
def test_indexing_is_that_of_numpy(source, key):
    frames = LazyFrames(source, source.shape)
    whole = lazy_stack(source).compute()
    np.testing.assert_array_equal(frames[key], whole[key])
    np.testing.assert_array_equal(lazy_stack(source)[key].compute(), whole[key])


def test_a_hundred_thousand_frames_are_wrapped_and_one_is_shown_at_once():
    source = Counted((100_000, 4, 5), [])
    begin = time.perf_counter()
    lazy_stack(source)[77_777].compute()
    assert time.perf_counter() - begin < 1
    assert source.asked == [(77_777,)]


def test_read_gives_what_dask_computes(frames_file):
    stack = open_frames(parse_address(frames_file))
    for index in range(stack.frame_count):
        np.testing.assert_array_equal(stack.read(index), stack.data[index].compute())
    np.testing.assert_array_equal(np.stack(list(stack.iterate(1, 3))), stack.data[1:3].compute())


@pytest.mark.parametrize("index", [-1, 4])
def test_a_frame_outside_is_refused(frames_file, index):
    with pytest.raises(Refused, match="from 0 to 3"):
        open_frames(parse_address(frames_file)).read(index)


def test_opening_decodes_no_chunk(frames_file, monkeypatch):
    def refuse(*_):
        raise AssertionError("pixels were read")

    monkeypatch.setattr(h5py.Dataset, "__getitem__", refuse)
    stack = open_frames(parse_address(frames_file))
    with pytest.raises(AssertionError, match="pixels were read"):
        stack.read(0)


def test_a_stack_travels_to_another_process(frames_file):
    stack = open_frames(parse_address(frames_file))
    there = pickle.loads(pickle.dumps(stack.data))
    np.testing.assert_array_equal(there[3].compute(), stack.read(3))


def test_a_corrupt_chunk_names_file_dataset_and_frame_and_spares_the_others(frames_file):
    with h5py.File(frames_file) as file:
        chunk = file["entry/data/data"].id.get_chunk_info(2)
    with frames_file.open("r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(b"\xff" * chunk.size)
    stack = open_frames(parse_address(frames_file))
    with pytest.raises(UnreadableFrame, match=r"frame 2 of .*frames\.h5::/entry/data/data"):
        stack.read(2)
    assert stack.read(1)[0, 0] == 48


def test_a_few_frames_that_stand_for_a_stack_include_both_ends():
    assert evenly_spread(3, most=8) == [0, 1, 2]
    assert evenly_spread(100, most=4) == [0, 33, 66, 99]
    assert evenly_spread(0, most=4) == []


def test_a_shot_is_all_that_was_read_out_at_once():
    frames = np.arange(3 * 2 * 4 * 5, dtype=np.float32).reshape(3, 2, 4, 5)
    for pixels, shape in ((frames, (2, 4, 5)), (frames[:, 0], (4, 5)), (frames[0, 0], (4, 5))):
        stack = stack_from_array(pixels, name="run")
        assert stack.shot_shape == shape
        shots = list(in_shots(stack.iterate(), stack.shot_shape))
        np.testing.assert_array_equal(shots, pixels.reshape(-1, *shape))
