"""Single planes of an HDF5 dataset, as stored, each read from a file that is opened for it.

Where one compressed chunk spans several frames the decoded block is kept: its neighbours cost nothing.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import Dataset, text_of
from napari_unveil.frames.virtual import VirtualSources, virtual_sources
from napari_unveil.types import Mask

KEPT_BYTES = 256 * 2**20
"""Decoded blocks kept per stack."""

EXTERNAL_FOLDER = "HDF5_EXTFILE_PREFIX"
"""Environment variable of HDF5: where the files of external datasets lie."""

BLOCK_FRAMES = 64
"""Frames read at once where they are interleaved pixel by pixel."""

MOST_FRAMES, MOST_PIXELS = 10**7, 2**28
"""Frames of a stack and pixels of a frame beyond which a shape is taken for damage or for another axis."""

Block = NDArray[Any]


class DecodedBlocks:
    """The blocks decoded last, at most ``limit_bytes`` of them; safe to share between threads."""

    def __init__(self, limit_bytes: int = KEPT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._blocks: OrderedDict[object, Block] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["DecodedBlocks"], tuple[int]]:
        return DecodedBlocks, (self.limit_bytes,)

    def get(self, key: object, decode: Callable[[], Block]) -> Block:
        """Give the block of ``key``, decoding it when it is not here any more."""
        with self._lock:
            if key not in self._blocks:
                self._blocks[key] = decode()
                while len(self._blocks) > 1 and self._kept_bytes() > self.limit_bytes:
                    self._blocks.popitem(last=False)
            self._blocks.move_to_end(key)
            return self._blocks[key]

    def _kept_bytes(self) -> int:
        return sum(block.nbytes for block in self._blocks.values())


@dataclass(frozen=True, slots=True)
class Planes:
    """The frames of one dataset, as stored.

    Parameters
    ----------
    path, dataset
        File and dataset name.
    shape
        Leading axes, y, x; the frame axis is the first, wherever it is stored.
    order
        Where each of these axes is stored.
    block
        How many frames one chunk spans along each leading axis.
    chunk
        Shape of a chunk; empty when the dataset has none.
    unwritten
        True for chunks that nobody has written, on the grid of chunks; None when all are there.
    sources
        Source files of a virtual dataset, None for any other.
    kept
        Decoded blocks, shared by the datasets of a stack.
    """

    path: Path
    dataset: str
    shape: tuple[int, ...]
    order: tuple[int, ...]
    block: tuple[int, ...]
    chunk: tuple[int, ...]
    unwritten: NDArray[np.bool_] | None
    sources: VirtualSources | None
    kept: DecodedBlocks

    def plane(self, position: tuple[int, ...]) -> NDArray[Any]:
        """Read the plane (y, x) at ``position`` of the leading axes, stored type.

        Raises
        ------
        OSError
            When it cannot be decoded.
        """
        if prod(self.block) == 1:
            return self._read(position)
        corner = tuple(p // b * b for p, b in zip(position, self.block, strict=True))
        extent = tuple(slice(c, c + b) for c, b in zip(corner, self.block, strict=True))
        key = (self.path, self.path.stat().st_mtime_ns, self.dataset, corner)
        whole = self.kept.get(key, lambda: self._read(extent))
        return np.asarray(whole[tuple(p - c for p, c in zip(position, corner, strict=True))])

    def missing(self, position: tuple[int, ...]) -> Mask | None:
        """Shape (y, x): True where nothing was written or no source is behind; None when all is there."""
        if self.sources is not None:
            return ~self.sources.covered(position, self.shape[-2:], self.order)
        if self.unwritten is None:
            return None
        tiles = self.unwritten[tuple(p // c for p, c in zip(position, self.chunk, strict=False))]
        for axis in (0, 1):
            tiles = np.repeat(tiles, self.chunk[axis - 2], axis=axis)
        return np.asarray(tiles[: self.shape[-2], : self.shape[-1]])

    def _read(self, leading: tuple[Any, ...]) -> NDArray[Any]:
        asked = dict(zip(self.order, (*leading, slice(None), slice(None)), strict=True))
        stored = [axis for axis in sorted(asked) if isinstance(asked[axis], slice)]
        wanted = [axis for axis in self.order if isinstance(asked[axis], slice)]
        with opened_hdf5(self.path) as file:
            pixels = np.asarray(file[self.dataset][tuple(asked[axis] for axis in sorted(asked))])
        return pixels.transpose([stored.index(axis) for axis in wanted])


def planes_of(path: Path, name: str, dataset: Dataset, kept: DecodedBlocks, *, frame_axis: int = 0) -> Planes:
    """Describe how the planes of ``dataset`` are read, frames along ``frame_axis``; no pixel is.

    Raises
    ------
    Refused
        When it has no frames, was never written or needs a filter that is not installed.
    """
    refuse_unreadable(f"{path}::{name}", dataset)
    order = tuple(int(axis) for axis in (frame_axis, *np.delete(np.arange(dataset.ndim), frame_axis)))
    stored_chunk = () if dataset.is_virtual else tuple(dataset.chunks or ())
    shape, chunk = (tuple(sides[axis] for axis in order) if sides else () for sides in (dataset.shape, stored_chunk))
    _refuse_impossible(f"{path}::{name}", shape)
    unwritten = _unwritten(dataset, stored_chunk) if chunk else None
    return Planes(
        path=path,
        dataset=name,
        shape=shape,
        order=order,
        block=_block(shape, chunk, order, kept.limit_bytes // dataset.dtype.itemsize),
        chunk=chunk,
        unwritten=None if unwritten is None else unwritten.transpose(order),
        sources=virtual_sources(path, name, dataset) if dataset.is_virtual else None,
        kept=kept,
    )


def refuse_unreadable(label: str, dataset: Dataset) -> None:
    """Refuse a dataset without frames, without written chunks or with a filter that is not installed."""
    if 0 in dataset.shape:
        raise Refused(
            found=f"{label} holds zero frames, its shape is {dataset.shape}",
            needed="at least one frame",
            remedy="choose another dataset, or wait until frames are written",
        )
    if stored_nothing(dataset):
        raise Refused(
            found=f"{label} is not written yet: space for {dataset.shape}, no stored pixel",
            needed="at least one written frame",
            remedy="wait for the writer, or choose another dataset",
        )
    if gone := [path for path in external_files(dataset) if not path.is_file()]:
        raise Refused(
            found=f"the pixels of {label} lie in {gone[0]}, which is absent",
            needed="that file, where HDF5 looks for it: in the folder in which the program was started",
            remedy="start the program in the folder of that file, or set HDF5_EXTFILE_PREFIX to it",
        )
    if not dataset.is_virtual:
        _refuse_missing_filter(label, dataset)


def external_files(dataset: Dataset) -> tuple[Path, ...]:
    """Files without a format of their own that hold the pixels, as HDF5 looks for them; mostly none."""
    folder = Path(os.environ.get(EXTERNAL_FOLDER, "").replace("${ORIGIN}", str(Path(dataset.file.filename).parent)))
    return tuple(folder / text_of(name) for name, _, _ in dataset.external or ())


def _refuse_impossible(label: str, shape: tuple[int, ...]) -> None:
    """Refuse what no detector writes: it would take the memory before it could be looked at."""
    frames, pixels = prod(shape[:-2]), prod(shape[-2:])
    if frames > MOST_FRAMES or pixels > MOST_PIXELS:
        raise Refused(
            found=f"{label} claims {frames} frames of {' x '.join(map(str, shape[-2:]))} pixels",
            needed=f"at most {MOST_FRAMES} frames of at most {MOST_PIXELS} pixels",
            remedy="choose another dataset, another frame axis with ?axis=, or copy the file again",
        )


def _refuse_missing_filter(label: str, dataset: Dataset) -> None:
    creation = dataset.id.get_create_plist()
    for number in range(creation.get_nfilters()):
        code, _, _, name = creation.get_filter(number)
        if not h5py.h5z.filter_avail(code):
            raise Refused(
                found=f"{label} is compressed with filter {code} ({name.decode() or 'unnamed'})",
                needed="that filter; those of the package hdf5plugin are installed and it is not among them",
                remedy="install the plugin of whoever wrote the file and point HDF5_PLUGIN_PATH to it",
            )


def stored_nothing(dataset: Dataset) -> bool:
    """Whether nobody has written a single pixel yet."""
    if dataset.is_virtual or dataset.external:
        return False
    if dataset.chunks is not None:
        return bool(dataset.id.get_num_chunks() == 0)
    return bool(dataset.id.get_storage_size() == 0)


def _block(shape: tuple[int, ...], chunk: tuple[int, ...], order: tuple[int, ...], limit: int) -> tuple[int, ...]:
    """How many frames are read at once along each leading axis, at most ``limit`` values."""
    single = (1,) * (len(shape) - 2)
    if not chunk and order != tuple(sorted(order)):  # neighbours in a file are pixels of different frames
        return (max(1, min(shape[0], BLOCK_FRAMES, limit // max(1, prod(shape[-2:])))), *single[1:])
    leading = chunk[:-2] or single
    return leading if prod(leading) * prod(shape[-2:]) <= limit else single


def _unwritten(dataset: Dataset, chunk: tuple[int, ...]) -> NDArray[np.bool_] | None:
    grid = tuple(-(-size // step) for size, step in zip(dataset.shape, chunk, strict=True))
    if dataset.id.get_num_chunks() == prod(grid):
        return None
    unwritten = np.ones(grid, bool)

    def mark(stored: Any) -> None:
        unwritten[tuple(o // c for o, c in zip(stored.chunk_offset, chunk, strict=True))] = False

    dataset.id.chunk_iter(mark)
    return unwritten
