"""Which pixels of a virtual dataset have a source behind them.

HDF5 fills the place of an absent source file with zeros and raises nothing: ask here before using a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import Dataset, look_up
from napari_unveil.types import Mask

SAME_FILE = "."
NUMBERED = "%b"
REMEMBERED_SOURCES = 4096


@dataclass(frozen=True, slots=True)
class Slab:
    """A regular selection: per axis, ``count`` blocks of ``block`` pixels every ``stride`` from ``start``."""

    start: tuple[int, ...]
    stride: tuple[int, ...]
    count: tuple[int, ...]
    block: tuple[int, ...]

    def holds(self, axis: int, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the positions along one axis are selected."""
        steps, within = np.divmod(positions - self.start[axis], self.stride[axis])
        return (steps >= 0) & (steps < self.count[axis]) & (within < self.block[axis])

    @property
    def stop(self) -> tuple[int, ...]:
        """One past the last selected position, per axis."""
        parts = zip(self.start, self.stride, self.count, self.block, strict=True)
        return tuple(start + stride * (count - 1) + block for start, stride, count, block in parts)


@dataclass(frozen=True, slots=True)
class VirtualSources:
    """Source files of a virtual dataset and where each one goes.

    Parameters
    ----------
    slabs, files, datasets
        One entry per mapping: where it goes, and the file (as written when absent) and dataset it comes from.
    first, stop
        Shape (mapping, axis): bounding boxes of ``slabs``.
    absent
        Names of source files that were not there at opening.
    """

    slabs: tuple[Slab, ...]
    files: tuple[Path, ...]
    datasets: tuple[str, ...]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    absent: tuple[str, ...]

    def covered(self, position: tuple[int, ...], frame_shape: tuple[int, ...]) -> Mask:
        """Shape (y, x): True where a readable source gives the pixels of the frame at ``position``."""
        covered = np.zeros(frame_shape, bool)
        for mapping in self._near(position):
            slab = self.slabs[mapping]
            here = all(slab.holds(axis, np.array(place)) for axis, place in enumerate(position))
            if here and source_is_readable(self.files[mapping], self.datasets[mapping]):
                y, x = (slab.holds(axis - 2, np.arange(frame_shape[axis])) for axis in (0, 1))
                covered |= y[:, None] & x[None, :]
        return covered

    def _near(self, position: tuple[int, ...]) -> NDArray[np.int64]:
        place = np.array(position, np.int64)
        leading = len(position)
        inside = (self.first[:, :leading] <= place) & (place < self.stop[:, :leading])
        return np.flatnonzero(inside.all(axis=1))


def virtual_sources(dataset: Dataset) -> VirtualSources:
    """Look the sources of a virtual dataset up; only the presence of their files is checked here."""
    host = Path(dataset.file.filename)
    names: dict[str, Path | None] = {}
    slabs, files, datasets = [], [], []
    for source in dataset.virtual_sources():
        name = source.file_name
        if name not in names:
            names[name] = _resolve(name, host)
        for slab in _slabs(source.vspace, dataset.shape):
            slabs.append(slab)
            files.append(names[name] or Path(name))
            datasets.append(source.dset_name)
    shape = (len(slabs), dataset.ndim)
    first = np.array([slab.start for slab in slabs], np.int64).reshape(shape)
    stop = np.array([slab.stop for slab in slabs], np.int64).reshape(shape)
    absent = tuple(name for name, path in names.items() if path is None)
    return VirtualSources(tuple(slabs), tuple(files), tuple(datasets), first, stop, absent)


def source_is_readable(path: Path, dataset: str) -> bool:
    """Whether a source dataset is there, and, when virtual itself, has all of its own sources."""
    try:
        return _is_readable(path, dataset, path.stat().st_mtime_ns)
    except OSError:
        return False


@lru_cache(maxsize=REMEMBERED_SOURCES)
def _is_readable(path: Path, dataset: str, _: int) -> bool:
    try:
        with opened_hdf5(path) as file:
            found = look_up(file, dataset)
            if not isinstance(found, h5py.Dataset):
                return False
            return not found.is_virtual or all(
                source_is_readable(file, name)
                for inner in [virtual_sources(found)]
                for file, name in zip(inner.files, inner.datasets, strict=True)
            )
    except Refused:
        return False


def _resolve(name: str, host: Path) -> Path | None:
    if name == SAME_FILE:
        return host
    written = Path(name)
    nearby = host.parent / (written.name if written.is_absolute() else written)
    tried = (written, nearby) if written.is_absolute() else (nearby, host.resolve().parent / written, written)
    if NUMBERED in name:
        return next((path for path in tried if path.parent.is_dir()), None)
    return next((path for path in tried if path.is_file()), None)


def _slabs(space: Any, shape: tuple[int, ...]) -> Iterator[Slab]:
    ones = (1,) * len(shape)
    if space.get_select_type() == h5py.h5s.SEL_ALL:
        yield Slab((0,) * len(shape), shape, ones, shape)
    elif space.is_regular_hyperslab():
        axes = zip(*space.get_regular_hyperslab(), shape, strict=True)
        start, stride, count, block = zip(*(_within(*axis) for axis in axes), strict=True)
        yield Slab(start, stride, count, block)
    else:
        for low, high in space.get_select_hyper_blocklist():
            size = tuple(int(b) - int(a) + 1 for a, b in zip(low, high, strict=True))
            yield Slab(tuple(map(int, low)), size, ones, size)


def _within(start: int, stride: int, count: int, block: int, size: int) -> tuple[int, int, int, int]:
    """Cut a selection along one axis to the present size; a single block gets itself as stride."""
    room = max(size - start, 0)
    count, block = min(count, -(-room // stride)) if count > 1 else count, min(block, room)
    return start, stride if count > 1 else max(block, 1), count, block
