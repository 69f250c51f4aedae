"""What a network is asked to be: its size, its scaling and its head. Plain values, without torch."""

from dataclasses import dataclass
from typing import Literal, get_args

from napari_unveil.errors import Refused

ScalingName = Literal["percentile", "physical"]
HeadName = Literal["subtract", "share"]
GroupName = Literal["p4", "plain"]


@dataclass(frozen=True, slots=True)
class UNetSettings:
    """Size of a U-Net.

    Parameters
    ----------
    widths
        Fields (of four channels each) per encoder block, from full resolution down; the published separation
        network has 32, 64, 128, 256.
    latent
        Fields of the last map before the projection to the outputs; published: 16.
    cell_px
        1: the first block works at full resolution, as published. 2: cells of 2 x 2 pixels enter as one field, so
        that each block works at half the resolution, and twice as many fields cost as much.
    outputs
        Maps of logits: 1, or 2 with an error bar.
    group
        ``p4``: convolutions commute with quarter turns, as published. ``plain``: ordinary convolutions between as many
        channels, with as many products; nothing is tied, so there are about four times as many parameters.
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    latent: int = 16
    cell_px: int = 1
    outputs: int = 1
    group: GroupName = "p4"

    def __post_init__(self) -> None:
        if not self.widths or min(*self.widths, self.latent) < 1:
            raise Refused(
                found=f"network widths {self.widths} with {self.latent} latent fields",
                needed="at least one block and one field in each",
                remedy="choose positive widths",
            )
        if self.cell_px not in (1, 2) or self.outputs not in (1, 2):
            raise Refused(
                found=f"cells of {self.cell_px} pixels and {self.outputs} outputs",
                needed="1 or 2 of each",
                remedy="choose 1 for the published network",
            )
        if self.group not in get_args(GroupName):
            raise Refused(
                found=f"a network of the group {self.group!r}",
                needed=f"one of {', '.join(get_args(GroupName))}",
                remedy="choose 'p4' for the published network",
            )

    @property
    def stride_px(self) -> int:
        """Frame sides and tile origins must be multiples of this."""
        return int(self.cell_px * 2 ** (len(self.widths) - 1))

    @property
    def halo_px(self) -> int:
        """Pixels around a tile that its result depends on, rounded up to the stride."""
        reach = 4  # projection, latent and the two decoder convolutions of the first block
        for _ in self.widths[1:]:
            reach = -(-reach // 2) + 2
        for _ in self.widths[1:]:
            reach = 2 * reach + 2
        return -(-reach * self.cell_px // self.stride_px) * self.stride_px
