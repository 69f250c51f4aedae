import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import UnreadableFrame, list_datasets, open_frames, parse_address, virtual


def write_sources(folder, count, shape=(3, 6, 8)):
    for number in range(count):
        with h5py.File(folder / f"s{number}.h5", "w") as file:
            file["d"] = np.full(shape, number + 1, np.uint16)


def write_virtual(path, layout):
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("v", layout)
    return parse_address(path)


@pytest.fixture
def interleaved(tmp_path):
    """Frame i comes from file i modulo 3."""
    write_sources(tmp_path, 3)
    layout = h5py.VirtualLayout((9, 6, 8), np.uint16)
    for number in range(3):
        layout[number::3] = h5py.VirtualSource(f"s{number}.h5", "d", (3, 6, 8))
    return write_virtual(tmp_path / "v.h5", layout)


def test_frames_with_their_sources_are_read(interleaved):
    stack = open_frames(interleaved)
    assert stack.warnings == ()
    assert [frame.min() for frame in stack.iterate()] == [1, 2, 3] * 3


def test_frames_of_an_absent_source_are_nan_and_named(interleaved):
    (interleaved.path.parent / "s1.h5").unlink()
    stack = open_frames(interleaved)
    kept = [not np.isnan(frame).all() for frame in stack.iterate()]
    assert kept == [True, False, True] * 3
    assert any("s1.h5" in warning for warning in stack.warnings)


def test_a_truncated_source_makes_its_own_frames_unreadable(interleaved):
    path = interleaved.path.parent / "s2.h5"
    path.write_bytes(path.read_bytes()[:500])
    stack = open_frames(interleaved)
    assert (stack.read(0) == 1).all()
    with pytest.raises(UnreadableFrame, match="frame 2 of"):
        stack.read(2)


def test_a_source_file_without_the_dataset_counts_as_absent(interleaved):
    with h5py.File(interleaved.path.parent / "s0.h5", "r+") as file:
        del file["d"]
    assert np.isnan(open_frames(interleaved).read(0)).all()


def test_part_of_a_frame_without_source_is_nan(tmp_path):
    write_sources(tmp_path, 1)
    layout = h5py.VirtualLayout((3, 12, 8), np.uint16)
    layout[:, :6] = h5py.VirtualSource("s0.h5", "d", (3, 6, 8))
    layout[:, 6:] = h5py.VirtualSource("s1.h5", "d", (3, 6, 8))
    frame = open_frames(write_virtual(tmp_path / "v.h5", layout)).read(1)
    assert (frame[:6] == 1).all()
    assert np.isnan(frame[6:]).all()


def test_pixels_that_no_source_is_mapped_to_are_nan(tmp_path):
    write_sources(tmp_path, 1)
    layout = h5py.VirtualLayout((5, 6, 8), np.uint16)
    layout[[0, 1, 3]] = h5py.VirtualSource("s0.h5", "d", (3, 6, 8))
    stack = open_frames(write_virtual(tmp_path / "v.h5", layout))
    assert [bool(np.isnan(frame).all()) for frame in stack.iterate()] == [False, False, True, False, True]


def test_a_source_that_lacks_its_own_sources_counts_as_absent(tmp_path):
    write_sources(tmp_path, 1)
    inner = h5py.VirtualLayout((3, 6, 8), np.uint16)
    inner[:] = h5py.VirtualSource("s0.h5", "d", (3, 6, 8))
    write_virtual(tmp_path / "inner.h5", inner)
    outer = h5py.VirtualLayout((3, 6, 8), np.uint16)
    outer[:] = h5py.VirtualSource("inner.h5", "v", (3, 6, 8))
    address = write_virtual(tmp_path / "outer.h5", outer)
    assert (open_frames(address).read(0) == 1).all()
    (tmp_path / "s0.h5").unlink()
    (tmp_path / "inner.h5").touch()
    assert np.isnan(open_frames(address).read(0)).all()


def test_a_real_scan_without_its_sources_is_nan_and_listed_as_unavailable(shared_data):
    path = shared_data / "badfiles" / "demoh5_dataset.h5"
    scan = "/1.1/instrument/marana/data"
    with pytest.raises(Refused, match=f"2 datasets of .*{scan}"):
        open_frames(parse_address(path))
    stack = open_frames(parse_address(f"{path}::{scan}"))
    assert np.isnan(stack.read(0)).all()
    assert "scan0001/marana_0000.h5" in stack.warnings[0]
    assert "scan0001/marana_0000.h5" in stack.absent
    assert [entry.available for entry in list_datasets(parse_address(path))] == [False, False]


def test_sources_are_looked_up_once_and_where_they_go_at_the_first_frame(interleaved, monkeypatch):
    counts = {"names": 0, "places": 0}

    def counted(name, asked):
        def call(*arguments):
            counts[name] += 1
            return asked(*arguments)

        return call

    monkeypatch.setattr(virtual, "_names", counted("names", virtual._names))
    monkeypatch.setattr(virtual, "_slabs", counted("places", virtual._slabs))
    monkeypatch.setattr(h5py.Dataset, "virtual_sources", lambda _: pytest.fail("h5py looks each source up slowly"))
    stack = open_frames(interleaved)
    assert counts == {"names": 1, "places": 0}
    for _ in range(2):
        list(stack.iterate())
    assert counts == {"names": 2, "places": 3}, "once for three sources, whatever the number of frames"
    list(open_frames(interleaved).iterate())
    assert counts == {"names": 3, "places": 3}, "opened again, the file has not changed"
    list_datasets(interleaved)
    assert counts == {"names": 4, "places": 3}


def test_sources_without_end_are_cut_to_the_frames_that_are_there(tmp_path):
    path = tmp_path / "v.h5"
    with h5py.File(tmp_path / "s0.h5", "w") as file:
        file.create_dataset("d", data=np.ones((4, 6, 8), np.uint16), maxshape=(None, 6, 8))
    layout = h5py.VirtualLayout((4, 6, 8), np.uint16, maxshape=(None, 6, 8))
    source = h5py.VirtualSource("s0.h5", "d", (4, 6, 8), maxshape=(None, 6, 8))
    layout[: h5py.h5s.UNLIMITED] = source[: h5py.h5s.UNLIMITED]
    stack = open_frames(write_virtual(path, layout))
    assert stack.data.shape == (4, 6, 8)
    assert [(frame == 1).all() for frame in stack.iterate()] == [True] * 4
