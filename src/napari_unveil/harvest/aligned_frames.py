"""Frames with several images each, all at one place: stacks enter, images (channel, y, x) of one frame leave.

The images are a short and a long exposure of one scene, or the independent parts of a split measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.harvest.collecting import Source
from napari_unveil.harvest.pairs import refuse_no_pairs
from napari_unveil.harvest.series import Supply
from napari_unveil.types import Frames


class AlignedFrames(Source, Protocol):
    """Frames of which there are several images each, all at the same place.

    ``read`` gives them in the shape (channel, y, x), in ``unit``, NaN where missing.
    """

    @property
    def channels(self) -> int:
        """Images of each frame."""
        ...

    @property
    def supplies(self) -> Mapping[str, Supply]:
        """Where they come from, by what it is."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PairedFrames:
    """A short and a long exposure of each scene: images are low and high counts, in this order."""

    low: Supply
    high: Supply

    def __post_init__(self) -> None:
        refuse_no_pairs(self.low, self.high)

    @property
    def frame_count(self) -> int:
        """Number of pairs, each module of a shot counted."""
        return self.low.frame_count

    @property
    def shot_shape(self) -> tuple[int, ...]:
        """Shape of one shot, (y, x) or (module, y, x)."""
        return self.low.shot_shape

    @property
    def channels(self) -> int:
        """Two."""
        return 2

    @property
    def supplies(self) -> Mapping[str, Supply]:
        """Both."""
        return {"low": self.low, "high": self.high}

    def read(self, index: int) -> Frames:
        """Pair ``index``, shape (2, y, x): low, high."""
        return np.stack([self.low.read(index), self.high.read(index)])


@dataclass(frozen=True, slots=True, eq=False)
class SplitFrames:
    """The independent parts of a split measurement; make one with `split_frames`."""

    stack: FrameStack
    channels: int

    @property
    def frame_count(self) -> int:
        """Number of frames or slices."""
        return self.stack.frame_count

    @property
    def shot_shape(self) -> tuple[int, ...]:
        """Shape of one shot, (y, x) or (module, y, x)."""
        return self.stack.shot_shape

    @property
    def supplies(self) -> Mapping[str, Supply]:
        """The measurement."""
        return {"measurement": self.stack}

    def read(self, index: int) -> Frames:
        """Parts of frame ``index``, shape (part, y, x)."""
        if self.stack.parts is None:
            raise _not_split(self.stack)
        return np.asarray(self.stack.parts(index), np.float32)


def split_frames(stack: FrameStack) -> SplitFrames:
    """Take the parts of a split measurement for images; reads those of its first frame.

    Raises
    ------
    Refused
        When the stack is not split, or into less than two parts.
    """
    if stack.parts is None:
        raise _not_split(stack)
    channels = len(stack.parts(0))
    if channels < 2:
        raise Refused(
            found=f"{stack.address} is split into {channels} part",
            needed="at least 2 independent parts: one is predicted from the others",
            remedy="split into more parts",
        )
    return SplitFrames(stack, channels)


def _not_split(stack: FrameStack) -> Refused:
    return Refused(
        found=f"{stack.address} is not split",
        needed="a measurement in at least 2 independent parts",
        remedy="split it first",
    )
