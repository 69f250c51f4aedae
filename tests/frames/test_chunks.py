import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.frames.chunks import DecodedBlocks, Planes


def test_a_chunk_of_several_frames_is_decoded_once(tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    pixels = np.random.default_rng(0).normal(size=(10, 6, 8)).astype("f4")
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=pixels, chunks=(4, 3, 8), compression="gzip")
    stack = open_frames(parse_address(path))
    reads = []
    read = Planes._read
    monkeypatch.setattr(Planes, "_read", lambda self, key: reads.append(key) or read(self, key))
    np.testing.assert_array_equal(np.stack(list(stack.iterate())), pixels)
    assert len(reads) == 3


def test_the_oldest_blocks_are_let_go():
    blocks = DecodedBlocks(limit_bytes=100)
    for key in "abc":
        blocks.get(key, lambda: np.zeros(40, np.uint8))
    decoded = []
    blocks.get("c", lambda: decoded.append("c") or np.zeros(40, np.uint8))
    blocks.get("a", lambda: decoded.append("a") or np.zeros(40, np.uint8))
    assert decoded == ["a"]


def test_chunks_that_nobody_wrote_are_nan_and_said_so(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", (3, 6, 8), "u2", chunks=(1, 3, 8))
        x[0], x[2, :3] = 7, 9
    stack = open_frames(parse_address(path))
    assert np.isnan(stack.read(1)).all()
    assert (stack.read(0) == 7).all()
    assert np.isnan(stack.read(2)[3:]).all()
    assert (stack.read(2)[:3] == 9).all()
    assert any("3 of 6 chunks were never written" in warning for warning in stack.warnings)


@pytest.mark.parametrize("shape", [(6, 8), (3, 6, 8), (2, 3, 6, 8)])
def test_data_without_chunks_is_read_frame_by_frame(tmp_path, shape):
    path = tmp_path / "x.h5"
    pixels = np.arange(np.prod(shape)).reshape(shape)
    with h5py.File(path, "w") as file:
        file["x"] = pixels
    stack = open_frames(parse_address(path))
    np.testing.assert_array_equal(stack.data.compute().reshape(shape), pixels)
    assert stack.frame_shape == (6, 8)
    assert len(stack.axes) == stack.data.ndim == max(3, len(shape))


def test_pixels_in_a_file_of_their_own_are_read_and_that_file_is_an_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with h5py.File("x.h5", "w") as file:
        file.create_dataset("x", (3, 6, 8), "f4", external=[("x.raw", 0, h5py.h5f.UNLIMITED)])
    with pytest.raises(Refused, match=r"lie in x\.raw, which is absent"):
        open_frames(parse_address("x.h5"))
    np.full((3, 6, 8), 5, np.float32).tofile("x.raw")
    stack = open_frames(parse_address("x.h5"))
    assert (stack.read(2) == 5).all()
    assert "x.raw" in [path.name for path in stack.inputs]
