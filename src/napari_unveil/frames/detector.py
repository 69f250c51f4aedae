"""What an HDF5 file says about the detector behind a dataset: unit, photon energy, pixel mask, saturation."""

import re
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.chunks import MOST_FRAMES, stored_nothing
from napari_unveil.frames.exclusion import has_bits
from napari_unveil.frames.hdf5_tree import Dataset, Group, look_up, matching_paths, text_of
from napari_unveil.types import Mask

UNITS = {
    "kev": "keV",
    "photon": "photons",
    "photons": "photons",
    "count": "counts",
    "counts": "counts",
    "adu": "ADU",
}
KEV_PER = {"ev": 1e-3, "kev": 1.0}
ENERGIES = (
    "beam/incident_energy",
    "instrument/beam/incident_energy",
    "instrument/*/incident_energy",
    "sample/beam/incident_energy",
    "instrument/monochromator/energy",
    "instrument/detector/detectorSpecific/photon_energy",
)
COUNTED = re.compile(r"/(low|high)_count/data")
"""Datasets of the published pairs, which have no unit beside their names."""
RAW_SWISSFEL = re.compile(r"/data/JF[^/]*/data$")
MASK_NAMES = ("pixel_mask", "mask")


def unit_of(dataset: Dataset) -> str:
    """Give the unit of the pixels: keV, photons, counts, ADU, or empty when the file does not say."""
    written = text_of(dataset.attrs.get("units", "")).strip().lower()
    by_name = "counts" if not written and COUNTED.fullmatch(dataset.name or "") else ""
    return UNITS.get(written, by_name)


def read_photon_energy(file: Group, name: str) -> float | None:
    """Give the photon energy (keV) of the entry of ``name``, None when it is not stored with a unit."""
    entry = name.strip("/").split("/")[0]
    for pattern in ENERGIES:
        for path in matching_paths(file, f"{entry}/{pattern}"):
            energy = _in_kev(look_up(file, path))
            if energy is not None:
                return energy
    return None


def fixed_mask(
    file: Group, name: str, *, frame_shape: tuple[int, ...], bits: int
) -> tuple[Mask, str] | tuple[None, None]:
    """Shape (y, x), True where the mask for all frames has one of ``bits``, and where it lies; None without one."""
    for path in _beside(file, name, MASK_NAMES):
        found = look_up(file, path)
        if _is_written_mask(found) and found.shape[-2:] == frame_shape and set(found.shape[:-2]) <= {1}:
            return has_bits(found[()].reshape(frame_shape), bits), path
    return None, None


def mask_of_each_frame(file: Group, name: str, shape: tuple[int, ...]) -> str | None:
    """Name of the mask dataset beside ``name`` that has the same shape, None without one."""
    parent = name.rpartition("/")[0]
    for mask in MASK_NAMES:
        path = f"{parent}/{mask}"
        found = look_up(file, path)
        if path != name and len(shape) > 2 and _is_written_mask(found) and found.shape == shape:
            return path
    return None


def saturation_of(file: Group, name: str) -> tuple[float, str] | tuple[None, None]:
    """Smallest saturated value and where it is said, None when the file does not say."""
    for path in _beside(file, name, ("saturation_value",)):
        found = look_up(file, path)
        if isinstance(found, h5py.Dataset) and found.size == 1 and found.dtype.kind in "iuf":
            value = float(np.ravel(found[()])[0])
            return (value, path) if value > 0 else (None, None)
    return None, None


def is_raw(file: Group, name: str) -> bool:
    """Whether a dataset holds raw Jungfrau words: unsigned 16-bit, of SwissFEL or with the gain of each pixel beside.

    Processed files of SwissFEL say by which factor they were converted.
    """
    dataset = look_up(file, name)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "u" or dataset.dtype.itemsize != 2:
        return False
    parent = name.rpartition("/")[0]
    swissfel = RAW_SWISSFEL.match(name) and look_up(file, f"{parent}/meta/conversion_factor") is None
    return bool(swissfel) or gain_codes(file, name) is not None


def gain_codes(file: Group, name: str) -> str | None:
    """Name of the dataset with the gain of each pixel beside raw words, None without one."""
    path = f"{name.rpartition('/')[0]}/gain"
    found, words = look_up(file, path), look_up(file, name)
    same = isinstance(found, h5py.Dataset) and found.dtype.kind in "ui" and found.shape == words.shape
    return path if same and path != name and not stored_nothing(found) else None


def coordinates_of(file: Group, name: str, length: int) -> dict[str, NDArray[Any]]:
    """Arrays along the first axis that the NXdata group of ``name`` declares by ``NAME_indices = 0``."""
    group = look_up(file, name.rpartition("/")[0] or "/")
    found = {}
    for coordinate in group if isinstance(group, h5py.Group) else ():
        axis = group.attrs.get(f"{coordinate}_indices")
        node = look_up(group, coordinate) if axis is not None and np.all(np.asarray(axis) == 0) else None
        if isinstance(node, h5py.Dataset) and node.shape == (length,):
            found[coordinate] = node[()]
    return found


def _beside(file: Group, name: str, wanted: tuple[str, ...]) -> Iterator[str]:
    """Paths of detector metadata for ``name``: its own group first, then the entry's only detector."""
    parent = name.rpartition("/")[0]
    entry = name.strip("/").split("/")[0]
    for inner in ("", "/detectorSpecific"):
        yield from (f"{parent}{inner}/{key}" for key in wanted if f"{parent}{inner}/{key}" != name)
    for inner in ("", "/detectorSpecific"):
        for key in wanted:
            paths = matching_paths(file, f"{entry}/instrument/*{inner}/{key}")
            yield from paths if len(paths) == 1 else ()


def _is_written_mask(found: Any) -> bool:
    integers = isinstance(found, h5py.Dataset) and found.dtype.kind in "biu" and (found.size or 0) > 0
    return integers and not stored_nothing(found)


def _in_kev(found: Any) -> float | None:
    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "iuf" or not 0 < (found.size or 0) <= MOST_FRAMES:
        return None
    scale = KEV_PER.get(text_of(found.attrs.get("units", "")).strip().lower())
    values = np.unique(found[()])
    if scale is None or values.size != 1 or not np.isfinite(values[0]) or values[0] <= 0:
        return None
    return float(values[0]) * scale
