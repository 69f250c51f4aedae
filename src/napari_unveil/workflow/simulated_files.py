"""What simulations are called on disk, by kind, and HDF5 files in layouts of other programs that are written whole."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import write_process
from napari_unveil.saving import refuse_full_disk, replacing

XRAY_FILE, FULL_FILE, PAIRS_FILE, FOAM_FILE, TRUTH_FILE = "xray.h5", "full.h5", "pairs.h5", "foam.h5", "truth.h5"
FILES = {
    "beamtime": (XRAY_FILE, FULL_FILE, TRUTH_FILE),
    "pairs": (PAIRS_FILE, TRUTH_FILE),
    "foam": (FOAM_FILE, TRUTH_FILE),
}
"""Files of each kind of simulation; what is in the last one belongs to the others."""

COUNTS = np.uint32
"""Stored type of counts."""


def refuse_other_kind(folder: Path, kind: str) -> None:
    """Refuse a folder with measurements of another kind, whose truth would be replaced.

    Raises
    ------
    Refused
        With the file that was found.
    """
    others = [name for files in FILES.values() for name in files if name not in FILES[kind]]
    found = next((folder / name for name in others if (folder / name).exists()), None)
    if found is not None:
        raise Refused(
            found=f"{found} is there, a simulation of another kind, and its truth would be replaced",
            needed="a folder for each kind",
            remedy="choose another folder",
        )


@dataclass(frozen=True, slots=True)
class CountsWriter:
    """An open HDF5 file of counts in the layout of another program."""

    path: Path
    file: Any

    def create(self, name: str, shape: tuple[int, ...], *, frame_axis: int) -> None:
        """Begin a dataset of frames along ``frame_axis``: a frame a chunk, compressed so that any HDF5 reads it."""
        chunks = tuple(1 if axis == frame_axis else side for axis, side in enumerate(shape))
        options = {"chunks": chunks, "compression": "gzip", "compression_opts": 1, "shuffle": True}
        self.file.create_dataset(name, shape, COUNTS, **options).attrs["units"] = "counts"

    def write(self, name: str, where: Any, counts: NDArray[np.float32]) -> None:
        """Write counts, whole numbers, to the part ``where`` of a dataset."""
        refuse_full_disk(self.path, np.dtype(COUNTS).itemsize * counts.size)
        self.file[name][where] = counts.astype(COUNTS)


@contextmanager
def writing_counts(path: Path, *, process: Mapping[str, object]) -> Iterator[CountsWriter]:
    """Write an HDF5 file that says in ``/entry/process`` how it came about; it appears when the block ends well.

    Raises
    ------
    Refused
        When the place cannot be written to.
    """
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        write_process(file.create_group("entry"), process)
        yield CountsWriter(path, file)
