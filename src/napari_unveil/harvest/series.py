"""Frames of one role: one stack or several of one detector enter, one series counted through leaves."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.types import Frame

ENERGY_TOLERANCE = 0.01
"""Relative difference up to which photon energies are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameSeries:
    """Frames of several stacks, one stack after the other.

    Parameters
    ----------
    stacks
        At least one; shots of one shape, unit and photon energy. Make a series with `frame_series`.
    """

    stacks: tuple[FrameStack, ...]

    @property
    def frame_count(self) -> int:
        """Number of frames in all stacks."""
        return sum(stack.frame_count for stack in self.stacks)

    @property
    def frame_shape(self) -> tuple[int, int]:
        """Shape (y, x) of one frame."""
        return self.stacks[0].frame_shape

    @property
    def shot_shape(self) -> tuple[int, ...]:
        """Shape of one shot, (y, x) or (module, y, x)."""
        return self.stacks[0].shot_shape

    @property
    def unit(self) -> str:
        """Unit of the frames; empty when no stack knows it."""
        return next((stack.unit for stack in self.stacks if stack.unit), "")

    @property
    def photon_energy_keV(self) -> float | None:  # noqa: N802  # as of a stack
        """Photon energy in keV; None when no stack knows it."""
        return next((stack.photon_energy_keV for stack in self.stacks if stack.photon_energy_keV), None)

    @property
    def address(self) -> str:
        """Where the frames come from."""
        return ", ".join(str(stack.address) for stack in self.stacks)

    def read(self, index: int) -> Frame:
        """Read frame ``index``, counted through all stacks; shape (y, x). Raises as `FrameStack.read`."""
        ends = list(accumulate(stack.frame_count for stack in self.stacks))
        place = min(bisect_right(ends, index), len(ends) - 1)
        stack = self.stacks[place]
        return stack.read(index - (ends[place] - stack.frame_count))


Supply: TypeAlias = FrameStack | FrameSeries
"""Where frames of one role come from."""


def frame_series(stacks: Sequence[FrameStack], *, role: str) -> FrameSeries:
    """Put stacks one after the other.

    Parameters
    ----------
    role
        What the frames are, for the sentence of a refusal.

    Raises
    ------
    Refused
        When there is no stack, one is empty, or shapes of shots, units or photon energies differ.
    """
    if not stacks:
        raise Refused(
            found=f"no layer has the role {role}",
            needed="at least one layer with such frames",
            remedy="choose the role in the table of layers",
        )
    for stack in stacks:
        _refuse_empty(stack, role)
    _refuse_different(f"shapes {axes_of_shots(*stacks)}", [str(stack.shot_shape) for stack in stacks], role)
    _refuse_different("units", [stack.unit for stack in stacks if stack.unit], role)
    energies = [stack.photon_energy_keV for stack in stacks if stack.photon_energy_keV]
    if not is_one_energy(energies):
        _refuse_different("photon energies", [f"{energy:g} keV" for energy in energies], role)
    return FrameSeries(tuple(stacks))


def is_one_energy(energies_keV: Sequence[float | None]) -> bool:
    """Whether photon energies are the same; None is unknown, and may be any."""
    known = [energy for energy in energies_keV if energy]
    return not known or math.isclose(min(known), max(known), rel_tol=ENERGY_TOLERANCE)


def module_count(supply: Supply) -> int:
    """How many images (y, x) a shot has."""
    return math.prod(supply.shot_shape[:-2])


def axes_of_shots(*supplies: Supply) -> str:
    """The axes of shots, for the sentence of a refusal."""
    return "(module, y, x)" if any(len(supply.shot_shape) > 2 for supply in supplies) else "(y, x)"


def stacks_of(supply: Supply) -> tuple[FrameStack, ...]:
    """The stacks behind ``supply``, in order."""
    return supply.stacks if isinstance(supply, FrameSeries) else (supply,)


def _refuse_empty(stack: FrameStack, role: str) -> None:
    if stack.frame_count == 0:
        raise Refused(
            found=f"{stack.address} holds no frames",
            needed=f"at least one frame in each layer with the role {role}",
            remedy="choose another layer",
        )


def _refuse_different(what: str, values: Sequence[str], role: str) -> None:
    different = list(dict.fromkeys(values))
    if len(different) > 1:
        raise Refused(
            found=f"the {what} of the layers with the role {role} differ: {', '.join(different)}",
            needed="frames of one detector with one setting",
            remedy="take the role from the layers that do not belong there",
        )


def refuse_two_units(one: Supply, other: Supply, *, names: tuple[str, str], since: str) -> None:
    """Refuse frames in two units, or of two photon energies; ``names`` are those of the two for the user.

    Parameters
    ----------
    since
        Why one unit is needed.
    """
    if one.unit and other.unit and one.unit != other.unit:
        raise Refused(
            found=f"the {names[0]} are in {one.unit}, the {names[1]} in {other.unit}",
            needed=f"one unit, since {since}",
            remedy="choose frames with the same calibration",
        )
    energies = one.photon_energy_keV, other.photon_energy_keV
    if not is_one_energy(energies):
        raise Refused(
            found=f"the {names[0]} are at {energies[0]:g} keV, the {names[1]} at {energies[1]:g} keV",
            needed="one photon energy",
            remedy="choose frames of one setting",
        )
