"""What a network is asked to be: its size, its scaling and its head. Plain values, without torch."""

from dataclasses import dataclass
from typing import Literal

from napari_unveil.errors import Refused

ScalingName = Literal["percentile", "physical"]
HeadName = Literal["subtract", "share"]


@dataclass(frozen=True, slots=True)
class UNetSettings:
    """Size of a U-Net.

    Parameters
    ----------
    widths
        Fields (of four channels each) per encoder block, from full resolution down; the published separation
        network has 32, 64, 128, 256.
    latent
        Fields of the last map before the projection to one channel; published: 16.
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    latent: int = 16

    def __post_init__(self) -> None:
        if not self.widths or min(*self.widths, self.latent) < 1:
            raise Refused(
                found=f"network widths {self.widths} with {self.latent} latent fields",
                needed="at least one block and one field in each",
                remedy="choose positive widths",
            )

    @property
    def stride_px(self) -> int:
        """Frame sides and tile origins must be multiples of this."""
        return int(2 ** (len(self.widths) - 1))

    @property
    def halo_px(self) -> int:
        """Pixels around a tile that its result depends on, rounded up to the stride."""
        reach = 4  # projection, latent and the two decoder convolutions at full resolution
        for _ in self.widths[1:]:
            reach = -(-reach // 2) + 2
        for _ in self.widths[1:]:
            reach = 2 * reach + 2
        return -(-reach // self.stride_px) * self.stride_px
