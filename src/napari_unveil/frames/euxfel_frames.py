"""The frames of one Jungfrau detector over a run: files of modules and sequences in, one lazy stack out.

Trains are the union over modules; where a module has no data for a train the frame is NaN.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.calibration import Calibration, refuse_unfitting
from napari_unveil.frames.euxfel_file import ModuleFile
from napari_unveil.frames.exclusion import Exclusion, bits_in_words
from napari_unveil.frames.pixels import GAIN_APART, GAIN_IN_BITS, UNCALIBRATED, Pixels, RawWords
from napari_unveil.frames.stack import FrameStack, lazy_stack
from napari_unveil.types import Frame

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class RunTable:
    """Where the frames of a detector are.

    Parameters
    ----------
    modules
        Numbers of the modules, ascending.
    trains
        Shape (entry,): train number of each entry, ascending; a train with several rows has several entries.
    part, row
        Shape (entry, module): which file and which of its rows; -1 where the module has no data.
    cells
        Memory cells per entry.
    cell_numbers
        Shape (entry, cell): numbers of the memory cells.
    """

    modules: tuple[int, ...]
    trains: NDArray[np.int64]
    part: NDArray[np.int64]
    row: NDArray[np.int64]
    cells: int
    cell_numbers: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RunFrames:
    """Frames of one detector; ``parts`` are the files that ``table`` points into.

    ``calibration`` has the constants of raw frames, None where they stay as they are or are corrected already.
    """

    parts: tuple[ModuleFile, ...]
    table: RunTable
    bits: int
    calibration: Calibration | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Trains times cells, module (when there are several), y, x."""
        entries, modules = self.table.part.shape
        middle = (modules,) if modules > 1 else ()
        return (entries * self.table.cells, *middle, *self.parts[0].frame_shape)

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one module of one train and cell; NaN where it has no data or a mask bit is set."""
        entry, cell = divmod(position[0], self.table.cells)
        place = entry, position[1] if len(position) > 1 else 0
        part = self.parts[self.table.part[place]]
        if self.table.part[place] == NOWHERE or cell >= part.cells:
            return np.full(part.frame_shape, np.nan, np.float32)
        pixels = _pixels(part, self.bits, self.calibration)
        if pixels is None:
            return np.full(part.frame_shape, np.nan, np.float32)
        row = int(self.table.row[place])
        stored = (row, cell) if len(pixels.planes.shape) == 4 else (row,)
        return pixels.frame(stored, cell=cell, module=place[1])


def run_table(parts: Sequence[ModuleFile]) -> RunTable:
    """Arrange the rows of all files by train and module.

    Raises
    ------
    Refused
        When no module has data for any train.
    """
    modules = tuple(sorted({part.module for part in parts}))
    trains, rows_per_train = _union(parts)
    start = np.cumsum(rows_per_train) - rows_per_train
    entries, cells = int(rows_per_train.sum()), max(part.cells for part in parts)
    table = RunTable(
        modules=modules,
        trains=np.repeat(trains, rows_per_train),
        part=np.full((entries, len(modules)), NOWHERE, np.int64),
        row=np.full((entries, len(modules)), NOWHERE, np.int64),
        cells=cells,
        cell_numbers=np.full((int(rows_per_train.sum()), max(part.cells for part in parts)), NOWHERE, np.int64),
    )
    for number, part in enumerate(parts):
        _enter(table, number, part, start[np.searchsorted(trains, part.trains)])
    _number_unnamed_cells(table)
    return table


def run_stack(
    parts: Sequence[ModuleFile],
    address: Address,
    *,
    bits: int,
    calibration: Calibration | None = None,
    warnings: Sequence[str] = (),
) -> FrameStack:
    """Build the lazy stack of one detector.

    Raises
    ------
    Refused
        When no module has data, modules differ in shape, or constants are of another detector.
    """
    _refuse_mixed_shapes(parts, address)
    table = run_table(parts)
    used = None if parts[0].is_corrected else calibration
    if used is not None:
        refuse_unfitting(used, frame_shape=parts[0].frame_shape, modules=len(table.modules), cells=table.cells)
    pixels = [part.pixels for part in parts if part.pixels is not None]
    behind = [each.sources for each in pixels if each.sources is not None]
    return FrameStack(
        data=lazy_stack(RunFrames(tuple(parts), table, bits, used)),
        axes=axes_of_table(table),
        unit=unit_of(parts) if used is None else used.unit,
        photon_energy_keV=None,
        address=address,
        coordinates={
            "trainId": np.repeat(table.trains, table.cells).astype(np.uint64),
            "cellId": table.cell_numbers.ravel().astype(np.int32),
        },
        warnings=(*warnings, *table_warnings(parts, table, used)),
        sources=(
            *dict.fromkeys(part.path for part in parts),
            *dict.fromkeys(path for each in behind for path in each.files),
            *(used.files if used else ()),
        ),
        absent=tuple(dict.fromkeys(name for each in behind for name in each.absent)),
        exclusions=tuple(_exclusions(parts, bits)),
        uncalibrated=not parts[0].is_corrected and used is None,
        calibration=used.origin if used else (),
    )


def _exclusions(parts: Sequence[ModuleFile], bits: int) -> Iterator[str]:
    if any(part.masks is not None for part in parts):
        yield f"mask of each frame beside the pixels, {bits_in_words(bits)}"
    if not parts[0].is_corrected:
        yield "raw words that are saturated or in no gain stage"


def axes_of_table(table: RunTable) -> tuple[str, ...]:
    """``train`` with one cell and one row per train, else ``frame``; ``module`` where there are several."""
    one_frame_per_train = table.cells == 1 and np.unique(table.trains).size == table.trains.size
    middle = ("module",) if len(table.modules) > 1 else ()
    return ("train" if one_frame_per_train else "frame", *middle, "y", "x")


def unit_of(parts: Sequence[ModuleFile]) -> str:
    """Give keV when corrected, ADU when raw."""
    return "keV" if parts[0].is_corrected else "ADU"


def table_warnings(
    parts: Sequence[ModuleFile], table: RunTable, calibration: Calibration | None = None
) -> Iterator[str]:
    """Say what the user has to know: raw words, missing trains, missing masks."""
    if not parts[0].is_corrected:
        if calibration is None:
            yield UNCALIBRATED.format(gain=GAIN_APART if any(part.gains for part in parts) else GAIN_IN_BITS)
    elif any(part.pixels is not None and part.masks is None for part in parts):
        yield "corrected without a mask: bad pixels are not excluded"
    total = np.unique(table.trains).size
    for module, column in zip(table.modules, table.part.T, strict=True):
        missing = total - np.unique(table.trains[column != NOWHERE]).size
        if missing:
            yield f"module {module} has no data for {missing} of {total} trains, they are NaN"
    for part in parts:
        if part.pixels is not None and part.pixels.unwritten is not None:
            yield f"{part.path.name}: some chunks were never written, their pixels are NaN"
        if part.pixels is not None and part.pixels.sources is not None and part.pixels.sources.absent:
            yield f"{part.path.name}: source files are absent: {', '.join(part.pixels.sources.absent)}"


def total_bytes(parts: Sequence[ModuleFile]) -> int:
    """Size of the files together."""
    paths: set[Path] = {part.path for part in parts}
    return sum(path.stat().st_size for path in paths)


def _union(parts: Sequence[ModuleFile]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    every = np.concatenate([part.trains for part in parts])
    trains, places = np.unique(every, return_inverse=True)
    if not trains.size:
        raise Refused(
            found=f"no train has data of {parts[0].detector} in {parts[0].path.parent}",
            needed="at least one train with a frame",
            remedy="choose another run or detector",
        )
    rows = np.zeros(trains.size, np.int64)
    np.maximum.at(rows, places, np.concatenate([part.count for part in parts]))
    return trains, rows


def _enter(table: RunTable, number: int, part: ModuleFile, entry: NDArray[np.int64]) -> None:
    """Write where ``part`` has its rows; the first file wins where two have the same train."""
    column = table.modules.index(part.module)
    for step in range(int(part.count.max(initial=0))):
        held = part.count > step
        held[held] &= table.part[entry[held] + step, column] == NOWHERE
        places, rows = entry[held] + step, part.first[held] + step
        table.part[places, column] = number
        table.row[places, column] = rows
        if part.cell_numbers is not None:
            table.cell_numbers[places, : part.cells] = part.cell_numbers[rows]


def _number_unnamed_cells(table: RunTable) -> None:
    unnamed = table.cell_numbers == NOWHERE
    table.cell_numbers[unnamed] = np.broadcast_to(np.arange(table.cells), unnamed.shape)[unnamed]


def _refuse_mixed_shapes(parts: Sequence[ModuleFile], address: Address) -> None:
    shapes = sorted({part.frame_shape for part in parts})
    if len(shapes) > 1:
        raise Refused(
            found=f"the modules of {address} have the shapes {', '.join(map(str, shapes))}",
            needed="one shape for all",
            remedy="open their files one by one",
        )


def _pixels(part: ModuleFile, bits: int, calibration: Calibration | None) -> Pixels | None:
    if part.pixels is None:
        return None
    raw = None if part.is_corrected else RawWords(part.gains, calibration)
    return Pixels(part.pixels, Exclusion(), part.masks, bits, raw)
