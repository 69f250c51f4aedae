"""Signal masks from X-ray-only frames, with what they were made from, and the room that they leave."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, UnreadableFrame, evenly_spread
from napari_unveil.harvest.positions import free_positions, separate_positions
from napari_unveil.masking import SignalSearch, mean_image, signal_mask, signal_search, suggest_threshold
from napari_unveil.masking.special import FEWEST_FRAMES
from napari_unveil.types import Frame, Frames, Mask

PREVIEW_PX = 2**20
"""Pixels up to which a preview is exact; larger frames are binned for it, so that it keeps up with the fields."""

LEVELS = 1000

MOST_FRAMES, MOST_BYTES = 32, 2**28
"""Frames that are held to find pixels that behave alike in all of them, and the memory for them."""


@dataclass(frozen=True, slots=True)
class ReferenceMask:
    """A signal mask (True = signal) with the mean image, of its shape, and the threshold in its unit that made it."""

    mask: Mask
    image: Frame
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceImage:
    """An image to look for signal in, (y, x) or one a module.

    Parameters
    ----------
    image
        As it is.
    suggested
        The threshold that it suggests, in its unit.
    search
        Its smoothed form.
    levels
        Shape (1001,), rising: the level below which each thousandth of the smoothed pixels lies.
    """

    image: Frame
    suggested: float
    search: SignalSearch
    levels: NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What a mask leaves for noise patches.

    Parameters
    ----------
    masked
        Share of the frame that is masked.
    patch
        Side of a patch, pixels.
    places
        At how many pixels the corner of a patch may lie.
    separate
        Shape (patch, 2): corners (y, x) of patches that do not overlap.
    """

    masked: float
    patch: int
    places: int
    separate: NDArray[np.int64]


def mask_from_reference(
    frames: Iterable[Frame], *, threshold: float | None = None, grow_px: float = 8
) -> ReferenceMask:
    """Where X-ray-only ``frames`` hold signal; without a ``threshold``, one is suggested from the data.

    Parameters
    ----------
    frames
        Shots, each of shape (y, x) or (module, y, x); the mask has the same shape.
    threshold
        In the unit of the frames, one for all modules.
    grow_px
        Margin around the signal, pixels.

    Raises
    ------
    Refused
        When there are no frames, no valid pixel, or nothing stands out.
    """
    image = mean_image(frames)
    level = suggest_threshold(image) if threshold is None else threshold
    mask = signal_mask(image, threshold=level, grow_px=grow_px)
    if not mask.any():
        raise Refused(
            found=f"nothing in the mean of the frames stands out above {level:.4g}",
            needed="X-ray-only frames with scattering",
            remedy="lower the threshold or choose other frames",
        )
    return ReferenceMask(mask, image, level)


def reference_image(frames: Iterable[Frame]) -> ReferenceImage:
    """Prepare the mean of X-ray-only shots, (y, x) or (module, y, x), for previews of the mask.

    Raises
    ------
    Refused
        When there are no frames, or no valid pixel.
    """
    image = mean_image(frames)
    suggested, search = suggest_threshold(image), signal_search(image, at_most_px=PREVIEW_PX)
    levels = np.quantile(search.smoothed[np.isfinite(search.smoothed)], np.linspace(0, 1, LEVELS + 1))
    return ReferenceImage(image, suggested, search, levels)


def pixels_of_each_module(
    stack: FrameStack,
    find_pixels: Callable[[Frames], Mask],
    *,
    passing: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> Mask:
    """What ``find_pixels`` makes of some frames (frame, y, x) of each module, in the shape of a shot.

    Parameters
    ----------
    passing
        Passes frames on as they are read, such as to count them.
    """
    modules = range(prod(stack.shot_shape[:-2]))
    found = [find_pixels(np.stack(list(passing(spread_frames(stack, module=module))))) for module in modules]
    return np.stack(found).reshape(stack.shot_shape)


def spread_frames(stack: FrameStack, *, module: int = 0) -> Iterator[Frame]:
    """Some frames (y, x) of a module, spread evenly over the shots, few enough to be held together.

    Unreadable ones are left out.

    Raises
    ------
    Refused
        When none can be read.
    """
    frame_bytes = 4 * stack.frame_shape[0] * stack.frame_shape[1]
    most = min(MOST_FRAMES, max(FEWEST_FRAMES, MOST_BYTES // frame_bytes))
    read = False
    modules = prod(stack.shot_shape[:-2])
    for shot in evenly_spread(stack.frame_count // modules, most=most):
        with suppress(UnreadableFrame):
            yield stack.read(shot * modules + module)
            read = True
    if not read:
        raise Refused(
            found=f"no frame of {stack.address} can be read",
            needed="at least one",
            remedy="choose other frames",
        )


def room_for_patches(mask: Mask, *, patch: int, max_excluded: float) -> Room:
    """Count where noise patches fit beside a mask (y, x).

    Parameters
    ----------
    patch
        Side of a patch, pixels.
    max_excluded
        Largest share of masked pixels in a patch.
    """
    free = free_positions(mask, patch=patch, max_excluded=max_excluded)
    return Room(float(mask.mean()), patch, int(free.sum()), separate_positions(free, patch=patch))


def outlines(room: Room, *, shape: tuple[int, int]) -> Mask:
    """The rims of the patches that fit beside one another, in a frame (y, x); True = rim."""
    drawn = np.zeros(shape, np.bool_)
    last = room.patch - 1
    for y, x in room.separate:
        rows, columns = slice(y, y + room.patch), slice(x, x + room.patch)
        drawn[[y, y + last], columns] = True
        drawn[rows, [x, x + last]] = True
    return drawn
