"""A split measurement to look at: a stack enters, an array leaves whose frames are computed when they are looked at.

Slices of a tomography take up to seconds each. What is not computed yet is NaN, so that the window never waits.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import ref

import numpy as np
from napari.layers import Image

from napari_unveil.frames import FrameStack
from napari_unveil.frames.stack import LazyFrames
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.session import Session
from napari_unveil.types import Frame, Frames, Progress

FLOAT_BYTES = 4
TASK = "slices"


@dataclass(frozen=True, slots=True)
class ComputedFrames(LazyFrames):
    """Those frames of a stack that are computed, to look at; all of them as one array, such as to be saved.

    Parameters
    ----------
    whole
        The stack's own array, by whose name it is known.
    """

    whole: Any

    @property
    def name(self) -> str:
        """Of the stack's own array."""
        return str(self.whole.name)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Frames:
        """All frames, computed now; takes as long as that takes."""
        del copy
        return np.asarray(self.whole.compute(scheduler="synchronous"), dtype)


class Filling:
    """Computes the frame of a layer that is looked at, the newest first, beside the window.

    Parameters
    ----------
    session, stack
        Whose frames are shown.
    capacity_bytes
        What finished frames may take; one always fits.
    """

    def __init__(self, session: Session, stack: FrameStack, *, capacity_bytes: int) -> None:
        self._session, self._stack = ref(session), stack
        self._layer: ref[Image] | None = None
        self._most = max(1, capacity_bytes // (FLOAT_BYTES * int(np.prod(stack.frame_shape))))
        self._finished: OrderedDict[int, Frame] = OrderedDict()
        self._newest = Newest(session.task(TASK))
        session.step_changed.connect(self.follow)

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, then y and x."""
        return tuple(int(side) for side in self._stack.data.shape)

    @property
    def array(self) -> ComputedFrames:
        """The frames as an array."""
        return ComputedFrames(self, self.shape, self._stack.data)

    def belong_to(self, layer: Image) -> None:
        """Follow what is looked at of ``layer``."""
        self._layer = ref(layer)

    def has(self, index: int) -> bool:
        """Whether frame ``index`` is computed."""
        return index in self._finished

    def put(self, index: int, frame: Frame) -> None:
        """Keep a frame; those that were computed first make room."""
        self._finished[index] = frame
        while len(self._finished) > self._most:
            self._finished.popitem(last=False)

    def frame(self, position: tuple[int, ...]) -> Frame:
        """The frame at ``position``, shape (y, x); NaN where it is not computed yet."""
        index = int(np.ravel_multi_index(position, self.shape[:-2])) if position else 0
        found = self._finished.get(index)
        return np.full(self.shape[-2:], np.nan, np.float32) if found is None else found

    def follow(self) -> None:
        """Compute the frame that is looked at, unless it is there."""
        session, layer = self._session(), None if self._layer is None else self._layer()
        if session is None or session.viewer is None or layer is None or layer not in session.viewer.layers:
            self._newest.forget()
            return
        index = layers.shown_frame(layer, session.viewer.dims.current_step)
        if not self.has(index):
            self._newest.ask(lambda _: _reading(self._stack, index), done=lambda frame: self._show(index, frame))

    def _show(self, index: int, frame: Frame) -> None:
        self.put(index, frame)
        layer = None if self._layer is None else self._layer()
        if layer is not None:
            layer.refresh()


def _reading(stack: FrameStack, index: int) -> Job:
    yield Progress(0, 1, f"frame {index}")
    return stack.read_or_missing(index, list[Any]())
