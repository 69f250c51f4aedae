"""The patch library: patches (y, x) enter one by one, an HDF5 file leaves; and the same file read in part.

Layout: a group for each shelf, such as ``/signal`` and ``/noise``, with ``patches`` (n, y, x), or (n, channel, y, x)
where several images belong together, float32 in the unit of the frames, NaN where bad, one patch a chunk,
uncompressed; ``frame`` (n): number, along the first axis, of the frame or train it was cut from, so that all modules
of one shot have one number; ``module`` (n): which of them, 0 where there is one (absent in older files); ``position``
(n, 2): row and column of its corner before turning; ``angle_deg`` (n). Root attributes: ``format``,
``format_version``, ``recipe`` and ``shelves`` (absent in older files, which are of the recipe ``separation``),
``unit``, ``photon_energy_keV`` (absent when unknown) and ``provenance`` (JSON).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.saving import refuse_full_disk, replacing
from napari_unveil.types import Frames, Indices

FORMAT = "napari-unveil patches"
FORMAT_VERSION = 1
SEPARATION = "separation"
SIGNAL_AND_NOISE: Mapping[str, int | None] = {"signal": None, "noise": None}
"""Shelves of the recipe ``separation``: patches of single images."""


class Shelf:
    """One kind of patches in a library that is being written; keeps no patch in memory."""

    def __init__(self, group: Any, path: Path, *, patch: int, channels: int | None) -> None:
        self._group, self._path = group, path
        shape = _patch_shape(patch, channels)
        self._patches = group.create_dataset(
            "patches", (0, *shape), np.float32, maxshape=(None, *shape), chunks=(1, *shape)
        )
        self._frames: list[int] = []
        self._modules: list[int] = []
        self._corners: list[tuple[int, int]] = []
        self._angles: list[float] = []

    @property
    def count(self) -> int:
        """How many patches lie on the shelf."""
        return len(self._frames)

    def append(self, cutting: Cutting, *, frame: int, module: int = 0) -> None:
        """Write one patch, cut from the module of the frame with these numbers."""
        refuse_full_disk(self._path, cutting.pixels.nbytes)
        self._patches.resize(self.count + 1, axis=0)
        self._patches[self.count] = cutting.pixels
        self._frames.append(frame)
        self._modules.append(module)
        self._corners.append(cutting.corner)
        self._angles.append(cutting.angle_deg)

    def label(self) -> None:
        """Write where the patches come from; the last thing done."""
        self._group["frame"] = np.array(self._frames, np.int64)
        self._group["module"] = np.array(self._modules, np.int64)
        self._group["position"] = np.array(self._corners, np.int64).reshape(-1, 2)
        self._group["angle_deg"] = np.array(self._angles, np.float32)


@contextmanager
def writing_library(
    path: Path,
    *,
    patch: int,
    unit: str,
    photon_energy_keV: float | None,
    provenance: Mapping[str, object],
    recipe: str = SEPARATION,
    shelves: Mapping[str, int | None] = SIGNAL_AND_NOISE,
) -> Iterator[dict[str, Shelf]]:
    """Give the shelves of a new library by their kind; the file appears when the block ends well.

    Parameters
    ----------
    path
        Where the library goes.
    patch
        Side of the patches, pixels.
    unit, photon_energy_keV
        Of the frames.
    provenance
        Plain JSON values.
    recipe
        Name of the recipe that learns from the patches.
    shelves
        Kinds of patches, that of which an epoch shows each patch once first; with the number of images (channels) that
        a patch holds, None: one image, without an axis of its own.

    Raises
    ------
    Refused
        When the place cannot be written to.
    """
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["recipe"] = recipe
        file.attrs["shelves"] = list(shelves)
        file.attrs["unit"] = unit
        if photon_energy_keV is not None:
            file.attrs["photon_energy_keV"] = photon_energy_keV
        file.attrs["provenance"] = json.dumps(dict(provenance))
        written = {
            kind: Shelf(file.create_group(kind), path, patch=patch, channels=channels)
            for kind, channels in shelves.items()
        }
        yield written
        for shelf in written.values():
            shelf.label()


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Where the patches of one kind come from.

    Parameters
    ----------
    frames
        Shape (n,): number of the frame or train that each patch was cut from; all modules of a shot share it.
    modules
        Shape (n,): number of the module that each patch was cut from.
    channels
        Images that a patch holds; None: one, without an axis of its own.
    """

    frames: Indices
    modules: Indices
    channels: int | None


@dataclass(frozen=True, slots=True, eq=False)
class PatchLibrary:
    """A library on disk; patches are read when asked for, and the file is open only meanwhile.

    Parameters
    ----------
    path
        The file.
    recipe
        Name of the recipe that learns from it.
    patch
        Side of the patches, pixels.
    unit, photon_energy_keV
        Of the patches; empty and None when unknown.
    labels
        Where the patches come from, by their kind; that of which an epoch shows each patch once comes first.
    provenance
        Inputs, settings, program, date.
    """

    path: Path
    recipe: str
    patch: int
    unit: str
    photon_energy_keV: float | None
    labels: Mapping[str, Labels]
    provenance: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> "PatchLibrary":
        """Read what the library holds, without its patches.

        Raises
        ------
        Refused
            When the file is absent, truncated, something else or of another format version.
        """
        path = Path(path)
        with _reading(path) as file:
            _refuse_foreign(path, file)
            energy = file.attrs.get("photon_energy_keV")
            labels = {kind: _labels_of(file[kind]) for kind in map(str, file.attrs.get("shelves", SIGNAL_AND_NOISE))}
            return cls(
                path=path,
                recipe=str(file.attrs.get("recipe", SEPARATION)),
                patch=int(file[next(iter(labels))]["patches"].shape[-1]),
                unit=str(file.attrs["unit"]),
                photon_energy_keV=None if energy is None else float(energy),
                labels=labels,
                provenance=json.loads(file.attrs["provenance"]),
            )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of patches, that of which an epoch shows each patch once first."""
        return tuple(self.labels)

    @property
    def sha256(self) -> str:
        """Hash of the whole file, in hexadecimal; reads it once through."""
        with _reading(self.path), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def place(self, kind: str, index: int) -> str:
        """Which frame, and which module of several, a patch was cut from, for the user."""
        labels = self.labels[kind]
        module = f", module {labels.modules[index]}" if self.provenance.get("modules", 1) > 1 else ""
        return f"frame {labels.frames[index]}{module}"

    def count(self, kind: str) -> int:
        """How many patches of a kind there are."""
        return len(self.labels[kind].frames)

    def patches(self, kind: str, indices: Indices) -> Frames:
        """Patches (n, y, x), or (n, channel, y, x), of a kind in the order of ``indices`` (n,), which may repeat."""
        shape = _patch_shape(self.patch, self.labels[kind].channels)
        patches = np.empty((len(indices), *shape), np.float32)
        with _reading(self.path) as file:
            dataset = file[kind]["patches"]
            if dataset.shape != (self.count(kind), *shape):
                raise OSError("it has been written again since it was opened")
            for place, index in enumerate(indices):
                dataset.read_direct(patches, np.s_[int(index)], np.s_[place])
        return patches


def modules_of(group: Any) -> Indices:
    """Shape (n,): number of the module that each patch of one kind was cut from; 0 in files that do not say."""
    known = group.get("module")
    return np.zeros(len(group["frame"]), np.int64) if known is None else known[...]


def _labels_of(group: Any) -> Labels:
    shape = group["patches"].shape
    return Labels(group["frame"][...], modules_of(group), int(shape[1]) if len(shape) > 3 else None)


def _patch_shape(patch: int, channels: int | None) -> tuple[int, ...]:
    return (patch, patch) if channels is None else (channels, patch, patch)


def is_library(path: Path) -> bool:
    """Whether there is a patch library at ``path``, of whatever version; False where nothing can be read."""
    try:
        with h5py.File(path, "r") as file:
            return bool(file.attrs.get("format") == FORMAT)
    except OSError:
        return False


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    try:
        if not path.is_file():
            raise OSError("it is a folder" if path.is_dir() else "it is absent")
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise Refused(
            found=f"{path} could not be read as a patch library ({reason})",
            needed="a complete file written by a harvest",
            remedy="choose another file or harvest again",
        ) from error


def _refuse_foreign(path: Path, file: Any) -> None:
    if file.attrs.get("format") != FORMAT:
        raise Refused(
            found=f"{path} is an HDF5 file of another kind",
            needed="a patch library written by a harvest",
            remedy="choose another file",
        )
    if file.attrs.get("format_version") != FORMAT_VERSION:
        raise Refused(
            found=f"{path} has the library format {file.attrs.get('format_version')}",
            needed=f"format {FORMAT_VERSION}",
            remedy="harvest again with this version",
        )
