"""Part files of one result, checked: their paths in, the parts in the order of their frames out.

Parts are files that were written for neighbouring ranges of one input, by one model in one way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.hdf5_file import damage_is_refused, opened_hdf5
from napari_unveil.frames.hdf5_tree import look_up
from napari_unveil.frames.listing import names_text
from napari_unveil.frames.results import INPUT_RANGE, PROGRAM, WHOLE_RANGE, read_process
from napari_unveil.saving import refuse_inputs, refuse_unwritable

DATA = "/entry/data"
DEVICE = "device"
OF_EACH = ("date", "version", "cautions", "parts", INPUT_RANGE, WHOLE_RANGE)
"""What the provenance of parts may differ in, beside the device among its parameters."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part file.

    Parameters
    ----------
    path, process
        The file, and how its frames came about.
    rows, whole
        Positions along the first axis of the input: of this file, and of what it is a part of.
    datasets
        Shape and type of each dataset of frames.
    """

    path: Path
    process: dict[str, Any]
    rows: range
    whole: range
    datasets: dict[str, tuple[tuple[int, ...], np.dtype[Any]]]


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Parts in the order of their frames, checked, and the file to write."""

    parts: tuple[Part, ...]
    path: Path

    @property
    def rows(self) -> range:
        """Positions of all frames along the first axis of the input."""
        first, last = self.parts[0].rows, self.parts[-1].rows
        return range(first.start, last.stop, first.step)

    @property
    def process(self) -> dict[str, Any]:
        """How the frames came about: what all parts share, and of each part what it has of its own."""
        rows, first = self.rows, self.parts[0].process
        cautions = [caution for part in self.parts for caution in part.process.get("cautions", ())]
        return {
            **{name: value for name, value in first.items() if name not in ("program", *OF_EACH)},
            INPUT_RANGE: [rows.start, rows.stop, rows.step],
            WHOLE_RANGE: [rows.start, rows.stop, rows.step],
            "cautions": list(dict.fromkeys(cautions)),
            "parts": [
                {
                    "file": part.path.name,
                    DEVICE: part.process.get("parameters", {}).get(DEVICE),
                    **{name: part.process[name] for name in OF_EACH if name in part.process},
                }
                for part in self.parts
            ],
        }


def plan_merge(paths: Sequence[Path], path: Path) -> MergePlan:
    """Check parts and put them in order.

    Parameters
    ----------
    paths
        Part files, in any order.
    path
        The file to write.

    Raises
    ------
    Refused
        When a file is no part, the parts are of different inputs, models or ways to denoise, overlap or leave a gap,
        or the result cannot be written.
    """
    refuse_inputs(path, *paths)
    refuse_unwritable(path)
    parts = [_part(each) for each in paths]
    _refuse_different(parts)
    ordered = tuple(sorted(parts, key=lambda part: part.rows.start))
    _refuse_gaps(ordered)
    return MergePlan(ordered, path)


def _part(path: Path) -> Part:
    process = read_process(Address(path))
    if process.get("program") != PROGRAM or INPUT_RANGE not in process or "model_sha256" not in process:
        raise Refused(
            found=f"{path} is no result of `unveil denoise`",
            needed="part files, written with --part i/n or --frames a:b",
            remedy="leave it out",
        )
    with opened_hdf5(path) as file, damage_is_refused(path):
        rows = range(*process[INPUT_RANGE])
        data = {name: look_up(file, f"{DATA}/{name}") for name in file[DATA]}
        frames = {
            name: (found.shape, found.dtype)
            for name, found in data.items()
            if isinstance(found, h5py.Dataset) and found.ndim > 2
        }
    if not frames or any(shape[0] != len(rows) for shape, _ in frames.values()):
        raise Refused(
            found=f"{path} should hold {_in_words(rows)}, and holds {_frames_in_words(frames)}",
            needed="every frame of the part",
            remedy="denoise this part again",
        )
    return Part(path, process, rows, range(*process.get(WHOLE_RANGE, process[INPUT_RANGE])), frames)


def _refuse_different(parts: Sequence[Part]) -> None:
    first, *others = parts
    for other in others:
        for name in dict.fromkeys([*first.process, *other.process]):
            one, two = (_compared(part.process, name) for part in (first, other))
            if name not in OF_EACH and one != two:
                raise _unlike(first, other, f"the {name.replace('_', ' ')} of", one, two)
        if _frames(first) != _frames(other):
            raise _unlike(first, other, "the frames in", *(_frames_in_words(part.datasets) for part in (first, other)))
        if first.rows.step != other.rows.step:
            raise _unlike(first, other, "the steps between frames in", first.rows.step, other.rows.step)


def _compared(process: dict[str, Any], name: str) -> Any:
    value = process.get(name)
    return {key: each for key, each in value.items() if key != DEVICE} if isinstance(value, dict) else value


def _unlike(first: Part, other: Part, what: str, one: object, two: object) -> Refused:
    return Refused(
        found=f"{what} {first.path} and {other.path} differ: {one}, and {two}",
        needed="parts of one input, denoised by one model in one way",
        remedy="leave out the one that does not belong here, or denoise it again",
    )


def _frames(part: Part) -> dict[str, tuple[tuple[int, ...], str]]:
    return {name: (shape[1:], kind.kind) for name, (shape, kind) in part.datasets.items()}


def _frames_in_words(frames: Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]) -> str:
    return names_text(f"{name} {shape} {kind}" for name, (shape, kind) in frames.items())


def _refuse_gaps(parts: Sequence[Part]) -> None:
    step = parts[0].rows.step
    start, stop = min(part.whole.start for part in parts), max(part.whole.stop for part in parts)
    for before, after in pairwise(parts):
        if after.rows.start < before.rows.stop:
            raise Refused(
                found=f"{before.path} ({_in_words(before.rows)}) and {after.path} ({_in_words(after.rows)}) overlap",
                needed="each frame once",
                remedy="leave one of them out",
            )
    ends = [start, *(part.rows.stop for part in parts)]
    starts = [*(part.rows.start for part in parts), stop]
    missing = [gap for end, begin in zip(ends, starts, strict=True) if (gap := range(end, begin, step))]
    if missing:
        raise Refused(
            found=f"no part holds the {' and '.join(map(_in_words, missing))} of {parts[0].process.get('input')}",
            needed=f"all of {_in_words(range(start, stop, step))}",
            remedy="name the missing parts too, or denoise them first",
        )


def _in_words(rows: range) -> str:
    return f"frames {rows.start}:{rows.stop}"
