"""Requests to denoise layers enter; signal and noise layers leave, filled frame by frame."""

import importlib

from napari_unveil.errors import Failed
from napari_unveil.plugin.denoise.separating import DenoiseRequest, Separating
from napari_unveil.plugin.denoise.separations import Separations
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import Session
from napari_unveil.types import Progress

TASK, PREPARATION = "denoise", "prepare"


def separations_of(session: Session) -> Separations:
    """The separations of a session; made at the first call."""
    if not isinstance(session.separation, Separations):
        session.separation = Separations(session, go_on)
        session.task(TASK).ended.connect(lambda _: _look_again(session))
    return session.separation


def prepare(session: Session) -> None:
    """Load torch and what denoises with it beside the window, so that the first frame comes sooner."""
    session.task(PREPARATION).run(_preparing, done=lambda _: None)


def start(session: Session, request: DenoiseRequest) -> Separating:
    """Denoise the shown frame first, then the others, beside the window."""
    separations = separations_of(session)
    separating = separations.begin(request)
    separating.result.want_all()
    go_on(session)
    return separating


def cancel(session: Session) -> None:
    """End the job; afterwards only frames that are looked at are separated."""
    separations_of(session).give_up()
    session.task(TASK).cancel()


def go_on(session: Session) -> None:
    """Work off what is wanted; nothing happens when that is being done."""
    separations = separations_of(session)
    session.task(TASK).run(
        lambda control: _working(separations, control),
        told=lambda _: separations.show(),
        done=lambda _: separations.show(),
        at_stake=separations.at_stake,
    )


def _look_again(session: Session) -> None:
    """What was asked for while the job came to its end is begun once everybody knows of that end."""
    from qtpy.QtCore import QTimer

    QTimer.singleShot(0, lambda: _begin_what_is_left(session))


def _begin_what_is_left(session: Session) -> None:
    separations = session.separation
    if isinstance(separations, Separations) and session.viewer is not None and separations.has_work():
        go_on(session)


def _preparing(control: Control) -> Job:
    yield Progress(0, 0, "loading torch")
    from napari_unveil.network.loading import load_torch

    del control
    load_torch()
    importlib.import_module("napari_unveil.denoising.denoiser")


def _working(separations: Separations, control: Control) -> Job:
    yield Progress(0, 0, "loading the model")
    from napari_unveil.network.loading import load_torch

    load_torch()
    begun = separations.all
    try:
        yield from separations.steps(control)
    finally:
        _free_memory(begun)
    unreadable = [words for separating in begun for words in separating.take_unreadable()]
    if unreadable:
        raise Failed(
            found=f"{len(unreadable)} frames could not be read ({unreadable[0]})",
            kept="the others are shown, these are empty",
            remedy="repair the file and denoise it again",
        )


def _free_memory(begun: tuple[Separating, ...]) -> None:
    from napari_unveil.network.device import free_memory

    for device in {separating.device for separating in begun} - {None}:
        free_memory(device)
