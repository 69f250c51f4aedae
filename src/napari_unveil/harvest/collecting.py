"""Patches gathered from frame after frame: a source of frames and a way to cut them enter, filled shelves leave."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from math import prod
from pathlib import Path
from typing import Protocol, TypeAlias

from napari_unveil import __version__
from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import is_blank
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import Shelf
from napari_unveil.types import Frames

Cut: TypeAlias = Callable[[Frames, int], Iterator[Cutting]]
"""Cuts a frame (y, x), or images of one frame (channel, y, x), of the module with this number."""

ROUNDS = 4
"""How often the frames are gone through at most, to make up for barren ones."""

PATCHES_PER_REPORT = 256
"""At most so many patches lie between two reports."""


class Source(Protocol):
    """Whatever patches can be collected from: a stack or a series of frames, or several images of each frame."""

    @property
    def frame_count(self) -> int:
        """Number of frames, each module of a shot counted."""
        ...

    @property
    def shot_shape(self) -> tuple[int, ...]:
        """Shape of one shot, (y, x) or (module, y, x)."""
        ...

    def read(self, index: int) -> Frames:
        """Frame ``index`` (y, x), or its images (channel, y, x)."""
        ...


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """How far a harvest is.

    Parameters
    ----------
    frames_read, frames
        Frames looked at and to be looked at, those of the first kind of patches first; the second grows when others
        must make up for barren frames.
    counts
        Patches written, by their kind.
    wanted
        Patches asked for; in the last report the counts may have stayed below.
    unreadable
        A sentence for each frame that could not be read and was left out.
    """

    frames_read: int
    frames: int
    counts: Mapping[str, int]
    wanted: Mapping[str, int]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What has changed since the step before: frames looked at, become necessary, unreadable."""

    read: int = 0
    added: int = 0
    unreadable: tuple[str, ...] = ()


def collect(source: Source, shelf: Shelf, *, wanted: int, cut: Cut) -> Iterator[Step]:
    """Put patches on a shelf until ``wanted`` lie there, each frame contributing its share.

    What a barren frame lacks the others make up, as far as possible.
    """
    fertile = list(range(source.frame_count))
    for this_round in range(ROUNDS):
        if not fertile or shelf.count >= wanted:
            return
        if this_round:
            yield Step(added=len(fertile))
        numbers, fertile, before = fertile, [], shelf.count
        for place, number in enumerate(numbers, start=1):
            due = before + (wanted - before) * place // len(numbers)
            yield from _shelve(source, number, shelf, due=due, cut=cut)
            if shelf.count == due:
                fertile.append(number)
            yield Step(read=1)


def advanced(report: HarvestReport, step: Step, kind: str, count: int) -> HarvestReport:
    """The report after a step, with so many patches of a kind."""
    return dataclasses.replace(
        report,
        frames_read=report.frames_read + step.read,
        frames=report.frames + step.added,
        unreadable=report.unreadable + step.unreadable,
        counts={**report.counts, kind: count},
    )


def refuse_barren(shelf: Shelf, *, frames: str, needed: str, remedy: str) -> None:
    """Refuse a harvest that has not found one patch of a kind in ``frames``."""
    if shelf.count == 0:
        raise Refused(found=f"none of the {frames} gave a patch", needed=needed, remedy=remedy)


def fail_if_unreadable(report: HarvestReport, path: Path) -> None:
    """Say at the end that some frames could not be read; the library at ``path`` holds the patches of the others."""
    if report.unreadable:
        raise Failed(
            found=f"{len(report.unreadable)} frames could not be read ({report.unreadable[0].rstrip('.')})",
            kept=f"the patches of the others are in {path}",
            remedy="repair the input and harvest again, or go on with these",
        )


def made_now() -> dict[str, object]:
    """What makes a library, and when: the beginning of its provenance."""
    return {
        "program": "napari-unveil",
        "version": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _shelve(source: Source, number: int, shelf: Shelf, *, due: int, cut: Cut) -> Iterator[Step]:
    """Put patches of one frame on the shelf until ``due`` lie there."""
    missing = due - shelf.count
    if missing == 0:
        return
    try:
        frame = source.read(number)
    except Failed as error:
        yield Step(unreadable=(str(error),))
        return
    if is_blank(frame):
        return
    shot, module = divmod(number, prod(source.shot_shape[:-2]))
    for cutting in islice(cut(frame, module), missing):
        shelf.append(cutting, frame=shot, module=module)
        if shelf.count % PATCHES_PER_REPORT == 0:
            yield Step()
