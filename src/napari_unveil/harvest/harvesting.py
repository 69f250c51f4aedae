"""The harvest itself: a plan enters, a patch library on disk and reports on the way leave."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from napari_unveil import __version__
from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import is_blank
from napari_unveil.harvest.cutting import Cutting, noise_cuttings, signal_cuttings
from napari_unveil.harvest.estimate import estimate_harvest, refuse_unfitting
from napari_unveil.harvest.library import Shelf, writing_library
from napari_unveil.harvest.plan import HarvestPlan
from napari_unveil.harvest.room import images_of
from napari_unveil.harvest.series import Supply, module_count, stacks_of
from napari_unveil.saving import refuse_inputs
from napari_unveil.types import Frame

Cut: TypeAlias = Callable[[Frame, int], Iterator[Cutting]]
"""Cuts a frame (y, x) of the module with this number."""

ROUNDS = 4
"""How often the frames are gone through at most, to make up for barren ones."""

PATCHES_PER_REPORT = 256
"""At most so many patches lie between two reports."""


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """How far a harvest is.

    Parameters
    ----------
    frames_read, frames
        Frames looked at and to be looked at, X-ray-only ones first; the second grows when others must make
        up for barren frames.
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


def harvest(plan: HarvestPlan, path: Path) -> Iterator[HarvestReport]:
    """Cut patches and write them as they come, reading one frame at a time.

    Each frame contributes its share of the patches; what a barren frame lacks the others make up, as far as
    possible. The file appears under its name just before the last report; a harvest that is closed early
    leaves none.

    Yields
    ------
    HarvestReport
        After each frame, after each 256 patches, and at the end.

    Raises
    ------
    Refused
        When ``path`` is an input or cannot be written to, the disk has no room, or there is not one patch of a
        kind.
    Failed
        At the end, when some frames could not be read; the library holds the patches of the others.
    """
    path = Path(path)
    stacks = (*stacks_of(plan.signal), *stacks_of(plan.noise))
    refuse_inputs(path, *(file for stack in stacks for file in stack.inputs))
    refuse_unfitting(estimate_harvest(plan.signal, plan.noise, plan.mask, plan.settings, path))
    settings = plan.settings
    cut_signal, cut_noise = _cuts(plan)
    wanted = {"signal": settings.signals, "noise": settings.noises}
    report = HarvestReport(0, plan.signal.frame_count + plan.noise.frame_count, dict.fromkeys(wanted, 0), wanted)
    with writing_library(
        path,
        patch=settings.patch,
        unit=plan.unit,
        photon_energy_keV=plan.photon_energy_keV,
        provenance=_provenance(plan),
    ) as shelves:
        bright = f"a patch of at least {plan.min_intensity:.4g} {plan.unit}".rstrip()
        for kind, stack, cut, needed in (
            ("signal", plan.signal, cut_signal, bright),
            ("noise", plan.noise, cut_noise, "a patch outside the mask"),
        ):
            for step in _collect(stack, shelves[kind], wanted=wanted[kind], cut=cut):
                report = _advanced(report, step, kind, shelves[kind].count)
                yield report
            _refuse_barren(shelves[kind], needed, stack)
    yield report
    if report.unreadable:
        raise Failed(
            found=f"{len(report.unreadable)} frames could not be read ({report.unreadable[0].rstrip('.')})",
            kept=f"the patches of the others are in {path}",
            remedy="repair the input and harvest again, or go on with these",
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """What has changed since the step before: frames looked at, become necessary, unreadable."""

    read: int = 0
    added: int = 0
    unreadable: tuple[str, ...] = ()


def _cuts(plan: HarvestPlan) -> tuple[Cut, Cut]:
    """How patches of signal and of noise are cut, both from one source of chance."""
    settings, masks, rng = plan.settings, images_of(plan.mask), np.random.default_rng(plan.settings.seed)
    alike: dict[str, Any] = {"patch": settings.patch, "max_excluded": settings.max_excluded, "rng": rng}

    def signal(frame: Frame, _: int) -> Iterator[Cutting]:
        return signal_cuttings(frame, min_intensity=plan.min_intensity, **alike)

    def noise(frame: Frame, module: int) -> Iterator[Cutting]:
        return noise_cuttings(frame, masks[module], **alike)

    return signal, noise


def _collect(stack: Supply, shelf: Shelf, *, wanted: int, cut: Cut) -> Iterator[_Step]:
    fertile = list(range(stack.frame_count))
    for this_round in range(ROUNDS):
        if not fertile or shelf.count >= wanted:
            return
        if this_round:
            yield _Step(added=len(fertile))
        numbers, fertile, before = fertile, [], shelf.count
        for place, number in enumerate(numbers, start=1):
            due = before + (wanted - before) * place // len(numbers)
            yield from _shelve(stack, number, shelf, due=due, cut=cut)
            if shelf.count == due:
                fertile.append(number)
            yield _Step(read=1)


def _shelve(stack: Supply, number: int, shelf: Shelf, *, due: int, cut: Cut) -> Iterator[_Step]:
    """Put patches of one frame on the shelf until ``due`` lie there."""
    missing = due - shelf.count
    if missing == 0:
        return
    try:
        frame = stack.read(number)
    except Failed as error:
        yield _Step(unreadable=(str(error),))
        return
    if is_blank(frame):
        return
    shot, module = divmod(number, module_count(stack))
    for cutting in islice(cut(frame, module), missing):
        shelf.append(cutting, frame=shot, module=module)
        if shelf.count % PATCHES_PER_REPORT == 0:
            yield _Step()


def _advanced(report: HarvestReport, step: _Step, kind: str, count: int) -> HarvestReport:
    return dataclasses.replace(
        report,
        frames_read=report.frames_read + step.read,
        frames=report.frames + step.added,
        unreadable=report.unreadable + step.unreadable,
        counts={**report.counts, kind: count},
    )


def _refuse_barren(shelf: Shelf, needed: str, stack: Supply) -> None:
    if shelf.count == 0:
        raise Refused(
            found=f"none of the {stack.frame_count} frames of {stack.address} gave a patch",
            needed=needed,
            remedy="choose other frames, a lower least intensity or a smaller mask",
        )


def _provenance(plan: HarvestPlan) -> dict[str, object]:
    return {
        "program": "napari-unveil",
        "version": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "signal": str(plan.signal.address),
        "noise": str(plan.noise.address),
        "signal_frame_counts": _shot_counts(plan.signal),
        "noise_frame_counts": _shot_counts(plan.noise),
        "modules": module_count(plan.signal),
        "mask_sha256": hashlib.sha256(np.packbits(plan.mask).tobytes()).hexdigest(),
        "settings": dataclasses.asdict(plan.settings),
        "min_intensity": plan.min_intensity,
    }


def _shot_counts(supply: Supply) -> list[int]:
    return [stack.frame_count // module_count(supply) for stack in stacks_of(supply)]
