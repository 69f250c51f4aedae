"""A request to train enters, losses on the way and a model file leave."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_unwritable
from napari_unveil.types import Progress

PRESETS = ("default", "published", "fast")
"""Names of the presets, so that a form can list them without loading torch."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What is to be trained, and how long.

    Parameters
    ----------
    library
        Patch library; None: not chosen.
    preset
        One of ``PRESETS``.
    minutes, epochs
        The limit; the preset's own where None.
    photon_energy_keV
        Overrides the library's (None: as in the library).
    device, seed, path
        Where it runs, seed of weights and draws, and the model file to write.
    """

    library: Path | None
    preset: str
    minutes: float | None
    epochs: int | None
    photon_energy_keV: float | None
    device: str
    seed: int
    path: Path


def check(request: TrainRequest) -> PatchLibrary:
    """Open the library; refuse what can be refused without loading torch."""
    if request.library is None:
        raise Refused(
            found="no patch library is chosen",
            needed="a file written by a harvest",
            remedy="harvest patches first, or choose a file",
        )
    refuse_unwritable(request.path)
    return PatchLibrary.open(request.library)


def start(session: Session, request: TrainRequest) -> None:
    """Train from the start beside the window; the model is announced when it is written."""
    session.task("train").run(lambda control: _training(request, control, "train"), done=session.announce_model)


def resume(session: Session, request: TrainRequest) -> None:
    """Go on with an interrupted run."""
    session.task("train").run(lambda control: _training(request, control, "resume"), done=session.announce_model)


def _training(request: TrainRequest, control: Control, verb: str) -> Job:
    yield Progress(0, 0, "preparing")
    from napari_unveil import training
    from napari_unveil.network.device import leave_one_core_free

    leave_one_core_free()
    plan = training.plan_training(check(request), _settings(request), request.path)
    begin = {"train": training.train, "resume": training.resume}[verb]
    yield from _gathered(begin(plan, stop=control.stop_asked))
    return request.path


def _gathered(reports: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    """All reports so far, so that none is missed when only the newest is told."""
    so_far: list[Any] = []
    for report in reports:
        so_far.append(report)
        yield tuple(so_far)


def _settings(request: TrainRequest) -> Any:
    from napari_unveil.training import preset

    settings = replace(
        preset(request.preset),
        photon_energy_keV=request.photon_energy_keV,
        device=request.device,
        seed=request.seed,
    )
    if request.epochs is not None:
        settings = replace(settings, epochs=request.epochs)
    return settings if request.minutes is None else replace(settings, minutes=request.minutes, epochs=None)
