"""Where the projections of a tomography lie in an open HDF5 file, and what belongs to them: Data Exchange or NXtomo."""

from collections.abc import Iterator
from dataclasses import dataclass

import h5py

from napari_unveil.frames.catalogue import beginnings
from napari_unveil.frames.hdf5_tree import Group, look_up, matching_paths

DATA_EXCHANGE, NXTOMO = "Data Exchange", "NXtomo"
EXCHANGE = "/exchange"
KEYS = ("instrument/*/image_key", "data/image_key")
ENTRIES = ("", "*/", "*/*/")
ANGLES = ("sample/rotation_angle", "data/rotation_angle", "rotation_angle")


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of the datasets of a tomography.

    Parameters
    ----------
    form
        Data Exchange or NXtomo.
    projections
        Shape (frame, y, x); of NXtomo flats and darks, too.
    angles
        Shape (frame,); None when absent.
    flats, darks
        Shape (frame, y, x); None when absent, and in NXtomo.
    image_key
        Of NXtomo: shape (frame,), what each frame is; None in Data Exchange.
    """

    form: str
    projections: str
    angles: str | None
    flats: str | None = None
    darks: str | None = None
    image_key: str | None = None


def find_layout(file: Group, dataset: str | None) -> Layout | None:
    """Find the tomography in a file, or the one that a named dataset or group is of; None where there is none."""
    for layout in (*_data_exchange(file, dataset), *_nxtomo(file)):
        if dataset is None or _belongs(file, dataset, layout):
            return layout
    return None


def _data_exchange(file: Group, dataset: str | None) -> Iterator[Layout]:
    groups = (EXCHANGE,) if dataset is None else (dataset, dataset.rpartition("/")[0])
    for group in groups:
        projections, flats, darks, theta = (
            _there(file, f"{group}/{name}") for name in ("data", "data_white", "data_dark", "theta")
        )
        if projections and file[projections].ndim == 3 and (flats or darks or theta):
            yield Layout(DATA_EXCHANGE, projections, theta, flats, darks)


def _nxtomo(file: Group) -> Iterator[Layout]:
    for entry in ENTRIES:
        for pattern in KEYS:
            for key in matching_paths(file, f"{entry}{pattern}"):
                if _there(file, key):
                    yield from _keyed(file, key)


def _keyed(file: Group, key: str) -> Iterator[Layout]:
    """What an image key belongs to: the frames beside it, or those of its entry."""
    group = key.rpartition("/")[0]
    above = (*beginnings(group), "")
    frames = (_there(file, f"{each}/{name}") for each in above for name in ("data", "data/data"))
    projections = next((path for path in frames if path and file[path].ndim == 3), None)
    angles = (_there(file, f"{each}/{name}") for each in above for name in ANGLES)
    if projections:
        yield Layout(NXTOMO, projections, next(filter(None, angles), None), image_key=key)


def _there(file: Group, path: str) -> str | None:
    return path if isinstance(look_up(file, path), h5py.Dataset) else None


def _belongs(file: Group, name: str, layout: Layout) -> bool:
    """Whether a name of the file is one of the layout's projections, or of a group that holds them."""
    found = look_up(file, name)
    inside = layout.projections.startswith(f"{name.rstrip('/')}/") and isinstance(found, h5py.Group)
    return inside or (isinstance(found, h5py.Dataset) and bool(found == file[layout.projections]))
