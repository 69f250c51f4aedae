"""Three layers and a place enter; profiles and numbers of the shown frame leave."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.inspection import Profile, beam_centre, line_profile, pair_numbers, pair_rows, radial_profile
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.session import Session
from napari_unveil.types import Frame, Progress, Separation

YX = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Around:
    """A radial profile around ``centre_yx``, in pixels; None: around the brightest part of the signal."""

    centre_yx: YX | None


@dataclass(frozen=True, slots=True)
class Along:
    """A profile from ``start_yx`` to ``stop_yx``, in pixels."""

    start_yx: YX
    stop_yx: YX


@dataclass(frozen=True, slots=True, eq=False)
class InspectRequest:
    """Input, signal and noise, the number of a frame in them, and the course of the profile."""

    frames: FrameStack
    signal: FrameStack
    noise: FrameStack
    frame: int
    course: Around | Along


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """What there is to see of one frame.

    Parameters
    ----------
    profiles
        By name: input, signal and noise.
    position_label, intensity_label
        Words on the axes.
    numbers
        Names and values, in words.
    centre_yx
        Around which the radial profiles are, in pixels; None along a line.
    """

    profiles: Mapping[str, Profile]
    position_label: str
    intensity_label: str
    numbers: list[tuple[str, str]]
    centre_yx: YX | None


def check(request: InspectRequest) -> None:
    """Refuse layers that do not belong together."""
    shapes = {tuple(stack.data.shape) for stack in (request.frames, request.signal, request.noise)}
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
    images = {
        name: stack.read(request.frame)
        for name, stack in (("input", request.frames), ("signal", request.signal), ("noise", request.noise))
    }
    _refuse_not_denoised(images["signal"], images["input"], request.frame)
    unit = request.frames.unit
    course = _resolved(request.course, images["signal"])
    pair = pair_numbers(images["input"], Separation(images["signal"], images["noise"]))
    names, values = pair_rows([(f"{request.frame}", pair)], unit=unit)
    return Inspection(
        {name: _profile(image, course) for name, image in images.items()},
        "distance from the centre (px)" if isinstance(request.course, Around) else "distance along the line (px)",
        f"{unit} per pixel" if unit else "intensity",
        list(zip(names, values, strict=True)),
        course.centre_yx if isinstance(course, Around) else None,
    )


def _refuse_not_denoised(signal: Frame, frame: Frame, number: int) -> None:
    if np.isfinite(frame).any() and not np.isfinite(signal).any():
        raise Refused(
            found=f"frame {number} is not denoised yet",
            needed="a signal image",
            remedy="wait for it, or press Denoise",
        )


def _resolved(course: Around | Along, signal: Frame) -> Around | Along:
    if isinstance(course, Along) or course.centre_yx is not None:
        return course
    try:
        return Around(beam_centre(signal))
    except Refused:
        return Around(((signal.shape[0] - 1) / 2, (signal.shape[1] - 1) / 2))


def _profile(image: Frame, course: Around | Along) -> Profile:
    if isinstance(course, Along):
        return line_profile(image, start_yx=course.start_yx, stop_yx=course.stop_yx)
    return radial_profile(image, centre_yx=course.centre_yx or (0.0, 0.0))
