"""A stack that is separated little by little: single separations enter in any order, two arrays leave.

The arrays can be looked at meanwhile. Finished frames are kept up to a limit of memory; the ones that nobody has looked
at for the longest time go first, and are made again when they are looked at. What is not there is NaN.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.stack import one_key_per_axis
from napari_unveil.types import Frame, Frames, Mask, Separation

CAPACITY_BYTES = 10**9


class SeparatedStack:
    """Signal and noise of a stack of frames, and which frame is to be separated next. Safe to use from two threads.

    Parameters
    ----------
    shape
        Leading axes, then y and x, as the stack of the frames.
    capacity_bytes
        How much memory finished frames may take; one frame always fits.
    with_errors, with_maps
        Whether the standard error of each frame, and the map of what is unlike the training data, are kept, which
        take memory too.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        capacity_bytes: int = CAPACITY_BYTES,
        with_errors: bool = False,
        with_maps: bool = False,
    ) -> None:
        self._with_errors, self._with_maps = with_errors, with_maps
        self.shape = tuple(int(side) for side in shape)
        self.frame_count = prod(self.shape[:-2])
        self._kept_frames = self._frames_in(capacity_bytes)
        self._finished: OrderedDict[int, Separation] = OrderedDict()
        self._never_tried = set(range(self.frame_count))
        self._tried: set[int] = set()
        self._wanted: int | None = None
        self._cursor = 0
        self._lock = threading.Lock()

    @property
    def signal(self) -> "SeparatedFrames":
        """The signal, as an array of :attr:`shape`."""
        return SeparatedFrames(self, lambda separation: separation.signal)

    @property
    def noise(self) -> "SeparatedFrames":
        """The noise, as an array of :attr:`shape`."""
        return SeparatedFrames(self, lambda separation: separation.noise)

    @property
    def error(self) -> "SeparatedFrames":
        """The standard error of the signal, as an array of :attr:`shape`; NaN where there is none."""
        return SeparatedFrames(self, lambda separation: separation.error)

    @property
    def unlike(self) -> "SeparatedFrames":
        """Where frames are unlike the training data, as an array of :attr:`shape`: 1 there, 0 elsewhere."""
        return SeparatedFrames(self, lambda separation: _as_numbers(separation.unlike))

    @property
    def done_count(self) -> int:
        """Frames that have been tried at least once."""
        with self._lock:
            return len(self._tried)

    def has(self, index: int) -> bool:
        """Whether frame ``index`` can be looked at."""
        with self._lock:
            return index in self._finished

    def get(self, index: int) -> Separation | None:
        """Frame ``index``, None while it is missing."""
        with self._lock:
            if index in self._finished:
                self._finished.move_to_end(index)
            return self._finished.get(index)

    def want(self, index: int) -> None:
        """Separate frame ``index`` next, unless it is there."""
        with self._lock:
            self._wanted = self._cursor = index

    def limit(self, capacity_bytes: int) -> None:
        """Let finished frames take so much memory from now on."""
        with self._lock:
            self._kept_frames = self._frames_in(capacity_bytes)
            self._make_room()

    def wanted(self) -> int | None:
        """The frame that was looked at while it was missing, and still is."""
        with self._lock:
            return None if self._wanted in self._finished else self._wanted

    def want_no_more(self) -> None:
        """Separate no frame any more except those that are wanted from now on."""
        with self._lock:
            self._never_tried.clear()
            self._wanted = None

    def want_all(self) -> None:
        """Separate every frame that is not there."""
        with self._lock:
            self._never_tried = set(range(self.frame_count)).difference(self._finished)

    def next_frame(self) -> int | None:
        """The frame to separate next: the wanted one, then those after it while there is room; None: nothing."""
        with self._lock:
            if self._wanted is not None and self._wanted not in self._finished:
                return self._wanted
            if len(self._finished) >= self._kept_frames:
                return None
            rest = chain(range(self._cursor, self.frame_count), range(self._cursor))
            return next((index for index in rest if index in self._never_tried), None)

    def put(self, index: int, separation: Separation) -> None:
        """Keep frame ``index``; when memory is short, the frame that was not looked at for the longest makes room."""
        with self._lock:
            self._never_tried.discard(index)
            self._tried.add(index)
            self._cursor = index
            self._finished[index] = replace(
                separation,
                error=separation.error if self._with_errors else None,
                unlike=separation.unlike if self._with_maps else None,
            )
            self._finished.move_to_end(index)
            self._wanted = None if self._wanted == index else self._wanted
            self._make_room()

    def put_missing(self, index: int) -> None:
        """Keep NaN for a frame that cannot be separated."""
        gap = np.full(self.shape[-2:], np.nan, np.float32)
        self.put(index, Separation(gap, gap))

    def _frames_in(self, capacity_bytes: int) -> int:
        bytes_a_pixel = (12 if self._with_errors else 8) + self._with_maps
        return max(1, capacity_bytes // max(1, bytes_a_pixel * prod(self.shape[-2:])))

    def _make_room(self) -> None:
        while len(self._finished) > self._kept_frames:
            self._finished.popitem(last=False)


@dataclass(frozen=True, slots=True, eq=False)
class SeparatedFrames:
    """One part of a :class:`SeparatedStack`, to be indexed like an array; looking at one frame makes it wanted."""

    stack: SeparatedStack
    part: Callable[[Separation], Frame | None]

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, then y and x."""
        return self.stack.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.stack.shape)

    @property
    def size(self) -> int:
        """Number of pixels in all frames."""
        return prod(self.stack.shape)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Always float32."""
        return np.dtype(np.float32)

    def __len__(self) -> int:
        return self.stack.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        del copy
        return np.asarray(self[...], dtype)

    def __getitem__(self, key: Any) -> Frames:
        keys = one_key_per_axis(key, self.ndim)
        along = [np.arange(side)[k] for side, k in zip(self.shape[:-2], keys, strict=False)]
        positions = list(product(*(np.atleast_1d(numbers).tolist() for numbers in along)))
        numbers = [self._number(position) for position in positions]
        if len(numbers) == 1 and not self.stack.has(numbers[0]):
            self.stack.want(numbers[0])
        window = tuple(keys[-2:])
        frames = np.stack([self._frame(number)[window] for number in numbers]) if numbers else self._nothing(window)
        kept = [len(numbers_along) for numbers_along in along if np.ndim(numbers_along)]
        return frames.reshape((*kept, *frames.shape[1:]))

    def _number(self, position: tuple[int, ...]) -> int:
        return int(np.ravel_multi_index(position, self.shape[:-2])) if position else 0

    def _frame(self, number: int) -> Frame:
        separation = self.stack.get(number)
        frame = None if separation is None else self.part(separation)
        return np.full(self.shape[-2:], np.nan, np.float32) if frame is None else frame

    def _nothing(self, window: tuple[Any, ...]) -> Frames:
        return np.empty((0, *np.empty(self.shape[-2:], np.float32)[window].shape), np.float32)


def _as_numbers(marked: Mask | None) -> Frame | None:
    return None if marked is None else marked.astype(np.float32)
