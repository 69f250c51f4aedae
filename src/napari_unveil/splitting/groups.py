"""Exposures of a static scene in independent groups: frames enter, means of every K-th frame (part, y, x) leave."""

from dataclasses import dataclass

import numpy as np

from napari_unveil.frames import FrameStack
from napari_unveil.types import Frames


@dataclass(frozen=True, slots=True, eq=False)
class GroupParts:
    """Means of groups of frames; frame f is of group f mod K.

    Parameters
    ----------
    stack
        The exposures, along its first axis.
    parts
        K, the number of groups.
    """

    stack: FrameStack
    parts: int

    @property
    def shape(self) -> tuple[int, ...]:
        """One shot."""
        return (1, *self.stack.data.shape[1:])

    def __call__(self, index: int) -> Frames:
        """Mean of each group over what is there, shape (part, y, x); ``index`` counts the modules of a shot.

        NaN where no frame of a group has the pixel.
        """
        modules = self.stack.frame_count // self.stack.data.shape[0]
        total = np.zeros((self.parts, *self.stack.frame_shape))
        count = np.zeros(total.shape, np.int32)
        unreadable: list[str] = []
        for frame in range(self.stack.data.shape[0]):
            pixels = self.stack.read_or_missing(frame * modules + index, unreadable)
            there = np.isfinite(pixels)
            total[frame % self.parts] += np.where(there, pixels, 0)
            count[frame % self.parts] += there
        return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
