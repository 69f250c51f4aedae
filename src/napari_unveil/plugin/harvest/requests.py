"""What can be asked of a harvest: of signal and noise, or of several images of the same place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.harvest import (
    AlignedFrames,
    AlignedPlan,
    AlignedSettings,
    FrameSeries,
    HarvestSettings,
    PairedFrames,
    SplitFrames,
    check_harvest,
    plan_aligned,
    split_frames,
)
from napari_unveil.harvest.series import stacks_of
from napari_unveil.types import Mask

PAIRS, PARTS = "pairs", "parts"


@dataclass(frozen=True, slots=True, eq=False)
class HarvestRequest:
    """X-ray-only frames, full shots, a mask of the signal that lines up with them, numbers, and the file to write."""

    signal: FrameSeries
    noise: FrameSeries
    mask: Mask
    settings: HarvestSettings
    path: Path

    @property
    def stacks(self) -> tuple[FrameStack, ...]:
        """All that is read."""
        return (*self.signal.stacks, *self.noise.stacks)

    def refuse(self) -> None:
        """Refuse what can be refused without a look at the pixels."""
        check_harvest(self.signal, self.noise, self.mask, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class AlignedRequest:
    """Pairs of exposures, or a split measurement, numbers, the file to write, and what it should remember of them."""

    recipe: str
    frames: AlignedFrames
    settings: AlignedSettings
    path: Path
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def stacks(self) -> tuple[FrameStack, ...]:
        """All that is read."""
        return tuple(stack for supply in self.frames.supplies.values() for stack in stacks_of(supply))

    @property
    def pairs(self) -> PairedFrames | None:
        """The frames, where they are pairs."""
        return self.frames if isinstance(self.frames, PairedFrames) else None

    def plan(self) -> AlignedPlan:
        """The harvest, checked; reads no frame."""
        kind = PAIRS if self.pairs is not None else PARTS
        return plan_aligned(self.frames, self.settings, recipe=self.recipe, kind=kind, about=self.about)

    def refuse(self) -> None:
        """Refuse what can be refused without a look at the pixels."""
        self.plan()

    def with_read_parts(self) -> "AlignedRequest":
        """The same with the number of parts that the measurement has; reads those of its first frame."""
        if not isinstance(self.frames, SplitFrames):
            return self
        return replace(self, frames=split_frames(self.frames.stack))


AnyRequest: TypeAlias = HarvestRequest | AlignedRequest


def parts_of_one(stacks: Sequence[FrameStack], *, parts: int, role: str) -> SplitFrames:
    """The frames of the one split measurement among ``stacks``, in so many ``parts``; reads nothing.

    Raises
    ------
    Refused
        When there is none or several, or it is not split.
    """
    if len(stacks) != 1:
        raise Refused(
            found=f"{len(stacks) or 'no'} layer{'s have' if len(stacks) > 1 else ' has'} the role {role}",
            needed="one split measurement",
            remedy="choose the role in the table of layers, for one layer",
        )
    (stack,) = stacks
    if stack.parts is None:
        raise Refused(
            found=f"{stack.address} is not split into independent parts",
            needed="a split measurement",
            remedy="split it first, in the window “Split measurement”, and give the layer that comes of it this role",
        )
    return SplitFrames(stack, parts)
