"""Layers and a question enter; curves and numbers of the shown frame leave, and files of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.inspection.files import write_csv
from napari_unveil.inspection.inspector import Found, Images, Inspector
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.questions import Question
from napari_unveil.plugin.inspect.places import place_in_words
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.layers import read_frame
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_inputs
from napari_unveil.types import Progress

CSV, PNG = ".csv", ".png"


@dataclass(slots=True, eq=False)
class Memory:
    """What the next request will need again: the images of the frame that was looked at last, and its bins."""

    inspector: Inspector = field(default_factory=Inspector)
    frame: int = -1
    sources: tuple[Any, ...] = ()
    images: Images | None = None

    def holds(self, request: "InspectRequest") -> bool:
        """Whether the images are those that are asked for."""
        same = len(self.sources) == len(request.sources) and self.frame == request.frame
        return same and all(a is b for a, b in zip(self.sources, request.sources, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class InspectRequest:
    """What is asked of which frame.

    Parameters
    ----------
    stacks
        ``input`` and, where there are such layers, ``signal``, ``noise`` and ``error``, the standard error of the
        signal.
    sources
        The arrays behind them: while these are the same objects, their frames are.
    frame
        Number of the frame, in C order over the leading axes.
    provenance
        What made signal and noise.
    error_correlation
        Effective correlation of the errors of two pixels.
    """

    stacks: Mapping[str, FrameStack]
    sources: tuple[Any, ...]
    frame: int
    question: Question
    provenance: Mapping[str, Any]
    memory: Memory
    error_correlation: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """What there is to see of one frame.

    Parameters
    ----------
    place
        Which frame, in words.
    is_denoised
        Whether there are signal and noise of it.
    """

    request: InspectRequest
    found: Found
    place: str
    is_denoised: bool


def check(request: InspectRequest) -> None:
    """Refuse layers that do not belong together."""
    shapes = {tuple(stack.data.shape) for stack in request.stacks.values()}
    if len(shapes) > 1:
        raise Refused(
            found=f"the layers have the shapes {', '.join(map(str, sorted(shapes)))}",
            needed="input, signal and noise of the same frames",
            remedy="choose layers that belong together",
        )


def start(session: Session, request: InspectRequest) -> None:
    """Inspect one frame beside the window; the session announces what is found."""
    session.task("inspect").run(lambda _: _inspecting(request), done=session.announce_inspection)


def _inspecting(request: InspectRequest) -> Job:
    yield Progress(0, 0)
    images = _images(request)
    found = request.memory.inspector.look(images, request.question)
    frames = request.stacks["input"]
    return Inspection(request, found, place_in_words(frames, request.frame), "signal" in images.by_name)


def _images(request: InspectRequest) -> Images:
    memory = request.memory
    if memory.images is not None and memory.holds(request):
        return memory.images
    read = zip(request.stacks.items(), request.sources, strict=True)
    by_name = {name: read_frame(stack, source, request.frame) for (name, stack), source in read}
    finished = _is_denoised(by_name)
    frames, error = request.stacks["input"], by_name.pop("error", None)
    shown = by_name if finished else {"input": by_name["input"]}
    errors = None if error is None or not finished else PixelErrors(error, request.error_correlation)
    images = Images(shown, frames.unit, frames.photon_energy_keV, errors)
    memory.frame, memory.sources, memory.images = request.frame, request.sources, images if finished else None
    return images


def _is_denoised(by_name: Mapping[str, Any]) -> bool:
    if not {"signal", "noise"} <= set(by_name):
        return False
    return bool(np.isfinite(by_name["signal"]).any() or not np.isfinite(by_name["input"]).any())


@dataclass(frozen=True, slots=True, eq=False)
class ExportRequest:
    """An inspection that goes to a file, ``.csv`` or ``.png``; its axes as they are shown."""

    inspection: Inspection
    path: Path
    log_x: bool
    log_y: bool


def check_export(request: ExportRequest) -> None:
    """Refuse files that would hold nothing, of an unknown kind, or in the place of an input."""
    stacks = request.inspection.request.stacks.values()
    refuse_inputs(request.path, *(file for stack in stacks for file in stack.inputs))
    if not request.inspection.found.table.columns:
        raise Refused(
            found=f"{request.inspection.place} is not denoised yet",
            needed="numbers to write",
            remedy="denoise it first",
        )
    if request.path.suffix.lower() not in (CSV, PNG):
        raise Refused(
            found=f"a file name that ends in '{request.path.suffix}'",
            needed=f"{CSV} for numbers or {PNG} for a picture",
            remedy="choose one of them",
        )
    if request.path.suffix.lower() == PNG and request.inspection.found.plot is None:
        raise Refused(found="there are no curves here", needed="curves for a picture", remedy=f"write them as {CSV}")


def export(session: Session, request: ExportRequest, *, done: Callable[[Path], None]) -> None:
    """Write the shown curves or numbers, beside the window; ``done`` gets the path."""
    session.task("inspect").run(lambda _: _exporting(request), done=done)


def _exporting(request: ExportRequest) -> Job:
    yield Progress(0, 0)
    inspection = request.inspection
    header = _header(inspection)
    if request.path.suffix.lower() == CSV:
        write_csv(request.path, inspection.found.table, header=header)
    elif inspection.found.plot is not None:
        from napari_unveil.drawing.plots import save_plot

        title = f"{inspection.place} of {Path(header['frames']).name}"
        save_plot(request.path, inspection.found.plot, title=title, log_x=request.log_x, log_y=request.log_y)
    return request.path


def _header(inspection: Inspection) -> dict[str, str]:
    from napari_unveil import __version__

    request, frames = inspection.request, inspection.request.stacks["input"]
    centre = inspection.found.centre_yx
    energy = frames.photon_energy_keV
    return {
        "program": f"napari-unveil {__version__}",
        "frames": str(frames.address),
        "frame": inspection.place,
        "unit": frames.unit or "unknown",
        "photon energy (keV)": "unknown" if energy is None else f"{energy!r}",
        **({} if centre is None else {"centre (px)": f"y = {centre[0]!r}, x = {centre[1]!r}"}),
        **request.question.in_words(),
        "separation": json.dumps(dict(request.provenance), default=str) if inspection.is_denoised else "none",
    }
