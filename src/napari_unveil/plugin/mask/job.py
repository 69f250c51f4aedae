"""Work on masks beside the window, and at once where it is short: a request enters, a step of a mask layer leaves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from napari.layers import Image, Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, in_shots, size_text
from napari_unveil.masking import lines_up, mean_image, over_frames
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.mask.target import REPLACE, Target, target_of
from napari_unveil.plugin.session import Reference, Session
from napari_unveil.types import Frame, Frames, Mask, Progress
from napari_unveil.workflow.masking import (
    ReferenceImage,
    mask_from_reference,
    pixels_of_each_module,
    reference_image,
)

AT_ONCE_PX = 2**20
"""Pixels up to which a mask is changed at once, within some ten milliseconds."""

LARGEST_PER_FRAME_BYTES = 2 * 10**9

Steps = tuple[int, ...]
"""Where the sliders of a viewer stand."""


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
    steps
        Where the sliders stood.
    """

    layer: Image
    stack: FrameStack
    frame: int | None
    data: Any
    steps: Steps

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
    """The shown frame of ``layer``, or the mean of all, for each module apart.

    Raises
    ------
    Refused
        When there are no frames.
    """
    stack, steps = layers.stack_of(layer), viewer.dims.current_step
    frames: Any = layer
    frame = layers.shown_frame(frames, steps) if shown_only else None
    return Source(frames, stack, frame, frames.data, steps)


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
        done(merge(session, found.mask, step, mask=mask, like=source.layer, how=request.how, steps=source.steps))

    session.task("mask").run(work, done=put)


def prepare(session: Session, source: Source, done: Callable[[ReferenceImage], None]) -> None:
    """Read the image and smooth it, for previews."""
    session.task("mask").run(lambda control: _prepared(source, control), done=done)


def merge(
    session: Session, found: Mask, step: str, *, mask: Layer | None, like: Layer | None, how: str, steps: Steps
) -> Labels:
    """Put ``found`` into the layer ``mask``; a new one without any, or when it was removed meanwhile.

    Parameters
    ----------
    found
        Shape (y, x), for the image that is shown at ``steps``, or with leading axes of the layer.

    Raises
    ------
    Refused
        When the layer has another shape.
    """
    if mask is None or mask not in session.viewer.layers:
        if like is not None and like not in session.viewer.layers:
            like = None
        mask = layers.add_mask(session.viewer, np.zeros(_new_shape(found, like), np.bool_), like=like)
    target = target_of(steps, mask, axes=found.ndim)
    target.merge(found, step, how=how)
    return target.layer


def find(session: Session, read: Callable[[Control], Job], done: Callable[[Mask], None]) -> None:
    """Look for pixels beside the window; ``read`` comes to a mask."""
    session.task("mask").run(read, done=done)


def in_some_frames(stack: FrameStack, find_pixels: Callable[[Any], Mask]) -> Callable[[Control], Job]:
    """Work that comes to what ``find_pixels`` makes of some frames (frame, y, x) of each module of ``stack``."""

    def work(control: Control) -> Job:
        yield Progress(0, 0, "reading frames")

        def passing(frames: Iterable[Frame]) -> Iterator[Frame]:
            return control.counted(frames, total=0, message="reading frames")

        return pixels_of_each_module(stack, find_pixels, passing=passing)

    return work


def in_image(source: Source, find_pixels: Callable[[Frame], Mask]) -> Callable[[Control], Job]:
    """Work that reads the shown frame or the mean and comes to what ``find_pixels`` makes of it."""

    def work(control: Control) -> Job:
        yield Progress(0, 0, "reading frames")
        return find_pixels(mean_image(_shots(source, control)))

    return work


def change(
    session: Session,
    target: Target,
    operation: Callable[[Mask, tuple[int, ...]], Mask],
    step: str,
    done: Callable[[], None],
) -> None:
    """Put what ``operation`` makes of the mask, at once or, for large ones, beside the window.

    Parameters
    ----------
    operation
        Takes an image (y, x) of the mask and its place along the leading axes, and gives another image.
    """
    before = target.mask()
    places = list(np.ndindex(before.shape[:-2]))
    if before.size <= AT_ONCE_PX:
        target.put(np.stack([operation(before[place], place) for place in places]).reshape(before.shape), step)
        done()
        return

    def work(_: Control) -> Job:
        made = np.empty_like(before)
        for number, place in enumerate(places):
            yield Progress(number, len(places), step)
            made[place] = operation(before[place], place)
        return made

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


def shared_out(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask repeated along leading axes; one that has them already is united over its first axis before.

    Raises
    ------
    Refused
        When there are no such axes, the mask does not line up, or the masks would fill the memory.
    """
    united = over_frames(mask) if mask.ndim > 2 and mask.ndim >= len(shape) else mask
    if len(shape) <= 2 or not lines_up(united.shape, shape):
        raise Refused(
            found=f"the mask has the shape {mask.shape}, one image for each would have {shape}",
            needed="frames with several images, and a mask that lines up with them",
            remedy="choose other frames, or keep the mask as it is",
        )
    size = prod(shape)
    if size > LARGEST_PER_FRAME_BYTES:
        raise Refused(
            found=f"{prod(shape[:-2])} images make {size_text(size)} of masks",
            needed=f"at most {size_text(LARGEST_PER_FRAME_BYTES)}",
            remedy="open fewer frames, or use one mask for all",
        )
    return np.broadcast_to(united, shape).copy()


def _new_shape(found: Mask, like: Layer | None) -> tuple[int, ...]:
    """Shape of a new mask for ``found``: an image for each module of the frames, where it fits them."""
    shape = found.shape if like is None else layers.stack_of(like).shot_shape
    return shape if lines_up(found.shape, shape) else found.shape


def _prepared(source: Source, control: Control) -> Job:
    yield Progress(0, 0, "reading frames")
    return reference_image(_shots(source, control))


def _shots(source: Source, control: Control) -> Iterator[Frames]:
    """The shown frame, or all shots."""
    if source.frame is not None:
        return iter([source.stack.read(source.frame)])
    frames = control.counted(source.stack.iterate(), total=source.stack.frame_count, message="reading frames")
    return in_shots(frames, source.stack.shot_shape)
