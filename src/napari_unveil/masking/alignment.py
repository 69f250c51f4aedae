"""Which mask belongs to which frame: a mask lines up with frames from the last axis on, as in numpy.

A mask of the shape (y, x) is for all frames, one of (module, y, x) has an image for each module and is for all
shots, one with all axes of the frames has an image for each frame.
"""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.masking.morphology import over_frames
from napari_unveil.types import Mask


def lines_up(mask_shape: tuple[int, ...], stack_shape: tuple[int, ...]) -> bool:
    """Whether a mask of one shape is for frames of the other (leading axes, y, x)."""
    if mask_shape[-2:] != stack_shape[-2:] or len(mask_shape) > len(stack_shape):
        return False
    axes = zip(mask_shape[::-1], stack_shape[::-1], strict=False)
    return all(side in (1, whole) for side, whole in axes)


def refuse_misfit(mask_shape: tuple[int, ...], shot_shape: tuple[int, ...]) -> None:
    """Refuse a mask that `mask_of_shot` cannot be made of."""
    of_shot = mask_shape[1:] if len(mask_shape) > len(shot_shape) else mask_shape
    if not lines_up(of_shot, shot_shape):
        modules = f", (module, y, x) {shot_shape}" if len(shot_shape) > 2 else ""
        raise Refused(
            found=f"the mask has the shape {mask_shape}",
            needed=f"the shape (y, x) {shot_shape[-2:]}{modules}, or one such mask a frame",
            remedy="choose the mask of these frames, or make it again from them",
        )


def mask_of_shot(mask: Mask, shot_shape: tuple[int, ...]) -> Mask:
    """The mask of every shot, shape ``shot_shape``; of a mask per frame, what is excluded in any shot.

    Parameters
    ----------
    mask
        Shape (y, x), (module, y, x), or either with an axis of frames before.
    shot_shape
        Shape (y, x) or (module, y, x) of what is read out at once.

    Raises
    ------
    Refused
        When the mask does not line up with the frames.
    """
    refuse_misfit(mask.shape, shot_shape)
    united = over_frames(mask) if mask.ndim > len(shot_shape) else mask
    return np.broadcast_to(united, shot_shape)
