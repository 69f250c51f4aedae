"""Frames on disk in the NXdata layout: single frames in, one complete file out.

``/entry/data`` holds one dataset per name, float32, one frame a chunk, bitshuffle-lz4, NaN where not written; those
that mark pixels are uint8, 0 where not written. ``/entry/process`` says how they came about.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import NDArray

from napari_unveil import __version__
from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import ERRORS, Group, look_up, text_of
from napari_unveil.saving import refuse_full_disk, replacing
from napari_unveil.types import Frame, Mask

PROGRAM = "napari-unveil"
PROCESS = "/entry/process"
CORRELATION = "correlation"

INPUT_RANGE, WHOLE_RANGE = "input_range", "whole_range"
"""Positions along the first axis of the input: those in a file, and those that it and its sister parts share."""

Counts: TypeAlias = NDArray[np.unsignedinteger]

UNLIKE_TRAINING = "unlike_training"
"""Dataset that is 1 where a frame is unlike the training data of the model that separated it, else 0."""


@dataclass(frozen=True, slots=True)
class NXdataWriter:
    """The open file of a result; frames may come in any order."""

    path: Path
    data: Group

    def write(self, name: str, index: int | tuple[int, ...], frame: Frame | Mask | Counts) -> None:
        """Write one frame.

        Parameters
        ----------
        name
            Dataset, one of the ``names`` that the file was begun with.
        index
            Number in C order over the leading axes, or the position along them.
        frame
            Shape (y, x), in the unit of the file; True where pixels are marked.

        Raises
        ------
        Refused
            When the file has no such dataset or frame, or the shape differs.
        """
        if name not in self.data:
            raise _no_room(self.path, f"a frame for {name}", f"one of {', '.join(self.data)}")
        dataset = self.data[name]
        leading = dataset.shape[:-2]
        if frame.shape != dataset.shape[-2:]:
            raise _no_room(self.path, f"a frame of shape {frame.shape}", f"shape {dataset.shape[-2:]}")
        flat = index if isinstance(index, int | np.integer) else _flat(index, leading)
        if not 0 <= flat < prod(leading):
            raise _no_room(self.path, f"a frame at {index}", f"one of {prod(leading)} frames, shape {leading}")
        refuse_full_disk(self.path, dataset.dtype.itemsize * frame.size)
        dataset[np.unravel_index(flat, leading)] = frame

    def correlate_errors(self, correlation: float) -> None:
        """Say how standard errors e add up: with this correlation c of any two pixels, their attribute.

        A sum over pixels has the variance ``(1 - c) sum e^2 + c (sum e)^2``.
        """
        for name in self.data:
            if name.endswith(ERRORS):
                self.data[name].attrs[CORRELATION] = correlation


@contextmanager
def writing_nxdata(
    path: Path,
    *,
    stack_shape: tuple[int, ...],
    names: Sequence[str],
    unit: str,
    photon_energy_keV: float | None = None,
    coordinates: Mapping[str, NDArray[Any]] | None = None,
    process: Mapping[str, object] | None = None,
) -> Iterator[NXdataWriter]:
    """Write a file of frames; it appears when the block ends well and leaves nothing otherwise.

    Parameters
    ----------
    path
        The file to write.
    stack_shape
        Shape (leading axes, y, x) of each dataset.
    names
        Datasets; the first is the default signal, one that ends with ``_errors`` holds standard errors,
        and :data:`UNLIKE_TRAINING` marks pixels.
    unit
        Unit of the pixels, empty when unknown.
    photon_energy_keV
        Photon energy in keV, None when unknown.
    coordinates
        Arrays along the first axis.
    process
        How the frames came about: text is stored as it is, anything else as JSON.

    Raises
    ------
    Refused
        When the place cannot be written to or the shapes contradict each other.
    """
    along = dict(coordinates or {})
    _refuse_contradiction(path, stack_shape, along)
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        data, entry = begin_entry(file), file["entry"]
        _create_datasets(data, stack_shape, names, unit)
        write_coordinates(data, along, len(stack_shape))
        write_process(entry, process or {})
        if photon_energy_keV is not None:
            energy = _group(entry, "beam", "NXbeam").create_dataset("incident_energy", data=photon_energy_keV)
            energy.attrs["units"] = "keV"
        yield NXdataWriter(path, {name: data[name] for name in names})


def begin_entry(file: Group) -> Group:
    """Make the NXentry that an open file opens with by default, and give its NXdata, empty."""
    file.attrs["default"] = "entry"
    entry = _group(file, "entry", "NXentry")
    entry.attrs["default"] = "data"
    return _group(entry, "data", "NXdata")


def write_coordinates(data: Group, coordinates: Mapping[str, NDArray[Any]], ndim: int) -> None:
    """Write arrays along the first axis into an NXdata group of ``ndim`` axes, and name the axes."""
    for name, values in coordinates.items():
        data.create_dataset(name, data=values)
        data.attrs[f"{name}_indices"] = 0
    data.attrs["axes"] = [_first_axis(coordinates)] + ["."] * (ndim - 1)


def write_process(entry: Group, process: Mapping[str, object]) -> None:
    """Say in an open file how its content came about, with this program, its version and the date.

    Parameters
    ----------
    entry
        Group to write ``process`` into; :func:`read_process` looks in ``/entry``.
    process
        Text is stored as it is, anything else as JSON.
    """
    group = _group(entry, "process", "NXprocess")
    known = {
        "program": PROGRAM,
        "version": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    for name, value in {**known, **process}.items():
        group[name] = value if isinstance(value, str) else json.dumps(value, default=_plain)


def read_process(address: Address) -> dict[str, Any]:
    """Read back how the frames of a result came about; empty for files without ``/entry/process``."""
    with opened_hdf5(address.path) as file:
        process = look_up(file, PROCESS)
        if not isinstance(process, h5py.Group):
            return {}
        return {name: _decoded(text_of(process[name][()])) for name in process}


def read_error_correlation(address: Address) -> float:
    """The effective correlation of the errors in the dataset at ``address``; 0 where it is not said."""
    with opened_hdf5(address.path) as file:
        dataset = look_up(file, address.dataset or "")
        found = dataset.attrs.get(CORRELATION, 0.0) if isinstance(dataset, h5py.Dataset) else 0.0
        return float(found) if 0 <= found <= 1 else 0.0


def _create_datasets(data: Group, shape: tuple[int, ...], names: Sequence[str], unit: str) -> None:
    data.attrs["signal"] = names[0]
    beside = [name for name in names[1:] if not name.endswith(ERRORS)]
    if beside:
        data.attrs["auxiliary_signals"] = beside
    for name in names:
        marks = name == UNLIKE_TRAINING
        dataset = data.create_dataset(
            name,
            shape,
            np.uint8 if marks else np.float32,
            chunks=(1,) * (len(shape) - 2) + shape[-2:],
            fillvalue=0 if marks else np.nan,
            **hdf5plugin.Bitshuffle(cname="lz4"),
        )
        dataset.attrs["units"] = "" if marks else unit
        dataset.attrs["interpretation"] = "image"


def _first_axis(coordinates: Mapping[str, NDArray[Any]]) -> str:
    """Name the first coordinate that tells the frames apart, such as trainId with one frame a train."""
    return next((name for name, values in coordinates.items() if np.unique(values).size == len(values)), ".")


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else str(value)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _group(parent: Group, name: str, nexus_class: str) -> Group:
    group = parent.create_group(name)
    group.attrs["NX_class"] = nexus_class
    return group


def _flat(position: tuple[int, ...], leading: tuple[int, ...]) -> int:
    inside = len(position) == len(leading) and all(0 <= p < n for p, n in zip(position, leading, strict=True))
    return int(np.ravel_multi_index(position, leading)) if inside else -1


def _refuse_contradiction(path: Path, shape: tuple[int, ...], coordinates: Mapping[str, NDArray[Any]]) -> None:
    if len(shape) < 3 or 0 in shape:
        raise _no_room(path, f"a stack of shape {shape}", "at least one frame: (leading axes, y, x)")
    for name, values in coordinates.items():
        if np.shape(values) != shape[:1]:
            raise _no_room(path, f"{name} of shape {np.shape(values)}", f"one value per frame, {shape[:1]}")


def _no_room(path: Path, offered: str, needed: str) -> Refused:
    return Refused(
        found=f"{offered} does not fit {path}",
        needed=needed,
        remedy="write frames of the stack that the file was begun for",
    )
