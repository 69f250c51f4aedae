"""A range of frames and a path enter; a file with signal, noise and what is known beside them leaves."""

import shutil
from collections.abc import Generator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from napari_unveil.frames import FrameStack, size_text
from napari_unveil.plugin.denoise.job import go_on, separations_of
from napari_unveil.plugin.denoise.separating import DenoiseRequest, Separating
from napari_unveil.plugin.denoise.separations import Exporting, Separations
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.types import Progress
from napari_unveil.workflow.denoising import denoise, plan_denoising
from napari_unveil.workflow.models import model_path
from napari_unveil.workflow.request import gives_errors, gives_map

BYTES_PER_VALUE = 4
"""Signal, noise and standard error are float32."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportRequest:
    """A denoising whose result goes to a file.

    Parameters
    ----------
    denoise, path
        What is denoised and how, and where the result goes.
    rows
        Positions along the first axis of the frames.
    """

    denoise: DenoiseRequest
    path: Path
    rows: slice


def check(request: ExportRequest) -> None:
    """Refuse a place where the result cannot go."""
    refuse_inputs(request.path, *request.denoise.stack.inputs, model_path(request.denoise.how.model))
    refuse_unwritable(request.path)


def estimate_in_words(request: DenoiseRequest, rows: slice, made: Separating | None) -> str:
    """How many frames, how large and how long; ``made`` has the frames that were denoised so (None: none was)."""
    shape = _with_frame_axis(request.stack).data.shape
    positions = range(shape[0])[rows]
    a_row = prod(shape[1:-2])
    frames = len(positions) * a_row
    pixels = frames * prod(shape[-2:])
    size = f"{frames} frames, about {size_text(sum(_parts(request).values()) * pixels)} before compression"
    seconds = None if made is None else made.seconds_per_frame
    if made is None or seconds is None:
        return f"{size}; the time is measured on the shown frame first"
    numbers = (row * a_row + place for row in positions for place in range(a_row))
    there = sum(made.result.has(number) for number in numbers)
    again = f", {there} are denoised already" if there else ""
    return (
        f"{size}; about {_time((frames - there) * seconds)} at {seconds:.2g} s a frame "
        f"(median of the last {made.timed_frames} denoised here){again}"
    )


def question(request: ExportRequest, made: Separating | None) -> str:
    """What the user agrees to before the export begins."""
    free = shutil.disk_usage(request.path.parent).free
    words = estimate_in_words(request.denoise, request.rows, made)
    *first, last = _parts(request.denoise)
    return f"Write {', '.join(first)} and {last} to {request.path}?\n\n{words}. Free there: {size_text(free)}."


def measure(session: Session, request: DenoiseRequest) -> Separating:
    """Denoise the shown frame alone, so that the time of an export is known."""
    separating = separations_of(session).begin(request)
    separating.result.want_no_more()
    separating.result.want(separating.looked_at(session))
    go_on(session)
    return separating


def start(session: Session, request: ExportRequest) -> None:
    """Write signal and noise beside the window; frames that are looked at come first."""
    separations = separations_of(session)
    made = separations.of(request.denoise) or separations.begin(request.denoise)
    separations.last_words = ""
    separations.export = Exporting(made, request.path, _writing(request, made, separations))
    go_on(session)


def _writing(request: ExportRequest, made: Separating, separations: Separations) -> Generator[Progress, None, str]:
    plan = plan_denoising(
        _with_frame_axis(request.denoise.stack),
        request.path,
        request.denoise.how,
        rows=request.rows,
        tell=separations.tell,
        prepared=made.denoiser(separations.tell),
    )
    for progress in denoise(plan, known=made.result.get):
        yield Progress(progress.done, progress.total, f"{progress.done} of {progress.total} frames in {plan.path.name}")
    return f"written to {request.path}"


def _parts(request: DenoiseRequest) -> dict[str, int]:
    """What is written, with the bytes it takes for each pixel."""
    wanted = {"signal": True, "noise": True, "standard error": gives_errors(request.how)}
    parts = {name: BYTES_PER_VALUE for name, there in wanted.items() if there}
    return {**parts, "warning map": 1} if gives_map(request.how) else parts


def _with_frame_axis(stack: FrameStack) -> FrameStack:
    """A single image as a stack of one frame, as files have it."""
    if stack.data.ndim > 2:
        return stack
    return replace(stack, data=stack.data[np.newaxis], axes=("frame", *stack.axes))


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
