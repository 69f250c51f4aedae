"""The signal of a result as whole photons: frames in the unit of the input in, integers out.

A missing pixel is the largest value of the type, as detectors write it; below zero is zero. 16 bits where all counts
fit in them, else 32.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.hdf5_tree import Dataset
from napari_unveil.frames.listing import size_text
from napari_unveil.frames.results import UNLIKE_TRAINING, NXdataWriter
from napari_unveil.types import Frame, Mask

SIGNAL = "signal"
SMALL, LARGE = np.dtype(np.uint16), np.dtype(np.uint32)
COMPARED_FRAMES = 8
"""Frames that are compressed unrounded as well, to know what rounding saves."""


@dataclass(slots=True)
class PhotonCounts:
    """The open file of a result in photons, whose signal is whole.

    Parameters
    ----------
    result
        The open file, begun for photons.
    photon
        One photon in the unit of the frames that come.
    tell
        Hears what rounding saved.
    """

    result: NXdataWriter
    photon: float
    tell: Callable[[str], None] = lambda _: None
    unrounded_bytes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._replace(SMALL)

    def write(self, name: str, index: int, frame: Frame | Mask) -> None:
        """Write one frame, as :meth:`NXdataWriter.write`; values in the unit of the input."""
        if name == UNLIKE_TRAINING:
            self.result.write(name, index, frame)
            return
        photons = (frame / np.float32(self.photon)).astype(np.float32)
        if name == SIGNAL:
            self._compare(index, photons)
            self._write_counts(index, photons)
        else:
            self.result.write(name, index, photons)

    def correlate_errors(self, correlation: float) -> None:
        """As :meth:`NXdataWriter.correlate_errors`."""
        self.result.correlate_errors(correlation)

    def close(self) -> None:
        """Say what rounding saved."""
        signal = self.result.data[SIGNAL]
        signal.file.flush()
        rounded, frames = signal.id.get_storage_size(), prod(signal.shape[:-2])
        unrounded = np.mean(self.unrounded_bytes) * frames if self.unrounded_bytes else 0
        self.tell(
            f"signal as whole photons ({signal.dtype}): {size_text(rounded)} on disk, "
            f"about {size_text(float(unrounded))} without rounding"
        )

    def _write_counts(self, index: int, photons: Frame) -> None:
        kind = self.result.data[SIGNAL].dtype
        counts = np.maximum(np.rint(photons.astype(np.float64)), 0)
        if kind == SMALL and np.any(counts >= _missing(SMALL)):
            self._replace(LARGE)
            kind = LARGE
        countable = counts < _missing(kind)
        self.result.write(SIGNAL, index, np.where(countable, counts, _missing(kind)).astype(kind))

    def _replace(self, kind: np.dtype[np.unsignedinteger]) -> None:
        """Make the signal a dataset of another type; what is in it goes over."""
        old = self.result.data[SIGNAL]
        parent, name = old.parent, old.name
        new = parent.create_dataset(
            f"{SIGNAL} of {kind}",
            old.shape,
            kind,
            chunks=old.chunks,
            fillvalue=_missing(kind),
            **hdf5plugin.Bitshuffle(cname="lz4"),
        )
        for key, value in old.attrs.items():
            new.attrs[key] = value
        _take_over(old, new)
        temporary = new.name
        del parent[name]
        parent.move(temporary, name)
        self.result.data[SIGNAL] = parent[name]

    def _compare(self, index: int, photons: Frame) -> None:
        frames = prod(self.result.data[SIGNAL].shape[:-2])
        if index % -(-frames // COMPARED_FRAMES):
            return
        with h5py.File("unrounded", "w", driver="core", backing_store=False) as file:
            stored = file.create_dataset(
                "frame", data=photons, chunks=photons.shape, **hdf5plugin.Bitshuffle(cname="lz4")
            )
            file.flush()
            self.unrounded_bytes.append(stored.id.get_storage_size())


def counts_of(frame: NDArray[np.unsignedinteger], kind: np.dtype[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """The same counts in another type; what is missing stays missing."""
    counts = frame.astype(kind)
    counts[frame == _missing(frame.dtype)] = _missing(kind)
    return counts


def _missing(kind: np.dtype[np.unsignedinteger]) -> int:
    return int(np.iinfo(kind).max)


def _take_over(old: Dataset, new: Dataset) -> None:
    if old.dtype.kind != "u":
        return
    for chunk in old.iter_chunks():
        new[chunk] = counts_of(old[chunk], new.dtype)
