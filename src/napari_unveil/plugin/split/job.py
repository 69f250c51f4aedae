"""Requests to split a measurement enter; layers whose frames know their parts, previews and suggestions leave."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from napari.layers import Image, Layer

from napari_unveil.display.limits import FirstLook, first_look
from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, Projections
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.session import Session
from napari_unveil.plugin.split.filling import Filling
from napari_unveil.splitting import Form, SplitSettings, preview, suggest_axis
from napari_unveil.types import Frame, Progress
from napari_unveil.workflow.splitting import SplitMeasurement, form_of, open_measurement, split_for

TASK = "split"
RESULTS: dict[Form, str] = {"tomography": "reconstruction", "frames": "mean", "thinning": "split"}
"""What the layer that comes of a split is called, after the name of what was split."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitRequest:
    """What is to be split, and how.

    Parameters
    ----------
    layer, stack
        The frames, or projections.
    settings
        Form, parts, axis; without a column of the axis the suggested one is taken.
    """

    layer: Image
    stack: FrameStack
    settings: SplitSettings


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What is behind a layer: its projections, or its frames; and the form of a split that suits."""

    measurement: FrameStack | Projections
    form: Form


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """A split measurement, and how the first frame looks, number and pixels, so that it is shown at once."""

    split: SplitMeasurement
    index: int
    frame: Frame
    look: FirstLook


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One slice about an axis: its pixels (y, x), and the column of the axis that was used."""

    frame: Frame
    axis_px: float
    look: FirstLook


def opening(stack: FrameStack) -> Job:
    """A job that looks whether projections lie behind a stack, an `Opened`."""
    yield Progress(0, 0, "looking at the measurement")
    measurement = open_measurement(stack.address, form=None, open_stack=lambda: stack)
    return Opened(measurement, form_of(measurement))


def suggesting(projections: Projections) -> Job:
    """A job that finds the column of the axis."""
    yield Progress(0, 0, "looking for the axis of rotation")
    return suggest_axis(projections)


def slicing(projections: Projections, row: int, settings: SplitSettings) -> Job:
    """A job that reconstructs one slice, a `Slice`."""
    yield Progress(0, 0, f"reconstructing slice {row}")
    axis = suggest_axis(projections) if settings.axis_px is None else settings.axis_px
    frame = preview(projections, row, axis_px=axis, window=settings.filter)
    return Slice(frame, axis, first_look(frame))


def start(session: Session, request: SplitRequest, *, said: Callable[[tuple[str, ...]], None]) -> None:
    """Split beside the window, then add the layer; ``said`` is told what is doubtful about the parts."""

    def done(parted: Parted) -> None:
        if request.layer not in session.viewer.layers:
            raise Refused(
                found=f"'{request.layer.name}' was removed while it was being split",
                needed="the layer",
                remedy="open it again and split it again",
            )
        _add(session, request, parted)
        said(parted.split.said)

    session.task(TASK).run(lambda _: _splitting(request), done=done)


def _splitting(request: SplitRequest) -> Job:
    yield Progress(0, 0, "looking at the measurement")
    form = request.settings.form
    measurement = open_measurement(request.stack.address, form=form, open_stack=lambda: request.stack)
    settings = request.settings
    if isinstance(measurement, Projections) and settings.axis_px is None:
        with suppress(Refused):  # then the middle of the detector is taken, and that is said
            settings = replace(settings, axis_px=suggest_axis(measurement))
    yield Progress(0, 0, "splitting, and looking whether the parts are independent")
    split = split_for(measurement, settings)
    yield Progress(0, 0, "computing the first frame")
    index = split.stack.frame_count // 2
    frame = split.stack.read_or_missing(index, [])
    return Parted(split, index, frame, first_look(frame))


def _add(session: Session, request: SplitRequest, parted: Parted) -> Layer:
    """The layer of a split measurement; the frame in its middle is shown, which is there already, alone."""
    stack, viewer = parted.split.stack, session.viewer
    filling = Filling(session, stack, capacity_bytes=round(1e9 * preferences().cache_gb))
    filling.put(parted.index, parted.frame)
    look = layers.frame_look(parted.look)
    facts = {
        layers.STACK: stack,
        layers.UNIT: stack.unit,
        layers.ENERGY: stack.photon_energy_keV,
        layers.SPLIT: asdict(parted.split.settings),
    }
    layer = viewer.add_image(
        filling.array,
        name=f"{request.layer.name} {RESULTS[request.settings.form]}",
        rgb=False,
        multiscale=False,
        metadata={**look.pop("metadata"), layers.METADATA: facts},
        **_placement(request, len(stack.axes)),
        **look,
    )
    filling.belong_to(layer)
    request.layer.visible = False  # it has other frames, over which the slider goes as well
    viewer.dims.set_current_step(viewer.dims.ndim - len(stack.axes), parted.index)
    filling.follow()
    return layer


def _placement(request: SplitRequest, axes: int) -> dict[str, Any]:
    """Where the layer lies: exposures as what was split, slices with the size of the detector's pixels."""
    if request.settings.form != "tomography" and axes == request.layer.ndim:
        return layers.placement(request.layer)
    y, x = request.layer.scale[-2:]
    return {"scale": (y, x, x)[-axes:], "axis_labels": ("slice", "y", "x")[-axes:]}
