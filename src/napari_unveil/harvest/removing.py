"""Patches taken out by hand: a library and indices enter, the same file without them leaves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import PatchLibrary, modules_of, writing_library
from napari_unveil.saving import refuse_full_disk
from napari_unveil.types import Indices

REMOVED_BY_HAND = "removed_by_hand"
"""Key of the provenance: how many patches of each kind have been taken out so far."""

PATCHES_PER_REPORT = 64


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """How far the rewriting of a library is.

    Parameters
    ----------
    done, total
        Patches copied and to be copied.
    removed
        Patches that are left out.
    """

    done: int
    total: int
    removed: int


def remove_patches(library: PatchLibrary, removed: Mapping[str, Indices]) -> Iterator[RemovalReport]:
    """Rewrite ``library`` without some of its patches, one patch in memory at a time.

    The original stays until the new file is complete; closed early, nothing changes. Every other patch keeps its
    pixels, frame, module, corner and angle, bit by bit, and its place in the order.

    Parameters
    ----------
    removed
        For each kind of the library, positions (n,) in the library.

    Yields
    ------
    RemovalReport
        After each 64 patches, and at the end, when the file is there.

    Raises
    ------
    Refused
        When nothing is to be removed, no patch of a kind would be left, the library on disk is another one by now,
        or the disk has no room.
    """
    stays = {kind: np.setdiff1d(np.arange(library.count(kind)), removed.get(kind, [])) for kind in library.kinds}
    gone = {kind: library.count(kind) - len(stays[kind]) for kind in library.kinds}
    _refuse_nothing(gone)
    _refuse_emptied(stays)
    _refuse_another(library)
    total, done = sum(map(len, stays.values())), 0
    with writing_library(
        library.path,
        patch=library.patch,
        unit=library.unit,
        photon_energy_keV=library.photon_energy_keV,
        provenance=_provenance(library, gone),
        recipe=library.recipe,
        shelves={kind: labels.channels for kind, labels in library.labels.items()},
    ) as shelves:
        bytes_each = {kind: 4 * (each.channels or 1) * library.patch**2 for kind, each in library.labels.items()}
        refuse_full_disk(library.path, sum(len(stays[kind]) * bytes_each[kind] for kind in stays))
        with h5py.File(library.path, "r") as source:
            for kind, shelf in shelves.items():
                for cutting, frame, module in _cuttings(source[kind], stays[kind]):
                    shelf.append(cutting, frame=frame, module=module)
                    done += 1
                    if done % PATCHES_PER_REPORT == 0:
                        yield RemovalReport(done, total, sum(gone.values()))
    yield RemovalReport(total, total, sum(gone.values()))


def _cuttings(group: Any, indices: Indices) -> Iterator[tuple[Cutting, int, int]]:
    """Patches of one kind and the numbers of their frames and modules, read one by one."""
    patches = group["patches"]
    frames, corners, angles = (group[name][...] for name in ("frame", "position", "angle_deg"))
    modules = modules_of(group)
    for index in indices:
        row, column = corners[index]
        cutting = Cutting(patches[int(index)], (int(row), int(column)), float(angles[index]))
        yield cutting, int(frames[index]), int(modules[index])


def _provenance(library: PatchLibrary, gone: Mapping[str, int]) -> dict[str, Any]:
    before = library.provenance.get(REMOVED_BY_HAND, {})
    return {**library.provenance, REMOVED_BY_HAND: {kind: before.get(kind, 0) + gone[kind] for kind in library.kinds}}


def _refuse_nothing(gone: Mapping[str, int]) -> None:
    if not any(gone.values()):
        raise Refused(
            found="no patch is marked",
            needed="at least one patch to remove",
            remedy="click on the bad patches, then apply",
        )


def _refuse_emptied(stays: Mapping[str, Indices]) -> None:
    for kind, indices in stays.items():
        if not len(indices):
            raise Refused(
                found=f"every {kind} patch is marked",
                needed="at least one patch of each kind in a library",
                remedy="take some marks back, or harvest again from other frames",
            )


def _refuse_another(library: PatchLibrary) -> None:
    present = PatchLibrary.open(library.path)
    same = json.dumps(present.provenance, sort_keys=True) == json.dumps(library.provenance, sort_keys=True)
    if not same or any(
        kind not in present.labels or not np.array_equal(present.labels[kind].frames, labels.frames)
        for kind, labels in library.labels.items()
    ):
        raise Refused(
            found=f"{library.path} has been written again since its patches were shown",
            needed="the library whose patches are marked",
            remedy="show the patches again",
        )
