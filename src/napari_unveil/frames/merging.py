"""Part files of one result put together: the parts in, one file that points to them, or holds copies, out."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.hdf5_file import damage_is_refused, opened_hdf5
from napari_unveil.frames.hdf5_tree import Dataset, Group, look_up
from napari_unveil.frames.listing import names_text
from napari_unveil.frames.parts import DATA, MergePlan, Part
from napari_unveil.frames.photon_counts import counts_of
from napari_unveil.frames.pixel_masks import common_pixel_mask, write_pixel_mask
from napari_unveil.frames.results import begin_entry, write_coordinates, write_process
from napari_unveil.saving import refuse_full_disk, replacing
from napari_unveil.types import Progress

BEAM = "/entry/beam"
GROUP_ATTRIBUTES = ("signal", "auxiliary_signals")


def merge_virtually(plan: MergePlan) -> Iterator[Progress]:
    """Write a file that points to the parts, by relative paths: whoever moves it moves them along.

    Raises
    ------
    Refused
        When a part is no longer as it was, lies on another drive, or has counts of another type.
    """
    _refuse_other_types(plan)

    def point(data: Group, name: str) -> Iterator[int]:
        shape, kind = _merged(plan, name)
        layout = h5py.VirtualLayout(shape, kind)
        start = 0
        for part in plan.parts:
            part_shape = part.datasets[name][0]
            layout[start : start + part_shape[0]] = h5py.VirtualSource(
                _relative(part.path, plan.path), f"{DATA}/{name}", part_shape
            )
            start += part_shape[0]
        data.create_virtual_dataset(name, layout, fillvalue=_missing(kind))
        yield len(plan.parts)

    return _merge(plan, point, len(plan.parts))


def merge_by_copying(plan: MergePlan) -> Iterator[Progress]:
    """Write a file that holds the frames of all parts.

    Raises
    ------
    Refused
        When a part is no longer as it was, or the disk is full.
    """

    def copy(data: Group, name: str) -> Iterator[int]:
        shape, kind = _merged(plan, name)
        made = data.create_dataset(
            name,
            shape,
            kind,
            chunks=(1,) * (len(shape) - 2) + shape[-2:],
            fillvalue=_missing(kind),
            **hdf5plugin.Bitshuffle(cname="lz4"),
        )
        start = 0
        for part in plan.parts:
            with opened_hdf5(part.path) as file:
                for row in range(len(part.rows)):
                    with damage_is_refused(part.path):
                        frames = file[f"{DATA}/{name}"][row]
                    refuse_full_disk(plan.path, kind.itemsize * frames.size)
                    made[start + row] = counts_of(frames, kind) if frames.dtype != kind else frames
                    yield 1
            start += len(part.rows)

    return _merge(plan, copy, len(plan.rows))


def _merge(plan: MergePlan, fill: Callable[[Group, str], Iterator[int]], steps: int) -> Iterator[Progress]:
    names = list(plan.parts[0].datasets)
    done, total = 0, steps * len(names)
    with replacing(plan.path) as partial, h5py.File(partial, "w") as file:
        data = begin_entry(file)
        first = plan.parts[0]
        with opened_hdf5(first.path) as source:
            _copy_attributes(source[DATA], data, GROUP_ATTRIBUTES)
            if isinstance(look_up(source, BEAM), h5py.Group):
                source.copy(BEAM, file["entry"])
        write_coordinates(data, _coordinates(plan.parts), len(first.datasets[names[0]][0]))
        write_process(file["entry"], plan.process)
        mask = common_pixel_mask([part.path for part in plan.parts])
        if mask is not None:
            write_pixel_mask(file, mask)
        for name in names:
            for step in fill(data, name):
                done += step
                yield Progress(done, total)
            with opened_hdf5(first.path) as source:
                _copy_attributes(source[f"{DATA}/{name}"], data[name], list(source[f"{DATA}/{name}"].attrs))


def _refuse_other_types(plan: MergePlan) -> None:
    for name in plan.parts[0].datasets:
        kinds = {str(part.datasets[name][1]) for part in plan.parts}
        if len(kinds) > 1:
            raise Refused(
                found=f"the {name} of the parts has the types {names_text(sorted(kinds))}",
                needed="one type, to point to them as one dataset",
                remedy="add --copy, which converts them",
            )


def _merged(plan: MergePlan, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of a dataset of all parts together."""
    shape, _ = plan.parts[0].datasets[name]
    kind = max((part.datasets[name][1] for part in plan.parts), key=lambda each: each.itemsize)
    return (len(plan.rows), *shape[1:]), kind


def _missing(kind: np.dtype[Any]) -> float:
    """What stands where no part is."""
    if kind.kind == "f":
        return np.nan
    return int(np.iinfo(kind).max) if kind.itemsize > 1 else 0


def _relative(part: Path, master: Path) -> str:
    try:
        return Path(os.path.relpath(part.resolve(), master.parent.resolve())).as_posix()
    except ValueError as error:
        raise Refused(
            found=f"{part} lies on another drive than {master}",
            needed="a path from the one to the other",
            remedy="write to the same drive, or add --copy",
        ) from error


def _coordinates(parts: Sequence[Part]) -> dict[str, NDArray[Any]]:
    """Arrays along the first axis, of all parts one after the other."""
    read: list[dict[str, NDArray[Any]]] = []
    for part in parts:
        with opened_hdf5(part.path) as file:
            data = file[DATA]
            read.append({name: data[name][()] for name in data if name not in part.datasets})
    return {name: np.concatenate([each[name] for each in read]) for name in read[0] if all(name in r for r in read)}


def _copy_attributes(source: Dataset | Group, target: Dataset | Group, names: Sequence[str]) -> None:
    for name in names:
        if name in source.attrs:
            target.attrs[name] = source.attrs[name]
