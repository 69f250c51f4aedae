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
REMEMBERED_SOURCES, REMEMBERED_DATASETS = 4096, 16


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


@dataclass(frozen=True, slots=True)
class VirtualSources:
    """Source files of a virtual dataset; where each one goes is looked up at the first frame.

    Parameters
    ----------
    path, dataset
        The file and the name under which the virtual dataset was opened.
    files
        Source files, each once, as written when absent.
    absent
        Names of source files that were not there at opening.
    """

    path: Path
    dataset: str
    files: tuple[Path, ...]
    absent: tuple[str, ...]

    def covered(self, position: tuple[int, ...], frame_shape: tuple[int, ...], order: tuple[int, ...]) -> Mask:
        """Shape (y, x): True where a readable source gives the pixels of the frame at ``position``.

        ``order`` says where the leading axes, y and x are stored.
        """
        covered, mappings = np.zeros(frame_shape, bool), mappings_of(self.path, self.dataset).ordered(order)
        for mapping in mappings.near(position):
            slab = mappings.slab(mapping)
            here = all(slab.holds(axis, np.array(place)) for axis, place in enumerate(position))
            if here and source_is_readable(mappings.files[mapping], mappings.datasets[mapping]):
                y, x = (slab.holds(axis - 2, np.arange(frame_shape[axis])) for axis in (0, 1))
                covered |= y[:, None] & x[None, :]
        return covered


@dataclass(frozen=True, slots=True, eq=False)
class Mappings:
    """Where the sources of a virtual dataset go.

    Parameters
    ----------
    slabs
        Shape (mapping, 4, axis): start, stride, count and block of the selections that they fill.
    stop
        Shape (mapping, axis): one past the last selected position.
    files, datasets
        One entry per mapping: the file (as written when absent) and dataset it comes from.
    """

    slabs: NDArray[np.int64]
    stop: NDArray[np.int64]
    files: tuple[Path, ...]
    datasets: tuple[str, ...]

    def slab(self, mapping: int) -> Slab:
        """The selection that a mapping fills."""
        return Slab(*(tuple(map(int, part)) for part in self.slabs[mapping]))

    def ordered(self, order: tuple[int, ...]) -> "Mappings":
        """The same with the axes in another order."""
        if order == tuple(sorted(order)):
            return self
        return Mappings(self.slabs[..., list(order)], self.stop[:, list(order)], self.files, self.datasets)

    def near(self, position: tuple[int, ...]) -> list[int]:
        """Mappings whose bounding boxes hold a place along the leading axes."""
        place, leading = np.array(position, np.int64), len(position)
        inside = (self.slabs[:, 0, :leading] <= place) & (place < self.stop[:, :leading])
        return [int(mapping) for mapping in np.flatnonzero(inside.all(axis=1))]


def virtual_sources(path: Path, name: str, dataset: Dataset) -> VirtualSources:
    """Look the source files of a virtual dataset up; only their presence is checked here.

    Of 25 000 sources the names alone take 0.1 s; h5py's ``dataset.virtual_sources()`` takes 15 times as long.
    """
    places = _places(_names(dataset.id.get_create_plist()), Path(dataset.file.filename))
    absent = tuple(source for source, place in places.items() if place is None)
    return VirtualSources(path, name, tuple(place or Path(source) for source, place in places.items()), absent)


def mappings_of(path: Path, name: str) -> Mappings:
    """Where the sources of a virtual dataset go, read once as long as its file does not change."""
    return _mappings(path, name, path.stat().st_mtime_ns)


@lru_cache(maxsize=REMEMBERED_DATASETS)
def _mappings(path: Path, name: str, _: int) -> Mappings:
    with opened_hdf5(path) as file:
        dataset = file[name]
        created = dataset.id.get_create_plist()
        names = _names(created)
        places = _places(names, Path(dataset.file.filename))
        slabs, files, datasets = [], [], []
        for mapping, source in enumerate(names):
            for slab in _slabs(created.get_virtual_vspace(mapping), dataset.shape):
                slabs.append(slab)
                files.append(places[source] or Path(source))
                datasets.append(created.get_virtual_dsetname(mapping))
        cut = _within(np.array(slabs, np.uint64).astype(np.int64).reshape(-1, 4, dataset.ndim), dataset.shape)
        start, stride, count, block = cut.transpose(1, 0, 2)
        return Mappings(cut, start + stride * (count - 1) + block, tuple(files), tuple(datasets))


def _names(created: Any) -> list[str]:
    """The name of the source file of each mapping."""
    return [created.get_virtual_filename(mapping) for mapping in range(created.get_virtual_count())]


def _places(names: list[str], host: Path) -> dict[str, Path | None]:
    """The source files of a virtual dataset by their names, None where absent."""
    return {name: _resolve(name, host) for name in dict.fromkeys(names)}


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
            if not found.is_virtual:
                return True
            inner = mappings_of(path, dataset)
            return all(map(source_is_readable, inner.files, inner.datasets))
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


def _slabs(space: Any, shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Start, stride, count and block of each part of a selection."""
    ones = (1,) * len(shape)
    if space.get_select_type() == h5py.h5s.SEL_ALL:
        yield (0,) * len(shape), shape, ones, shape
    elif space.is_regular_hyperslab():
        yield space.get_regular_hyperslab()
    else:
        for low, high in space.get_select_hyper_blocklist():
            size = tuple(int(b) - int(a) + 1 for a, b in zip(low, high, strict=True))
            yield low, size, ones, size


def _within(slabs: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Cut selections (mapping, 4, axis) to the present shape; a single block gets itself as stride.

    Selections without end have counts or blocks of 2**64 - 1, which read as -1 here.
    """
    start, stride, count, block = slabs.transpose(1, 0, 2)
    room = np.maximum(np.array(shape) - start, 0)
    endless = np.iinfo(np.int64).max
    count, block = np.where(count < 0, endless, count), np.where(block < 0, endless, block)
    several = count > 1
    count = np.where(several, np.minimum(count, -(-room // stride)), count)
    block = np.minimum(block, room)
    stride = np.where(count > 1, stride, np.maximum(block, 1))
    return np.stack([start, stride, count, block], axis=1)
