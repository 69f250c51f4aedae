"""Tomography files: an address enters, lazy projections with their angles, flats and darks leave.

Opens Data Exchange (``/exchange/data``, ``data_white``, ``data_dark``, ``theta``) and NXtomo (``image_key``: 0
projection, 1 flat, 2 dark, 3 invalid; ``rotation_angle``).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import detector
from napari_unveil.frames.address import Address
from napari_unveil.frames.chunks import DecodedBlocks, Planes, external_files, planes_of
from napari_unveil.frames.exclusion import exclusion_for
from napari_unveil.frames.hdf5_file import DAMAGE, damage_is_refused, looks_like_hdf5, opened_hdf5
from napari_unveil.frames.hdf5_tree import Dataset, Group, text_of
from napari_unveil.frames.pixels import Pixels
from napari_unveil.frames.projections import (
    HALF_TURN_DEG,
    Projections,
    gaps_in_words,
    refuse_bad_angles,
    refuse_other_shape,
)
from napari_unveil.frames.projections_layout import DATA_EXCHANGE, Layout, find_layout
from napari_unveil.types import Frame, Indices

PROJECTION, FLAT, DARK = 0, 1, 2
"""Values of the image key."""

BAND_BYTES = 128 * 2**20
"""Stored rows that are read and kept together take no more than this, one row at least."""
ROWS_TOGETHER = 16
"""Rows that are read together where a file has no chunks."""

NO_DARKS = "there are no darks (frames without beam): nothing is subtracted from the counts"
NO_ANGLES = "the file has no theta: angles are taken evenly from 0 to 180 degrees, 180 left out"


@dataclass(frozen=True, slots=True, eq=False)
class RowsOfFrames:
    """One row out of each of the chosen frames of a dataset.

    Parameters
    ----------
    pixels
        The dataset with its rows as leading axis.
    chosen
        Shape (n,): the frames.
    """

    pixels: Pixels
    chosen: Indices

    def __call__(self, row: int) -> Frame:
        """Read it, shape (frame, x), NaN where missing."""
        return np.asarray(self.pixels.frame((row,))[self.chosen])


def looks_like_projections(address: Address) -> bool:
    """Whether an address is of a tomography, whatever may be missing in it; False where it cannot be read."""
    try:
        path = _single(address)
        if not path.is_file() or not looks_like_hdf5(path):
            return False
        with opened_hdf5(path) as file:
            return find_layout(file, address.dataset) is not None
    except (Refused, *DAMAGE):
        return False


def open_projections(address: Address) -> Projections:
    """Open the projections of a tomography; only angles and image keys are read yet.

    Raises
    ------
    Refused
        When the file holds no tomography, or one without flats, without angles for each projection, or with a
        single projection.
    """
    path = _single(address)
    with damage_is_refused(path), opened_hdf5(path) as file:
        layout = find_layout(file, address.dataset)
        if layout is None:
            raise Refused(
                found=f"{address} holds no projections of a tomography",
                needed="Data Exchange (/exchange/data with data_white, data_dark and theta) or NXtomo (image_key)",
                remedy="choose another file, or open it as frames",
            )
        opened = replace(address, path=path, dataset=layout.projections, also=())
        return (_open_data_exchange if layout.form == DATA_EXCHANGE else _open_nxtomo)(file, opened, layout)


def _open_data_exchange(file: Group, address: Address, layout: Layout) -> Projections:
    data = file[layout.projections]
    count = data.shape[0]
    angles = np.arange(count) * (HALF_TURN_DEG / max(count, 1))
    if layout.angles:
        angles = _in_degrees(file[layout.angles])
    read = _row_reader(address.path, layout.projections, data)
    flats, darks = (
        _beside(file, address, name, what) or read(np.empty(0, np.int64))
        for what, name in (("flats", layout.flats), ("darks", layout.darks))
    )
    said = () if layout.angles else (NO_ANGLES,)
    return _projections(address, data, angles, (read(np.arange(count)), flats, darks), said)


def _beside(file: Group, address: Address, name: str | None, what: str) -> RowsOfFrames | None:
    """Flats or darks in a dataset of their own, None when there are none."""
    if name is None or not file[name].shape or not file[name].shape[0]:
        return None
    refuse_other_shape(what, file[name].shape, file[address.dataset].shape, address)
    return _row_reader(address.path, name, file[name])(np.arange(file[name].shape[0]))


def _open_nxtomo(file: Group, address: Address, layout: Layout) -> Projections:
    data, key = file[layout.projections], np.ravel(file[layout.image_key][()])
    if key.size != data.shape[0]:
        raise Refused(
            found=f"{address} has {data.shape[0]} frames and {key.size} values of image_key",
            needed="one value for each frame: 0 projection, 1 flat, 2 dark, 3 invalid",
            remedy="correct image_key in the file",
        )
    if layout.angles is None:
        raise Refused(
            found=f"{address} has no rotation_angle",
            needed="the angle of each frame",
            remedy="add it to the file as sample/rotation_angle, in degrees",
        )
    angles = _in_degrees(file[layout.angles])
    if angles.size == key.size:
        angles = angles[key == PROJECTION]
    read = _row_reader(address.path, layout.projections, data)
    projections, flats, darks = (read(np.flatnonzero(key == value)) for value in (PROJECTION, FLAT, DARK))
    return _projections(address, data, angles, (projections, flats, darks), ())


def _projections(
    address: Address,
    data: Dataset,
    angles_deg: NDArray[np.float64],
    readers: tuple[RowsOfFrames, RowsOfFrames, RowsOfFrames],
    said: tuple[str, ...],
) -> Projections:
    projections, flats, darks = readers
    refuse_bad_angles(angles_deg, projections.chosen.size, address)
    virtual = tuple(reader.pixels.planes.sources for reader in readers)
    absent = tuple(dict.fromkeys(name for sources in virtual if sources for name in sources.absent))
    files = dict.fromkeys(
        (Path(data.file.filename), *external_files(data), *(path for each in virtual if each for path in each.files))
    )
    return Projections(
        angles_deg=angles_deg,
        rows=int(data.shape[1]),
        width=int(data.shape[2]),
        flats=flats.chosen.size,
        darks=darks.chosen.size,
        read_projections=projections,
        read_flats=flats,
        read_darks=darks,
        unit=detector.unit_of(data),
        address=address,
        warnings=(
            *said,
            *(() if darks.chosen.size else (NO_DARKS,)),
            *gaps_in_words(angles_deg),
            *((f"source files are absent, what they hold is NaN: {', '.join(absent)}",) if absent else ()),
        ),
        sources=tuple(path for path in files if path != address.path),
    )


def _row_reader(path: Path, name: str, dataset: Dataset) -> Callable[[Indices], RowsOfFrames]:
    """What gives rows out of chosen frames of a dataset; they share the rows that were read last."""
    planes = planes_of(path, name, dataset, DecodedBlocks(BAND_BYTES), frame_axis=1)
    pixels = Pixels(replace(planes, block=(_band(planes, dataset),)), exclusion_for(dataset.dtype), None, 0)
    return lambda chosen: RowsOfFrames(pixels, chosen)


def _band(planes: Planes, dataset: Dataset) -> int:
    """Rows to read together: those of a chunk, as far as they fit."""
    rows, frames, width = planes.shape
    fitting = BAND_BYTES // (frames * width * dataset.dtype.itemsize)
    return int(max(1, min(fitting, rows, planes.chunk[0] if planes.chunk else ROWS_TOGETHER)))


def _in_degrees(dataset: Dataset) -> NDArray[np.float64]:
    angles = np.ravel(np.asarray(dataset[()], np.float64))
    in_radians = text_of(dataset.attrs.get("units", "")).strip().lower().startswith("rad")
    return np.rad2deg(angles) if in_radians else angles


def _single(address: Address) -> Path:
    files = address.files()
    if len(files) > 1:
        raise Refused(
            found=f"{len(files)} files: {address}",
            needed="one file with the projections of one tomography",
            remedy="name one of them",
        )
    return files[0]
