"""Work on masks beside the window, and at once where it is short: a request enters, a step of a mask layer leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Image, Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, refuse_modules, size_text
from napari_unveil.masking import mean_image
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.mask.target import REPLACE, Target, target_of
from napari_unveil.plugin.session import Reference, Session
from napari_unveil.types import Frame, Mask, Progress
from napari_unveil.workflow.masking import ReferenceImage, mask_from_reference, reference_image, spread_frames

AT_ONCE_PX = 2**20
"""Pixels up to which a mask is changed at once, within some ten milliseconds."""

LARGEST_PER_FRAME_BYTES = 2 * 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The image that something is looked for in.

    Parameters
    ----------
    layer, stack
        The frames.
    frame
        Number of the one frame to use; None: the mean of all.
    data
        What the layer showed.
    """

    layer: Image
    stack: FrameStack
    frame: int | None
    data: Any

    def is_that_of(self, other: "Source | None") -> bool:
        """Whether both mean the same image."""
        return other is not None and other.data is self.data and other.frame == self.frame


@dataclass(frozen=True, slots=True, eq=False)
class MaskRequest:
    """What a mask is made from.

    Parameters
    ----------
    source
        X-ray-only frames.
    known
        The image, when it has been read before.
    threshold
        In the unit of the frames; None: suggested from the image.
    grow_px
        Margin around the signal.
    how
        Whether it is added to the mask, taken away, or replaces it.
    """

    source: Source
    known: ReferenceImage | None
    threshold: float | None
    grow_px: float
    how: str = REPLACE


def source_of(viewer: Any, layer: Layer | None, *, shown_only: bool) -> Source:
    """The shown frame of ``layer``, or the mean of all.

    Raises
    ------
    Refused
        When there are no frames, or frames of several modules.
    """
    stack = layers.stack_of(layer)
    refuse_modules(stack)
    frames: Any = layer
    frame = layers.shown_frame(frames, viewer.dims.current_step) if shown_only else None
    return Source(frames, stack, frame, frames.data)


def make_mask(session: Session, request: MaskRequest, mask: Layer | None, done: Callable[[Labels], None]) -> None:
    """Make the mask and put it into the layer ``mask``, or into a new one without any."""

    def work(control: Control) -> Job:
        prepared = request.known
        if prepared is None:
            prepared = yield from _prepared(request.source, control)
        return mask_from_reference([prepared.image], threshold=request.threshold, grow_px=request.grow_px)

    def put(found: Any) -> None:
        covered, source = float(found.mask.mean()), request.source
        session.reference = Reference(source.stack, source.frame, found.image, found.threshold, covered)
        step = f"above {found.threshold:.4g}, margin {request.grow_px:g} px"
        done(merge(session, found.mask, step, mask=mask, like=source.layer, how=request.how))

    session.task("mask").run(work, done=put)


def prepare(session: Session, source: Source, done: Callable[[ReferenceImage], None]) -> None:
    """Read the image and smooth it, for previews."""
    session.task("mask").run(lambda control: _prepared(source, control), done=done)


def merge(session: Session, found: Mask, step: str, *, mask: Layer | None, like: Layer | None, how: str) -> Labels:
    """Put ``found`` (y, x) into the layer ``mask``; a new one without any, or when it was removed meanwhile.

    Raises
    ------
    Refused
        When the layer has another shape.
    """
    if mask is None or mask not in session.viewer.layers:
        if like is not None and like not in session.viewer.layers:
            like = None
        mask = layers.add_mask(session.viewer, np.zeros_like(found), like=like)
    target = target_of(session.viewer, mask)
    target.merge(found, step, how=how)
    return target.layer


def find(session: Session, read: Callable[[Control], Job], done: Callable[[Mask], None]) -> None:
    """Look for pixels beside the window; ``read`` comes to a mask (y, x)."""
    session.task("mask").run(read, done=done)


def in_some_frames(stack: FrameStack, find_pixels: Callable[[Any], Mask]) -> Callable[[Control], Job]:
    """Work that reads some frames of ``stack`` and comes to what ``find_pixels`` makes of them (frame, y, x)."""

    def work(control: Control) -> Job:
        yield Progress(0, 0, "reading frames")
        frames = list(control.counted(spread_frames(stack), total=0, message="reading frames"))
        yield Progress(len(frames), len(frames), "looking for pixels")
        return find_pixels(np.stack(frames))

    return work


def in_image(source: Source, find_pixels: Callable[[Frame], Mask]) -> Callable[[Control], Job]:
    """Work that reads the shown frame or the mean and comes to what ``find_pixels`` makes of it (y, x)."""

    def work(control: Control) -> Job:
        yield Progress(0, 0, "reading frames")
        frames, total = _frames(source)
        return find_pixels(mean_image(control.counted(frames, total=total, message="reading frames")))

    return work


def change(
    session: Session, target: Target, operation: Callable[[Mask], Mask], step: str, done: Callable[[], None]
) -> None:
    """Put what ``operation`` makes of the mask, at once or, for large ones, beside the window."""
    before = target.mask()
    if before.size <= AT_ONCE_PX:
        target.put(target.made_by(operation, before), step)
        done()
        return

    def work(_: Control) -> Job:
        planes = before if before.ndim > 2 else before[None]
        made = []
        for number, plane in enumerate(planes):
            yield Progress(number, len(planes), step)
            made.append(operation(plane))
        return np.stack(made) if before.ndim > 2 else made[0]

    def put(made: Mask) -> None:
        if target.layer not in session.viewer.layers or not np.array_equal(target.mask(), before):
            raise Refused(
                found="the mask was removed or changed in the meantime",
                needed="the mask as it was",
                remedy="press the button again",
            )
        target.put(made, step)
        done()

    session.task("mask").run(work, done=put)


def one_a_frame(mask: Mask, stack: FrameStack) -> Mask:
    """A mask (y, x) repeated for each frame (frame, y, x) of a stack with one leading axis.

    Raises
    ------
    Refused
        When the frames are not along one axis, or the masks would fill the memory.
    """
    count, size = stack.frame_count, stack.frame_count * mask.size
    if stack.data.ndim != 3 or size > LARGEST_PER_FRAME_BYTES:
        raise Refused(
            found=f"{count} frames along {', '.join(stack.axes[:-2]) or 'no axis'} make {size_text(size)} of masks",
            needed=f"frames along one axis, and at most {size_text(LARGEST_PER_FRAME_BYTES)}",
            remedy="open fewer frames, or use one mask for all",
        )
    return np.repeat(mask[None], count, axis=0)


def _prepared(source: Source, control: Control) -> Job:
    yield Progress(0, 0, "reading frames")
    frames, total = _frames(source)
    return reference_image(control.counted(frames, total=total, message="reading frames"))


def _frames(source: Source) -> tuple[Iterator[Frame], int]:
    if source.frame is not None:
        return iter([source.stack.read(source.frame)]), 1
    return source.stack.iterate(), source.stack.frame_count
