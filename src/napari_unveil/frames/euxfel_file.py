"""One file of a European XFEL run in, the Jungfrau modules in it out: which rows belong to which train.

Rows belong to trains through ``INDEX/<source>/data/{first,count}``, never through their order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.chunks import DecodedBlocks, Planes, planes_of, stored_nothing
from napari_unveil.frames.hdf5_tree import Dataset, Group, look_up

MODULE_SOURCE = re.compile(r"(?:JNGFR|MODULE_|RECEIVER-)(\d+):(?:daqOutput|output)$")
SUBSYSTEMS = ("DET", "CORR")
CORRECTED_KIND = "f"


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """The frames of one module in one file.

    Parameters
    ----------
    path
        The file.
    detector
        Name and subsystem, such as ``/SPB_IRDA_JF4M/CORR``.
    module
        Number of the module, as in its name.
    trains, first, count
        Shape (train,): train number, its first row, how many rows it has; trains without rows are left out.
    cells
        Memory cells per row.
    frame_shape
        Shape (y, x).
    dtype
        Type of the stored pixels: floating point when corrected (keV), integers when raw.
    pixels, masks
        How pixels and mask bits are read; None when there is no row, or no mask.
    cell_numbers
        Shape (row, cell): number of the memory cell, None when it is not stored.
    gains
        How the gain is read where it has a dataset of its own; None: bits 15-14 of raw words, or no row.
    """

    path: Path
    detector: str
    module: int
    trains: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    cells: int
    frame_shape: tuple[int, int]
    dtype: np.dtype[Any]
    pixels: Planes | None
    masks: Planes | None
    cell_numbers: NDArray[np.int64] | None
    gains: Planes | None

    @property
    def is_corrected(self) -> bool:
        """Whether the pixels are calibrated, in keV."""
        return self.dtype.kind == CORRECTED_KIND


def module_files(file: Group, path: Path, kept: DecodedBlocks) -> list[ModuleFile]:
    """Describe the modules of an open file; soft links (older names of the same data) are passed over.

    Raises
    ------
    Refused
        When a module is there but its rows cannot be read or tied to trains.
    """
    return [_module_file(file, path, source, kept) for source in _sources(file)]


def has_modules(file: Group) -> bool:
    """Whether the file is of a European XFEL run and holds Jungfrau modules."""
    return "INDEX" in file and any(True for _ in _sources(file))


def _sources(file: Group) -> Iterator[str]:
    """Names such as ``SPB_IRDA_JF4M/CORR/JNGFR01:daqOutput`` that are no links and hold pixels."""
    root = look_up(file, "INSTRUMENT")
    for detector in _own_groups(root):
        for subsystem in _own_groups(root[detector]):
            if subsystem not in SUBSYSTEMS:
                continue
            for name in _own_groups(root[detector][subsystem]):
                source = f"{detector}/{subsystem}/{name}"
                if MODULE_SOURCE.match(name) and isinstance(look_up(root, f"{source}/data/adc"), h5py.Dataset):
                    yield source


def _own_groups(group: Any) -> list[str]:
    if not isinstance(group, h5py.Group):
        return []
    hard = [name for name in group if isinstance(group.get(name, getlink=True), h5py.HardLink)]
    return [name for name in hard if group.get(name, getclass=True) is h5py.Group]


def _module_file(file: Group, path: Path, source: str, kept: DecodedBlocks) -> ModuleFile:
    data = file[f"INSTRUMENT/{source}/data"]
    pixels = data["adc"]
    _refuse_odd_shape(path, pixels)
    trains, first, count = _rows_of_trains(file, path, source, pixels.shape[0])
    detector, subsystem, name = source.split("/")
    number = MODULE_SOURCE.match(name)
    return ModuleFile(
        path=path,
        detector=f"/{detector}/{subsystem}",
        module=int(number[1]) if number else 0,
        trains=trains,
        first=first,
        count=count,
        cells=pixels.shape[1] if pixels.ndim == 4 else 1,
        frame_shape=pixels.shape[-2:],
        dtype=pixels.dtype,
        pixels=planes_of(path, pixels.name, pixels, kept) if trains.size else None,
        masks=_beside(path, data, "mask", kept) if trains.size else None,
        cell_numbers=_cell_numbers(data, pixels),
        gains=_beside(path, data, "gain", kept) if trains.size else None,
    )


def _refuse_odd_shape(path: Path, pixels: Dataset) -> None:
    if pixels.ndim not in (3, 4):
        raise Refused(
            found=f"{path}::{pixels.name} has the shape {pixels.shape}",
            needed="(rows, y, x) or (rows, memory cells, y, x)",
            remedy="open another dataset of the file by name",
        )


def _rows_of_trains(
    file: Group, path: Path, source: str, rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    found = [look_up(file, name) for name in _index_names(source)]
    if not all(isinstance(dataset, h5py.Dataset) for dataset in found):
        raise Refused(
            found=f"{path} has no {' or no '.join(_index_names(source))}",
            needed="the index that ties rows to trains",
            remedy="open the dataset by name to see the rows in the order of the file",
        )
    trains, first, count = (dataset[()].astype(np.int64) for dataset in found)
    known = min(trains.size, first.size, count.size)
    trains, first, count = trains[:known], first[:known], count[:known]
    held = (trains > 0) & (count > 0) & (first + count <= rows)
    return trains[held], first[held], count[held]


def _index_names(source: str) -> tuple[str, str, str]:
    return "/INDEX/trainId", f"/INDEX/{source}/data/first", f"/INDEX/{source}/data/count"


def _beside(path: Path, data: Group, name: str, kept: DecodedBlocks) -> Planes | None:
    """Masks or gains of each pixel, None where nobody wrote any."""
    found = look_up(data, name)
    if not isinstance(found, h5py.Dataset) or found.shape != data["adc"].shape or stored_nothing(found):
        return None
    return planes_of(path, found.name, found, kept)


def _cell_numbers(data: Group, pixels: Dataset) -> NDArray[np.int64] | None:
    cells = pixels.shape[1] if pixels.ndim == 4 else 1
    numbers = look_up(data, "memoryCell")
    if not isinstance(numbers, h5py.Dataset) or numbers.size != pixels.shape[0] * cells:
        return None
    return np.asarray(numbers[()], np.int64).reshape(-1, cells)
