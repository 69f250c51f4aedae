"""Requests for patches enter; patch libraries on disk, estimates, and rankings to look at leave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.frames import evenly_spread
from napari_unveil.harvest import (
    HarvestReport,
    Montage,
    PatchLibrary,
    RemovalReport,
    harvest,
    harvest_aligned,
    plan_harvest,
    rank_patches,
    remove_patches,
)
from napari_unveil.plugin.harvest import words
from napari_unveil.plugin.harvest.requests import AlignedRequest, AnyRequest
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.types import Frames, Indices, Progress

AT_STAKE = "Patches are being harvested; the library is written only when all are there."
PATCHES_SAMPLED = 64
"""Patches, spread over the ranking, by which the contrast of a montage is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Patches to look at: a montage of each kind, patches (n, y, x) that stand for all, when the file was written."""

    montages: dict[str, Montage]
    samples: dict[str, Frames]
    written_ns: int


def check(session: Session, request: AnyRequest) -> None:
    """Refuse what can be refused at once, without a look at the pixels; and to replace a library during a training."""
    if request.path.is_file():
        _refuse_while_training(session)
    request.refuse()
    refuse_unwritable(request.path)
    refuse_inputs(request.path, *(file for stack in request.stacks for file in stack.inputs))


def start(session: Session, request: AnyRequest) -> None:
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
        session.announce_library(next(iter(shown.montages.values())).library.path)

    session.task("harvest").run(lambda _: _removing(montages, marked), done=finish)


def _refuse_while_training(session: Session) -> None:
    if session.task("train").running:
        raise Refused(
            found="a training is running, and reads patches",
            needed="a library that nobody reads",
            remedy="stop the training or wait for its end",
        )


def _harvesting(request: AnyRequest) -> Job:
    yield Progress(0, 0, "looking at the frames")
    if isinstance(request, AlignedRequest):
        yield from harvest_aligned(request.with_read_parts().plan(), request.path)
        return request.path
    plan = plan_harvest(request.signal, request.noise, request.mask, request.settings)
    yield from harvest(plan, request.path)
    return request.path


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
    patches = montage.library.patches(montage.kind, montage.ranking.indices[ranks])
    return patches.reshape(-1, *patches.shape[-2:])


def in_words(report: HarvestReport | RemovalReport) -> str:
    """How far a harvest or a removal is."""
    if isinstance(report, RemovalReport):
        return f"{report.removed} patches removed, {report.done} of {report.total} others kept"
    return words.in_words({kind: f"{report.counts[kind]} of {wanted}" for kind, wanted in report.wanted.items()})
