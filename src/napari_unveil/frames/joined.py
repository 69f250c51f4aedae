"""Several stacks of one detector in, one stack in the order of their trains out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.stack import FrameStack, lazy_stack
from napari_unveil.types import Frame

ORDER = "trainId"


@dataclass(frozen=True, slots=True, eq=False)
class JoinedFrames:
    """Frames of several stacks; ``part`` and ``row``, shape (frame,), say where each comes from."""

    stacks: tuple[FrameStack, ...]
    part: NDArray[np.int64]
    row: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, ...]:
        """Frames of all stacks, then the other axes of one."""
        return (len(self.part), *self.stacks[0].data.shape[1:])

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one frame from the stack that it comes from."""
        stack = self.stacks[self.part[position[0]]]
        place = (int(self.row[position[0]]), *position[1:])
        return np.asarray(stack.data[place].compute(scheduler="synchronous"), np.float32)


@dataclass(frozen=True, slots=True)
class AbsentFrames:
    """Frames that should be there and are not: all NaN."""

    shape: tuple[int, ...]

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Nothing was found at any position."""
        del position
        return np.full(self.shape[-2:], np.nan, np.float32)


def join_stacks(stacks: Sequence[FrameStack], address: Address, *, warnings: Sequence[str] = ()) -> FrameStack:
    """Put stacks together: by train number where all have one, else one after the other.

    Raises
    ------
    Refused
        When shapes or units differ.
    """
    _refuse_different(stacks, address)
    lengths = [stack.data.shape[0] for stack in stacks]
    part = np.repeat(np.arange(len(stacks)), lengths)
    row = np.concatenate([np.arange(length) for length in lengths])
    shared = [name for name in stacks[0].coordinates if all(name in stack.coordinates for stack in stacks)]
    coordinates = {name: np.concatenate([stack.coordinates[name] for stack in stacks]) for name in shared}
    order = np.argsort(coordinates[ORDER], kind="stable") if ORDER in coordinates else slice(None)
    said = dict.fromkeys((*warnings, *(warning for stack in stacks for warning in stack.warnings)))
    return FrameStack(
        data=lazy_stack(JoinedFrames(tuple(stacks), part[order], row[order])),
        axes=stacks[0].axes,
        unit=stacks[0].unit,
        photon_energy_keV=next((stack.photon_energy_keV for stack in stacks if stack.photon_energy_keV), None),
        address=address,
        coordinates={name: values[order] for name, values in coordinates.items()},
        warnings=tuple(said),
        sources=tuple(dict.fromkeys(path for stack in stacks for path in stack.inputs)),
        absent=tuple(dict.fromkeys(name for stack in stacks for name in stack.absent)),
        exclusions=tuple(dict.fromkeys(text for stack in stacks for text in stack.exclusions)),
        uncalibrated=any(stack.uncalibrated for stack in stacks),
        calibration=stacks[0].calibration,
    )


def absent_like(stack: FrameStack) -> FrameStack:
    """As many frames as ``stack`` has, none of them there."""
    data = lazy_stack(AbsentFrames(stack.data.shape))
    return FrameStack(data, stack.axes, stack.unit, stack.photon_energy_keV, stack.address, {})


def _refuse_different(stacks: Sequence[FrameStack], address: Address) -> None:
    for what, values in (
        ("shapes of a shot", [str(stack.shot_shape) for stack in stacks]),
        ("units", [stack.unit or "unknown" for stack in stacks]),
    ):
        different = list(dict.fromkeys(values))
        if len(different) > 1:
            raise Refused(
                found=f"the {what} in {address} differ: {', '.join(different)}",
                needed="frames of one detector with one setting, to make one stack",
                remedy="open them one by one",
            )
