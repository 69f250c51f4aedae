"""A request to denoise a layer enters; signal and noise layers leave, filled frame by frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari.layers import Image

from napari_unveil.errors import Failed, UnveilError
from napari_unveil.frames import FrameStack
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import Session, Trio
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.types import Progress

SHIPPED_MODEL = "default"


@dataclass(frozen=True, slots=True, eq=False)
class DenoiseRequest:
    """What is to be denoised, and how.

    Parameters
    ----------
    layer, stack
        The frames.
    model
        Name of a shipped model, or a path.
    passes
        1 or 4; None: the model's own.
    photon_energy_keV
        Energy of a photon; None: as the frames say.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    layer: Image
    stack: FrameStack
    model: str
    passes: int | None
    photon_energy_keV: float | None
    device: str


class Separating:
    """A separation of a layer: its request, its finished frames, and the layers that show them.

    Parameters
    ----------
    result
        A :class:`~napari_unveil.denoising.separated_stack.SeparatedStack`.
    """

    def __init__(self, request: DenoiseRequest, result: Any, provenance: dict[str, Any]) -> None:
        self.request, self.result, self.provenance = request, result, provenance
        self.trio: Trio | None = None
        self._limits_set = False
        self._shown: int | None = None
        """The frame that the layers show finished; None while it is missing."""

    def show(self, session: Session) -> None:
        """Bring the layers up to date with the frames that are finished; adds them at the first call."""
        if self.trio is None:
            self._add_layers(session)
        self._refresh(session)

    def follow(self, session: Session) -> None:
        """The viewer shows another frame: when it is missing, it is separated next."""
        if self.trio is None or self.trio.signal not in session.viewer.layers:
            return
        self._shown = None
        self._refresh(session)
        if self._shown is None:
            self.result.want(self._looked_at(session))
            self._go_on(session)

    def give_up(self) -> None:
        """From now on only frames that are looked at are separated."""
        self.result.want_no_more()

    def _go_on(self, session: Session) -> None:
        session.task("denoise").run(
            lambda control: _separating(self, control),
            told=lambda report: _told(session, report),
            done=lambda _: self.show(session),
        )

    def _add_layers(self, session: Session) -> None:
        layer, result = self.request.layer, self.result
        signal, noise = layers.show_separation(
            session.viewer, layer, result.signal, result.noise, provenance=self.provenance
        )
        self.trio = Trio(layer, signal, noise)
        session.separation = self
        session.announce_trio(self.trio)

    def _refresh(self, session: Session) -> None:
        index = self._looked_at(session)
        found = self.result.get(index)
        if self.trio is None or found is None or self._shown == index:
            return
        if not self._limits_set:
            self.trio.noise.contrast_limits = layers.frame_limits(found.noise)
            self._limits_set = True
        self._shown = index
        self.trio.signal.refresh()
        self.trio.noise.refresh()

    def _looked_at(self, session: Session) -> int:
        return layers.shown_frame(self.request.layer, session.viewer.dims.current_step)


@dataclass(frozen=True, slots=True)
class FramesDone:
    """A separation and how far it is."""

    separating: Separating
    done: int
    total: int


def start(session: Session, request: DenoiseRequest) -> None:
    """Denoise the shown frame first, then the others, beside the window."""
    first = layers.shown_frame(request.layer, session.viewer.dims.current_step)
    session.separation = None
    session.task("denoise").run(
        lambda control: _denoising(request, first, control),
        told=lambda report: _told(session, report),
        done=lambda separating: separating.show(session),
    )


def cancel(session: Session) -> None:
    """End the job; afterwards only frames that are looked at are separated."""
    if session.separation is not None:
        session.separation.give_up()
    session.task("denoise").cancel()


def _denoising(request: DenoiseRequest, first: int, control: Control) -> Job:
    yield Progress(0, 0, "loading the model")
    from napari_unveil.denoising.separated_stack import SeparatedStack

    result = SeparatedStack(tuple(request.stack.data.shape))
    result.want(first)
    separating = Separating(request, result, {})
    yield from _separating(separating, control)
    return separating


def _separating(separating: Separating, control: Control) -> Job:
    request, result = separating.request, separating.result
    denoiser = _denoiser(separating, control)
    unreadable: list[str] = []
    yield FramesDone(separating, result.done_count, result.frame_count)
    try:
        while (index := result.next_frame()) is not None:
            try:
                frame = request.stack.read(index)
            except (UnveilError, OSError) as error:
                unreadable.append(str(error).rstrip("."))
                result.put_missing(index)
            else:
                result.put(index, denoiser.separate(frame))
            yield FramesDone(separating, result.done_count, result.frame_count)
    finally:
        from napari_unveil.network.device import free_memory

        free_memory(denoiser.device)
    if unreadable:
        raise Failed(
            found=f"{len(unreadable)} frames could not be read ({unreadable[0]})",
            kept="the others are shown, these are empty",
            remedy="repair the file and denoise it again",
        )
    return separating


def _denoiser(separating: Separating, control: Control) -> Any:
    from napari_unveil.network.device import leave_one_core_free
    from napari_unveil.workflow import denoising

    leave_one_core_free()
    request = separating.request
    denoiser, separating.provenance = denoising.denoiser_for(
        request.stack, _in_workflow(request), tell=lambda message: control.tell(Progress(0, 0, message))
    )
    return denoiser


def _in_workflow(request: DenoiseRequest) -> Any:
    from napari_unveil.workflow.denoising import DenoisingRequest

    return DenoisingRequest(
        model=request.model,
        photon_energy_keV=request.photon_energy_keV,
        passes=request.passes,
        device=request.device,
    )


def _told(session: Session, report: object) -> None:
    if isinstance(report, FramesDone) and session.viewer is not None:
        report.separating.show(session)


@dataclass(frozen=True, slots=True, eq=False)
class ExportRequest:
    """A denoising whose result goes to a file."""

    denoise: DenoiseRequest
    path: Path


def check_export(request: ExportRequest) -> None:
    """Refuse a place where the result cannot go."""
    refuse_inputs(request.path, request.denoise.stack.address.path)
    refuse_unwritable(request.path)


def export(session: Session, request: ExportRequest) -> None:
    """Write signal and noise of all frames to a file, beside the window."""
    session.task("denoise").run(lambda control: _exporting(request, control), done=lambda _: None)


def _exporting(request: ExportRequest, control: Control) -> Job:
    yield Progress(0, 0, "loading the model")
    from napari_unveil.network.device import leave_one_core_free
    from napari_unveil.workflow import denoising

    leave_one_core_free()
    plan = denoising.plan_denoising(
        request.denoise.stack,
        request.path,
        _in_workflow(request.denoise),
        tell=lambda message: control.tell(Progress(0, 0, message)),
    )
    for progress in denoising.denoise(plan):
        yield Progress(progress.done, progress.total, f"writing {request.path.name}")
    return request.path
