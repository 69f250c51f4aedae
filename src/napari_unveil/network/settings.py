"""What a network is asked to be: its size, its scaling and its head. Plain values, without torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from napari_unveil.errors import Refused

ScalingName = Literal["percentile", "physical"]
HeadName = Literal["subtract", "share"]
GroupName = Literal["p4", "plain"]

IRUNET_REDUCTIONS = 4
"""Times that an inception U-Net halves the resolution."""


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
    kind: Literal["unet"] = field(default="unet", init=False)

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


@dataclass(frozen=True, slots=True)
class MSDSettings:
    """Size of a mixed-scale dense network; published for noise2inverse: depth 100, dilations 1 to 10.

    Parameters
    ----------
    depth
        Layers of one map each.
    dilations
        Layers have the dilations 1 to this, in pixels, over and over.
    inputs, outputs
        Channels that enter, and maps that leave.
    """

    depth: int = 100
    dilations: int = 10
    inputs: int = 1
    outputs: int = 1
    kind: Literal["msd"] = field(default="msd", init=False)

    def __post_init__(self) -> None:
        _refuse_below_one("a mixed-scale dense network", self.depth, self.dilations, self.inputs, self.outputs)

    @property
    def stride_px(self) -> int:
        """Frames have any size, and tiles any origin."""
        return 1

    @property
    def halo_px(self) -> int:
        """Pixels around a tile that its result depends on: the sum of all dilations."""
        return sum(layer % self.dilations + 1 for layer in range(self.depth))


@dataclass(frozen=True, slots=True)
class VDSRSettings:
    """Size of a very deep residual network; published for paired frames: depth 20, 64 filters.

    Parameters
    ----------
    depth
        Convolutions before the one that makes the output.
    filters
        Maps of each.
    channels
        Maps that enter and leave.
    """

    depth: int = 20
    filters: int = 64
    channels: int = 1
    kind: Literal["vdsr"] = field(default="vdsr", init=False)

    def __post_init__(self) -> None:
        _refuse_below_one("a very deep residual network", self.depth, self.filters, self.channels)

    @property
    def stride_px(self) -> int:
        """Frames have any size, and tiles any origin."""
        return 1

    @property
    def halo_px(self) -> int:
        """Pixels around a tile that its result depends on: one for each convolution."""
        return self.depth + 1


@dataclass(frozen=True, slots=True)
class IRUNetSettings:
    """Size of an inception U-Net; published for paired frames: 64 filters.

    Parameters
    ----------
    filters
        Maps at each resolution.
    inputs, outputs
        Channels that enter, and maps that leave.
    """

    filters: int = 64
    inputs: int = 1
    outputs: int = 1
    kind: Literal["irunet"] = field(default="irunet", init=False)

    def __post_init__(self) -> None:
        _refuse_below_one("an inception U-Net", self.filters, self.inputs, self.outputs)

    @property
    def stride_px(self) -> int:
        """Frames have any size; tile origins must be multiples of this."""
        return int(2**IRUNET_REDUCTIONS)

    @property
    def halo_px(self) -> int:
        """Pixels around a tile that its result depends on, rounded up to the stride."""
        reach = 2  # a dilated convolution
        for _ in range(IRUNET_REDUCTIONS):
            reach = -(-reach // 2) + 2
        for _ in range(IRUNET_REDUCTIONS - 1):
            reach = 2 * reach + 1 + 2
        reach = 2 * reach + 1 + 1  # the first convolution reaches one pixel
        return -(-reach // self.stride_px) * self.stride_px


NetworkSettings: TypeAlias = UNetSettings | MSDSettings | VDSRSettings | IRUNetSettings

KINDS: Mapping[str, Callable[..., NetworkSettings]] = {
    "unet": UNetSettings,
    "msd": MSDSettings,
    "vdsr": VDSRSettings,
    "irunet": IRUNetSettings,
}


def network_settings(values: Mapping[str, Any]) -> NetworkSettings:
    """The settings that a header holds as ``dataclasses.asdict`` gave them; without a kind they are a U-Net's.

    Raises
    ------
    KeyError, TypeError
        When the kind is not known, or a value is missing or of another kind.
    """
    rest: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    return KINDS[str(rest.pop("kind", "unet"))](**rest)


def _refuse_below_one(network: str, *sizes: int) -> None:
    if min(sizes) < 1:
        raise Refused(
            found=f"{network} of the sizes {', '.join(map(str, sizes))}",
            needed="at least one of each",
            remedy="choose positive sizes, or the published ones",
        )
