"""Frames in the layout of a corrected European XFEL run: single frames in, a folder out that EXtra-data opens.

``data.adc`` holds the signal, its siblings such as ``data.noise`` the rest; float32, one frame a chunk, not compressed,
as every reader has it. ``data.mask`` keeps the bits of the input; pixels without a value are marked VALUE_IS_NAN.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np

from napari_unveil import __version__
from napari_unveil.frames.euxfel_rows import UNIT, ModuleRows, RunRows
from napari_unveil.frames.exclusion import MASK_BITS
from napari_unveil.frames.hdf5_tree import ERRORS, Group
from napari_unveil.frames.results import CORRELATION, PROGRAM, UNLIKE_TRAINING, write_process
from napari_unveil.saving import refuse_full_disk, replacing_folder
from napari_unveil.types import Frame, Mask

SIGNAL, SIGNAL_KEY, MASK_KEY = "signal", "adc", "mask"
FORMAT_VERSION = "1.0"
MISSING = np.uint32(1 << MASK_BITS["VALUE_IS_NAN"])
MOST_OPEN = 64
"""Files that are open at once."""

SMALL = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
"""Masks and marks are nearly empty."""


@dataclass(frozen=True, slots=True)
class RunWriter:
    """The open folder of a run; frames may come in any order."""

    folder: Path
    rows: RunRows
    opened: "OrderedDict[int, h5py.File]" = field(default_factory=OrderedDict)

    def write(self, name: str, index: int, frame: Frame | Mask) -> None:
        """Write one frame; what a module has no data for goes nowhere.

        Parameters
        ----------
        name
            One of the ``names`` that the run was begun with.
        index
            Number in C order over the leading axes.
        frame
            Shape (y, x), keV; True where pixels are marked.
        """
        place = self.rows.place(index)
        if place is None:
            return
        number, row, cell = place
        rows, data = self.rows.files[number], self._data(number)
        refuse_full_disk(self.folder, 2 * frame.nbytes)
        data[key_of(name)][row, cell] = frame
        if name == SIGNAL:
            known = rows.mask_bits(row, cell)
            missing = np.where(np.isnan(frame), MISSING, np.uint32(0))
            data[MASK_KEY][row, cell] = missing if known is None else missing | known

    def correlate_errors(self, correlation: float) -> None:
        """Say how standard errors add up, as :meth:`napari_unveil.frames.results.NXdataWriter.correlate_errors`."""
        for number in range(len(self.rows.files)):
            data = self._data(number)
            for key in data:
                if key.endswith(ERRORS):
                    data[key].attrs[CORRELATION] = correlation

    def close(self) -> None:
        """Close every file."""
        while self.opened:
            self.opened.popitem()[1].close()

    def _data(self, number: int) -> Group:
        rows = self.rows.files[number]
        if number not in self.opened:
            while len(self.opened) >= MOST_OPEN:
                self.opened.popitem(last=False)[1].close()
            self.opened[number] = h5py.File(self.folder / rows.name, "r+")
        self.opened.move_to_end(number)
        return self.opened[number][f"INSTRUMENT/{rows.source}/data"]


@contextmanager
def writing_run(
    folder: Path, *, rows: RunRows, names: Sequence[str], process: Mapping[str, object] | None = None
) -> Iterator[RunWriter]:
    """Write the folder of a run; it appears when the block ends well and leaves nothing otherwise.

    Parameters
    ----------
    folder
        The folder to make.
    rows
        Which frames go into which files.
    names
        Datasets, ``signal`` among them; one that ends with ``_errors`` holds standard errors.
    process
        How the frames came about, kept in every file.

    Raises
    ------
    Refused
        When the folder is in use or cannot be written.
    """
    with replacing_folder(folder) as partial:
        for file in rows.files:
            _begin(partial / file.name, file, rows.frame_shape, names, process or {})
        writer = RunWriter(partial, rows)
        try:
            yield writer
        finally:
            writer.close()


def key_of(name: str) -> str:
    """Key below ``data`` of a dataset of a result: ``adc`` for the signal, its own name for any other."""
    return SIGNAL_KEY if name == SIGNAL else name


def _begin(
    path: Path,
    rows: ModuleRows,
    frame_shape: tuple[int, int],
    names: Sequence[str],
    process: Mapping[str, object],
) -> None:
    refuse_full_disk(path, 0)
    with h5py.File(path, "w") as file:
        _write_metadata(file, rows)
        _write_index(file, rows)
        data = file.create_group(f"INSTRUMENT/{rows.source}/data")
        shape = (*rows.cell_numbers.shape, *frame_shape)
        chunks = (1, 1, *frame_shape)
        for name in names:
            if name == UNLIKE_TRAINING:
                data.create_dataset(key_of(name), shape, np.uint8, chunks=chunks, fillvalue=0, **SMALL)
                continue
            made = data.create_dataset(key_of(name), shape, np.float32, chunks=chunks, fillvalue=np.nan)
            made.attrs["units"] = UNIT
        data.create_dataset(MASK_KEY, shape, np.uint32, chunks=chunks, fillvalue=MISSING, **SMALL)
        data["memoryCell"] = rows.cell_numbers.astype(np.uint8)
        data["trainId"] = rows.trains.astype(np.uint64)
        entry = file.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        write_process(entry, process)


def _write_metadata(file: Group, rows: ModuleRows) -> None:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    device = f"{rows.source}/data"
    file.create_group("CONTROL")
    file.create_group("RUN")
    metadata = file.create_group("METADATA")
    for name, text in {
        "dataFormatVersion": FORMAT_VERSION,
        "creationDate": now,
        "updateDate": now,
        "daqLibrary": f"{PROGRAM} {__version__}",
        "dataSources/dataSourceId": f"INSTRUMENT/{device}",
        "dataSources/root": "INSTRUMENT",
        "dataSources/deviceId": device,
    }.items():
        metadata[name] = np.array([text.encode()])
    metadata["sequenceNumber"] = np.array([rows.sequence], np.uint32)


def _write_index(file: Group, rows: ModuleRows) -> None:
    trains, first, count = np.unique(rows.trains, return_index=True, return_counts=True)
    file["INDEX/trainId"] = trains.astype(np.uint64)
    file["INDEX/flag"] = np.ones(trains.size, np.int32)
    file[f"INDEX/{rows.source}/data/first"] = first.astype(np.uint64)
    file[f"INDEX/{rows.source}/data/count"] = count.astype(np.uint64)
