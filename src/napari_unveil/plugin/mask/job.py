"""A request for a signal mask enters, a labels layer leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari.layers import Layer

from napari_unveil.frames import FrameStack
from napari_unveil.masking import load_mask, save_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import Reference, Session
from napari_unveil.types import Frame, Mask, Progress


@dataclass(frozen=True, slots=True, eq=False)
class MaskRequest:
    """What a mask is made from.

    Parameters
    ----------
    layer, stack
        X-ray-only frames.
    frame
        Number of the one frame to use; None: the mean of all.
    threshold
        In the unit of the frames; None: suggested from the image.
    grow_px
        Margin around the signal.
    """

    layer: Layer
    stack: FrameStack
    frame: int | None
    threshold: float | None
    grow_px: float


def make_mask(session: Session, request: MaskRequest) -> None:
    """Make the mask and show it as labels over the frames."""

    def done(found: Any) -> None:
        covered = float(found.mask.mean())
        session.reference = Reference(request.stack, request.frame, found.image, found.threshold, covered)
        layers.show_mask(session.viewer, found.mask, like=request.layer)

    image = _known_image(session, request)
    session.task("mask").run(lambda control: _masking(request, image, control), done=done)


def load(session: Session, path: Path, like: Layer | None) -> None:
    """Show the mask in ``path`` over the frames of ``like``.

    Raises
    ------
    Refused
        When it is no mask, or does not fit these frames.
    """
    shape = None if like is None else layers.stack_of(like).frame_shape
    layers.show_mask(session.viewer, load_mask(path, shape=shape), like=like)


def change(session: Session, layer: Layer | None, operation: Callable[[Mask], Mask]) -> None:
    """Show what ``operation`` makes of the mask in ``layer``; refused when there is none."""
    mask = layers.mask_of(layer)
    layers.show_mask(session.viewer, operation(mask), like=layer, name=str(layer))


def save(path: Path, layer: Layer | None) -> None:
    """Write the mask in ``layer`` to ``path``; refused when there is none."""
    save_mask(path, layers.mask_of(layer))


def _known_image(session: Session, request: MaskRequest) -> Frame | None:
    known = session.reference
    if known is None or known.stack is not request.stack or known.frame != request.frame:
        return None
    return known.image


def _masking(request: MaskRequest, image: Frame | None, control: Control) -> Job:
    yield Progress(0, 0, "reading frames")
    from napari_unveil.workflow.masking import mask_from_reference

    frames, total = _frames(request, image)
    return mask_from_reference(
        control.counted(frames, total=total, message="reading frames"),
        threshold=request.threshold,
        grow_px=request.grow_px,
    )


def _frames(request: MaskRequest, image: Frame | None) -> tuple[Iterator[Frame], int]:
    if image is not None:
        return iter([image]), 1
    if request.frame is not None:
        return iter([request.stack.read(request.frame)]), 1
    return request.stack.iterate(), request.stack.frame_count
