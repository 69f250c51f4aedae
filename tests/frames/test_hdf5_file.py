import shutil

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import list_datasets, open_frames, parse_address


def refusal_of(path, open_it=open_frames):
    with pytest.raises(Refused) as caught:
        open_it(parse_address(path))
    refusal = caught.value
    assert refusal.found
    assert refusal.needed
    assert refusal.remedy
    return str(refusal)


def write(path, **dataset):
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("x", **dataset)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.h5"


@pytest.mark.parametrize("open_it", [open_frames, list_datasets])
def test_a_file_that_is_absent_is_refused(path, open_it):
    assert "is not there" in refusal_of(path, open_it)


@pytest.mark.parametrize("open_it", [open_frames, list_datasets])
def test_an_empty_file_is_refused(path, open_it):
    path.touch()
    assert "is empty (0 bytes)" in refusal_of(path, open_it)


@pytest.mark.parametrize("open_it", [open_frames, list_datasets])
def test_a_file_that_is_not_hdf5_is_refused(path, open_it):
    path.write_bytes(b"not HDF5 " * 100)
    assert "is not an HDF5 file" in refusal_of(path, open_it)


@pytest.mark.parametrize("open_it", [open_frames, list_datasets])
def test_a_truncated_file_is_refused_with_both_sizes(frames_file, open_it):
    whole = frames_file.read_bytes()
    frames_file.write_bytes(whole[:2000])
    assert f"2000 bytes of {len(whole)}" in refusal_of(frames_file, open_it)


def test_zero_frames_are_refused(path):
    assert "holds zero frames" in refusal_of(write(path, shape=(0, 6, 8), maxshape=(None, 6, 8), dtype="f4"))


@pytest.mark.parametrize("chunks", [None, (1, 6, 8)])
def test_a_dataset_that_nobody_wrote_is_refused(path, chunks):
    assert "is not written yet" in refusal_of(write(path, shape=(3, 6, 8), dtype="f4", chunks=chunks))


def test_a_missing_filter_is_named(path):
    with h5py.File(path, "w") as file:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk((1, 6, 8))
        creation.set_filter(32111, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple((2, 6, 8))
        dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_FLOAT, space, creation)
        dataset.write_direct_chunk((0, 0, 0), b"abc")
    sentence = refusal_of(path)
    assert "filter 32111" in sentence
    assert "hdf5plugin" in sentence
    assert not list_datasets(parse_address(path))[0].available


def test_a_file_without_images_is_refused(path):
    assert "no dataset of images" in refusal_of(write(path, data=np.arange(5)))


def test_a_locked_file_is_being_written(frames_file):
    fcntl = pytest.importorskip("fcntl")
    with frames_file.open("rb+") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert "is being written" in refusal_of(frames_file)
    assert open_frames(parse_address(frames_file)).frame_count == 4


def copied_while_open(path, *, swmr):
    """Write a copy of a file as its writer leaves it when it is killed."""
    with h5py.File(path.with_suffix(".open"), "w", libver="latest") as file:
        file.create_dataset("x", data=np.ones((2, 6, 8), "f4"), chunks=(1, 6, 8), maxshape=(None, 6, 8))
        if swmr:
            file.swmr_mode = True
        file.flush()
        shutil.copy(path.with_suffix(".open"), path)


def test_the_file_of_a_killed_writer_is_refused(path):
    copied_while_open(path, swmr=False)
    assert "its writer was stopped" in refusal_of(path)


def test_the_file_of_a_swmr_writer_is_opened_with_a_warning(path):
    copied_while_open(path, swmr=True)
    stack = open_frames(parse_address(path))
    assert (stack.read(1) == 1).all()
    assert "SWMR" in stack.warnings[0]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    assert "no Jungfrau frames" in refusal_of(tmp_path)
