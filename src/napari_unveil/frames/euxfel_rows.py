"""Where frames of a run go in files like those that they came from: one file for each module and sequence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.chunks import Planes
from napari_unveil.frames.euxfel_file import ModuleFile
from napari_unveil.frames.euxfel_frames import NOWHERE, RunTable
from napari_unveil.frames.euxfel_run import run_behind
from napari_unveil.frames.stack import FrameStack

FILE_NAME = re.compile(r"(?:RAW|CORR)-(?P<run>[A-Z]\d+)-.*-S(?P<sequence>\d+)$")
UNKNOWN_RUN = "R0000"
UNIT = "keV"
"""Whoever opens a corrected run takes its pixels for keV."""


@dataclass(frozen=True, slots=True, eq=False)
class ModuleRows:
    """What goes into one file.

    Parameters
    ----------
    name
        Of the file.
    source
        Name of the module, such as ``SPB_IRDA_JF4M/CORR/JNGFR01:daqOutput``.
    sequence
        Number of the sequence.
    trains
        Shape (row,): train number of each row, ascending.
    cell_numbers
        Shape (row, cell): number of the memory cell.
    masks, stored_rows
        Mask bits of the input, None without, and shape (row,): where they lie.
    """

    name: str
    source: str
    sequence: int
    trains: NDArray[np.int64]
    cell_numbers: NDArray[np.int64]
    masks: Planes | None
    stored_rows: NDArray[np.int64]

    def mask_bits(self, row: int, cell: int) -> NDArray[np.uint32] | None:
        """Mask of one frame as the input has it, shape (y, x); None where there is none or it cannot be decoded."""
        if self.masks is None:
            return None
        try:
            stored = int(self.stored_rows[row])
            return self.masks.plane((stored, cell) if len(self.masks.shape) == 4 else (stored,)).astype(np.uint32)
        except (OSError, RuntimeError):
            return None


@dataclass(frozen=True, slots=True, eq=False)
class RunRows:
    """Where each frame goes.

    Parameters
    ----------
    files
        What goes into each file.
    places
        Shape (entry, module, 2): number of the file and row in it; -1 where the module has no data.
    cells
        Memory cells of an entry.
    frame_shape
        Shape (y, x).
    """

    files: tuple[ModuleRows, ...]
    places: NDArray[np.int64]
    cells: int
    frame_shape: tuple[int, int]

    def place(self, index: int) -> tuple[int, int, int] | None:
        """File, row and cell of frame ``index`` in C order; None where the module has no data."""
        place, module = divmod(index, self.places.shape[1])
        entry, cell = divmod(place, self.cells)
        file, row = (int(number) for number in self.places[entry, module])
        return None if file == NOWHERE or cell >= self.files[file].cell_numbers.shape[1] else (file, row, cell)


def run_rows(stack: FrameStack, rows: range) -> RunRows:
    """Plan the files for ``rows``, positions along the first axis of a stack that was opened from a run.

    Raises
    ------
    Refused
        When the stack is not of a run, not in keV, or the rows tear the memory cells of a train apart.
    """
    if stack.unit != UNIT:
        raise Refused(
            found=f"the frames of {stack.address} are in {stack.unit or 'an unknown unit'}",
            needed=f"{UNIT}, as in every corrected run",
            remedy="calibrate with gains per keV, or write the result as NXdata: --layout nexus",
        )
    detector, parts, table = run_behind(stack)
    entries = _entries(rows, table, stack)
    places = np.full((len(entries), len(table.modules), 2), NOWHERE, np.int64)
    files: list[ModuleRows] = []
    for number, (part, (name, sequence)) in enumerate(zip(parts, _names(parts), strict=True)):
        column = table.modules.index(part.module)
        mine = np.flatnonzero(table.part[entries, column] == number)
        if not mine.size:
            continue
        places[mine, column] = np.stack([np.full(mine.size, len(files)), np.arange(mine.size)], axis=1)
        files.append(
            ModuleRows(
                name=name,
                source=f"{detector.split('/')[1]}/CORR/JNGFR{part.module:02}:daqOutput",
                sequence=sequence,
                trains=table.trains[entries[mine]],
                cell_numbers=table.cell_numbers[entries[mine], : part.cells],
                masks=part.masks,
                stored_rows=table.row[entries[mine], column],
            )
        )
    return RunRows(tuple(files), places, table.cells, parts[0].frame_shape)


def _entries(rows: range, table: RunTable, stack: FrameStack) -> NDArray[np.int64]:
    wanted = np.asarray(rows)
    entries = wanted[:: table.cells] // table.cells
    whole = entries[:, None] * table.cells + np.arange(table.cells)
    if not np.array_equal(whole.ravel(), wanted):
        raise Refused(
            found=f"frames {rows.start} to {rows.stop} of {stack.address} begin or end inside a train",
            needed=f"whole trains, of {table.cells} memory cells each",
            remedy=f"choose multiples of {table.cells}",
        )
    return entries


def _names(parts: Sequence[ModuleFile]) -> list[tuple[str, int]]:
    """Name and number of the sequence of each file; counted on where the input is not named after them."""
    known = [FILE_NAME.match(part.path.stem) for part in parts]
    sequences = [int(found["sequence"]) if found else NOWHERE for found in known]
    modules = [part.module for part in parts]
    if NOWHERE in sequences or len(set(zip(modules, sequences, strict=True))) < len(parts):
        sequences = [modules[:place].count(module) for place, module in enumerate(modules)]
    run = next((found["run"] for found in known if found), UNKNOWN_RUN)
    numbers = zip(modules, sequences, strict=True)
    return [(f"CORR-{run}-JNGFR{module:02}-S{sequence:05}.h5", sequence) for module, sequence in numbers]
