"""Frames that are read when they are looked at: a source of single frames in, a dask stack out.

Axes are ``frame`` (``train`` where each train has one), ``module`` (where there are several), ``y, x``;
float32 in the unit of the file; NaN where masked or missing. A frame is one image (y, x). A shot is what is read out
at once: all axes but the first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from pathlib import Path
from typing import Any, Protocol

import dask.array as da
import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames.address import Address
from napari_unveil.types import Frame, Frames

AXES_OF_NDIM = {3: ("frame", "y", "x"), 4: ("frame", "module", "y", "x")}


class UnreadableFrame(Failed):
    """One frame that cannot be decoded; the others of its stack may well be readable."""

    @classmethod
    def at(cls, address: Address, position: tuple[int, ...], error: Exception) -> "UnreadableFrame":
        """Name file, dataset and frame of a read that failed with ``error``."""
        return cls(
            found=f"frame {', '.join(map(str, position))} of {address} cannot be decoded ({error})",
            kept="other frames of the stack are not affected",
            remedy="copy the file again or leave this frame out",
        )


class FrameSource(Protocol):
    """Whatever can give single frames of a stack of ``shape`` (leading axes, y, x)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, then y and x."""
        ...

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read the frame (y, x) at ``position`` along the leading axes."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FrameStack:
    """Frames of one dataset or run, lazy, and what is known about them.

    Parameters
    ----------
    data
        dask array, shape (leading axes, y, x), float32, one frame a chunk; NaN where masked or missing.
    axes
        Names of the axes, such as ``("train", "module", "y", "x")``.
    unit
        One of keV, photons, counts, ADU; empty when the file does not say.
    photon_energy_keV
        Photon energy in keV, None when the file does not say.
    address
        Where the frames come from.
    coordinates
        Arrays along the first axis, such as ``trainId`` and ``cellId``.
    warnings
        Sentences for the user.
    sources
        Files that are read for them beside the one of the address: parts, virtual and external sources.
    absent
        Names of source files that are not there; what they hold is NaN.
    exclusions
        What makes pixels NaN and where that comes from, such as ``/entry/instrument/detector/pixel_mask``.
    uncalibrated
        Whether pedestal and gain are still in the values.
    calibration
        What the constants were read by that were applied here, for `load_calibration`; empty without.
    parts
        Of a split measurement: takes the number of a frame, as :meth:`read` counts, and gives its statistically
        independent parts, shape (part, y, x), each an estimate of the whole frame in ``unit``; their mean is what
        :meth:`read` gives. NaN where missing. None for any other.
    """

    data: Any
    axes: tuple[str, ...]
    unit: str
    photon_energy_keV: float | None
    address: Address
    coordinates: Mapping[str, NDArray[Any]]
    warnings: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()
    absent: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    uncalibrated: bool = False
    calibration: tuple[str, ...] = ()
    parts: Callable[[int], Frames] | None = None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file that the frames are read from; none of them may be written to."""
        return self.address.path, *self.sources

    @property
    def frame_count(self) -> int:
        """Number of frames: the product of the leading axes."""
        return prod(self.data.shape[:-2])

    @property
    def frame_shape(self) -> tuple[int, int]:
        """Shape (y, x) of one frame."""
        y, x = self.data.shape[-2:]
        return int(y), int(x)

    @property
    def shot_shape(self) -> tuple[int, ...]:
        """Shape of one shot: (y, x), or (module, y, x) where there are several modules."""
        shape = tuple(int(side) for side in self.data.shape)
        return shape[1:] if len(shape) > 2 else shape

    def read(self, index: int) -> Frame:
        """Read frame ``index``, counted in C order over the leading axes; shape (y, x).

        Raises
        ------
        Refused
            When there is no such frame.
        UnreadableFrame
            When it is there and cannot be decoded.
        """
        if not 0 <= index < self.frame_count:
            raise Refused(
                found=f"frame {index} is not in {self.address}",
                needed=f"a number from 0 to {self.frame_count - 1}",
                remedy="choose one of them",
            )
        position = np.unravel_index(index, self.data.shape[:-2])
        return np.asarray(self.data[position].compute(scheduler="synchronous"), np.float32)

    def read_or_missing(self, index: int, unreadable: list[str]) -> Frame:
        """As :meth:`read`; a frame that cannot be decoded is NaN, and its sentence is added to ``unreadable``."""
        try:
            return self.read(index)
        except UnreadableFrame as error:
            unreadable.append(error.found)
            return np.full(self.frame_shape, np.nan, np.float32)

    def iterate(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Read frames ``start`` to ``stop`` (excluded) one by one."""
        for index in range(start, self.frame_count if stop is None else stop):
            yield self.read(index)


@dataclass(frozen=True, slots=True)
class LazyFrames:
    """The face of a source that dask wants: shape, dtype and indexing with integers and slices."""

    source: FrameSource
    shape: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Always float32."""
        return np.dtype(np.float32)

    @property
    def ndim(self) -> int:
        """Leading axes plus two."""
        return len(self.shape)

    def __getitem__(self, key: Any) -> Frames:
        keys = one_key_per_axis(key, self.ndim)
        numbers = [range(size)[k] for size, k in zip(self.shape, keys, strict=True)]
        leading = [n if isinstance(n, range) else (n,) for n in numbers[:-2]]
        kept = [len(n) for n in numbers[:-2] if isinstance(n, range)]
        window = tuple(keys[-2:])
        frames = [self.source.frame(position)[window] for position in product(*leading)]
        if not frames:
            return np.empty((*kept, *np.empty(self.shape[-2:], np.float32)[window].shape), np.float32)
        return np.stack(frames).reshape(*kept, *frames[0].shape)


def one_key_per_axis(key: Any, ndim: int) -> list[Any]:
    """What stands in the brackets of an array of ``ndim`` axes, one part an axis; full slices stand for the rest."""
    keys = list(key) if isinstance(key, tuple) else [key]
    gaps = [place for place, part in enumerate(keys) if part is Ellipsis]
    if gaps:
        keys[gaps[0] : gaps[0] + 1] = [slice(None)] * (ndim - len(keys) + 1)
    return keys + [slice(None)] * (ndim - len(keys))


def is_blank(frame: Frame) -> bool:
    """Whether a frame (y, x) holds nothing but zeros and missing pixels."""
    return not np.nan_to_num(frame, posinf=0, neginf=0).any()


def evenly_spread(count: int, *, most: int) -> list[int]:
    """Numbers from 0 to ``count`` - 1, ascending: all, or ``most`` of them, the first and the last included."""
    return sorted({round(float(place)) for place in np.linspace(0, count - 1, min(count, most))})


def in_shots(frames: Iterable[Frame], shot_shape: tuple[int, ...]) -> Iterator[Frames]:
    """Put frames (y, x), in C order over the leading axes, together to shots of this shape; one shot in memory."""
    remaining = iter(frames)
    while shot := list(islice(remaining, prod(shot_shape[:-2]))):
        yield np.stack(shot).reshape(shot_shape)


def lazy_stack(source: FrameSource) -> Any:
    """Wrap a source as a dask array of one-frame chunks; nothing is read."""
    frames = LazyFrames(source, tuple(source.shape))
    return da.from_array(
        frames,
        chunks=(1,) * (frames.ndim - 2) + frames.shape[-2:],
        name=False,
        asarray=False,
        fancy=False,
        inline_array=True,
        meta=np.empty((0,) * frames.ndim, np.float32),
    )


def stack_from_array(frames: Any, *, name: str, unit: str = "", photon_energy_keV: float | None = None) -> FrameStack:
    """Frames that are already at hand, as a stack.

    Parameters
    ----------
    frames
        numpy or dask array, shape (leading axes, y, x).
    name
        Stands where the file would stand in what is said about them.
    """
    chunks = (1,) * (frames.ndim - 2) + tuple(frames.shape[-2:])
    data = frames.rechunk(chunks) if isinstance(frames, da.Array) else da.from_array(frames, chunks=chunks, name=False)
    return FrameStack(data, axes_of(frames.ndim), unit, photon_energy_keV, Address(Path(name)), {})


def axes_of(ndim: int) -> tuple[str, ...]:
    """Names of the axes of a stack about which nothing but its number of axes is known."""
    outer = tuple(f"axis {number}" for number in range(ndim - 2))
    return AXES_OF_NDIM.get(ndim, (*outer, "y", "x"))
