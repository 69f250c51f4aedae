"""Requests for patches enter; patch libraries on disk, estimates, and rankings to look at leave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # comes with napari

from napari_unveil.errors import Refused
from napari_unveil.frames import evenly_spread, size_text
from napari_unveil.harvest import (
    FrameSeries,
    HarvestEstimate,
    HarvestReport,
    HarvestSettings,
    Montage,
    PatchLibrary,
    RemovalReport,
    check_harvest,
    estimate_harvest,
    harvest,
    plan_harvest,
    rank_patches,
    refuse_unfitting,
    remove_patches,
)
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.types import Frames, Indices, Mask, Progress

AT_STAKE = "Patches are being harvested; the library is written only when all are there."
PATCHES_SAMPLED = 64
"""Patches, spread over the ranking, by which the contrast of a montage is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class HarvestRequest:
    """X-ray-only frames, full shots, a mask of the signal that lines up with them, numbers, and the file to write."""

    signal: FrameSeries
    noise: FrameSeries
    mask: Mask
    settings: HarvestSettings
    path: Path


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a harvest will take: the estimate and the free memory in bytes; or why it cannot be served."""

    estimate: HarvestEstimate | None
    free_memory_bytes: int
    hindrance: str


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Patches to look at: a montage of each kind, patches (n, y, x) that stand for all, when the file was written."""

    montages: dict[str, Montage]
    samples: dict[str, Frames]
    written_ns: int


def check(session: Session, request: HarvestRequest) -> None:
    """Refuse what can be refused at once, without a look at the pixels; and to replace a library during a training."""
    if request.path.is_file():
        _refuse_while_training(session)
    check_harvest(request.signal, request.noise, request.mask, request.settings)
    refuse_unwritable(request.path)
    stacks = (*request.signal.stacks, *request.noise.stacks)
    refuse_inputs(request.path, *(file for stack in stacks for file in stack.inputs))


def start(session: Session, request: HarvestRequest) -> None:
    """Harvest beside the window; the library is announced when it is complete."""
    session.task("harvest").run(
        lambda _: _harvesting(request), done=session.announce_library, at_stake=lambda: AT_STAKE
    )


def show(session: Session, path: Path, *, done: Callable[[Shown], None]) -> None:
    """Sort the patches of a library beside the window."""
    session.task("harvest").run(lambda _: _sorting(path), done=done)


def remove(session: Session, montages: Mapping[str, Montage], *, done: Callable[[Shown], None]) -> None:
    """Rewrite a library without the patches that are marked, beside the window; it is announced again.

    Raises
    ------
    Refused
        While a training reads patches.
    """
    _refuse_while_training(session)
    marked = {kind: montage.marked for kind, montage in montages.items()}

    def finish(shown: Shown) -> None:
        done(shown)
        session.announce_library(shown.montages["signal"].library.path)

    session.task("harvest").run(lambda _: _removing(montages, marked), done=finish)


def _refuse_while_training(session: Session) -> None:
    if session.task("train").running:
        raise Refused(
            found="a training is running, and reads patches",
            needed="a library that nobody reads",
            remedy="stop the training or wait for its end",
        )


def _harvesting(request: HarvestRequest) -> Job:
    yield Progress(0, 0, "looking at the frames")
    plan = plan_harvest(request.signal, request.noise, request.mask, request.settings)
    yield from harvest(plan, request.path)
    return request.path


def look_ahead(request: HarvestRequest) -> Job:
    """A job that finds out what a checked request will take, an `Ahead`."""
    yield Progress(0, 0, "counting places")
    free = int(psutil.virtual_memory().available)
    try:
        estimate = estimate_harvest(request.signal, request.noise, request.mask, request.settings, request.path)
    except Refused as refusal:
        return Ahead(None, free, str(refusal))
    try:
        refuse_unfitting(estimate)
        _refuse_memory(estimate, free)
    except Refused as refusal:
        return Ahead(estimate, free, str(refusal))
    return Ahead(estimate, free, "")


def _refuse_memory(estimate: HarvestEstimate, free: int) -> None:
    if estimate.memory_bytes > free:
        raise Refused(
            found=f"{size_text(free)} of memory are free",
            needed=f"{size_text(estimate.memory_bytes)} for frames of this size",
            remedy="close other programs",
        )


def _sorting(path: Path) -> Job:
    written = path.stat().st_mtime_ns if path.is_file() else 0
    library = PatchLibrary.open(path)
    rankings = yield from rank_patches(library)
    return _shown({kind: Montage(library, kind, rankings[kind]) for kind in library.kinds}, written)


def _removing(montages: Mapping[str, Montage], marked: Mapping[str, Indices]) -> Job:
    library = next(iter(montages.values())).library
    yield from remove_patches(library, marked)
    written, left = library.path.stat().st_mtime_ns, PatchLibrary.open(library.path)
    rankings = {kind: montage.ranking.without(marked[kind]) for kind, montage in montages.items()}
    return _shown({kind: Montage(left, kind, rankings[kind]) for kind in left.kinds}, written)


def _shown(montages: dict[str, Montage], written_ns: int) -> Shown:
    return Shown(montages, {kind: _sample(montage) for kind, montage in montages.items()}, written_ns)


def _sample(montage: Montage) -> Frames:
    ranks = evenly_spread(montage.count, most=PATCHES_SAMPLED)
    return montage.library.patches(montage.kind, montage.ranking.indices[ranks])


def in_words(report: HarvestReport | RemovalReport) -> str:
    """How far a harvest or a removal is."""
    if isinstance(report, RemovalReport):
        return f"{report.removed} patches removed, {report.done} of {report.total} others kept"
    each = (f"{report.counts[kind]} of {wanted} {kind}" for kind, wanted in report.wanted.items())
    return f"{' and '.join(each)} patches"


def ahead_in_words(ahead: Ahead) -> str:
    """What a harvest will take, for the user."""
    estimate = ahead.estimate
    if estimate is None:
        return ""
    masks = "mask of a frame" if estimate.modules == 1 else f"masks of {estimate.modules} modules"
    return (
        f"At most {estimate.signals:,} signal and {estimate.noises:,} noise patches "
        f"({estimate.places:,} places outside the {masks}).\n"
        f"File {size_text(estimate.file_bytes)} ({size_text(estimate.free_bytes)} free on the disk).\n"
        f"Memory {size_text(estimate.memory_bytes)} ({size_text(ahead.free_memory_bytes)} free)."
    )
