"""A U-Net from one image to one map of logits, equivariant under quarter turns."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.errors import Refused
from napari_unveil.network.p4 import Lift, Mix, Project
from napari_unveil.tensors import FieldBatch, ImageBatch, Tensor


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


class UNet(nn.Module):
    """Encoder blocks of two convolutions with ReLU, maximum pooling between them, and a decoder that mirrors it.

    No normalisation layers and nearest-neighbour up-sampling, so a pixel depends on its halo alone.
    """

    def __init__(self, settings: UNetSettings) -> None:
        super().__init__()
        self.settings = settings
        widths = settings.widths
        first = nn.Sequential(Lift(1, widths[0]), nn.ReLU(), Mix(widths[0], widths[0]), nn.ReLU())
        deeper = [_block(above, here) for above, here in pairwise(widths)]
        self.encoder = nn.ModuleList([first, *deeper])
        self.decoder = nn.ModuleList([_block(below + here, here) for here, below in pairwise(widths)][::-1])
        self.latent = nn.Sequential(Mix(widths[0], settings.latent), nn.ReLU())
        self.projection = Project(settings.latent, 1)

    def forward(self, x: ImageBatch) -> Tensor:
        """Logits (batch, 1, y, x) of features (batch, 1, y, x); y and x are multiples of ``stride_px``."""
        skips: list[FieldBatch] = []
        for level, block in enumerate(self.encoder):
            x = block(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.decoder:
            x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = block(torch.cat((skips.pop(), x), dim=1))
        logits: Tensor = self.projection(self.latent(x))
        return logits


def parameter_count(network: nn.Module) -> int:
    """Trainable numbers in ``network``."""
    return sum(parameter.numel() for parameter in network.parameters())


def _block(fields_in: int, fields_out: int) -> nn.Sequential:
    return nn.Sequential(Mix(fields_in, fields_out), nn.ReLU(), Mix(fields_out, fields_out), nn.ReLU())
