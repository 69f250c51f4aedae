"""A trained U-Net put in shape for inference: features (batch, 1, y, x) in, logits (batch, outputs, y, x) out.

Two savings, both exact up to rounding. On the way up, whatever can no longer reach the core of a tile is cut away
before the costly convolutions at high resolution. And nearest-neighbour up-sampling followed by a 3 x 3 convolution is
one transposed 4 x 4 convolution of stride 2, which has 4 products per pixel and channel instead of 9.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network.cells import gathered, scattered
from napari_unveil.network.p4 import KERNEL_PX, with_plain_filters
from napari_unveil.network.unet import UNet
from napari_unveil.tensors import FieldBatch, ImageBatch, Tensor

REACH_PX = 4
"""Pixels around the core that two convolutions and those after them need, at each resolution on the way up."""


class CoreUNet(nn.Module):
    """The same function as ``network`` inside of ``halo_px`` from the edge of a tile; zero in the halo.

    Parameters
    ----------
    network
        A trained U-Net; it is not changed.
    halo_px
        The settings' halo, or 0: the whole tile is wanted.
    """

    def __init__(self, network: UNet, halo_px: int) -> None:
        super().__init__()
        self.settings = network.settings
        self.halo_px = halo_px
        plain = with_plain_filters(network)
        self.encoder, self.latent, self.projection = plain.encoder, plain.latent, plain.projection
        below = [4 * width for _, width in pairwise(network.settings.widths)][::-1]
        self.decoder = nn.ModuleList(map(_Up, plain.decoder, below))
        for module in self.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = True
        self.requires_grad_(False)

    def forward(self, x: ImageBatch) -> Tensor:
        """Logits; y and x are multiples of the network's stride, and ``halo_px`` lies around the core."""
        cell_px = self.settings.cell_px
        halo = self.halo_px // cell_px
        x = gathered(x) if cell_px > 1 else x
        skips: list[FieldBatch] = []
        for level, block in enumerate(self.encoder):
            x = block(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        margins = [halo // 2**level for level in range(len(skips))]
        skips.pop()
        margin = margins.pop()
        for up in self.decoder:
            kept = min(margin, REACH_PX // 2)
            x, margin = _without(x, margin - kept), 2 * kept
            x = up(x, _without(skips.pop(), margins.pop() - margin))
        logits = self.projection(self.latent(x))
        logits = functional.pad(logits, [halo - margin] * 4)
        return scattered(logits) if cell_px > 1 else logits


class _Up(nn.Module):
    """Up-sampling and a decoder block."""

    def __init__(self, block: nn.Module, channels_below: int) -> None:
        super().__init__()
        first, self.second = block.get_submodule("0"), block.get_submodule("2")
        weight = first.get_parameter("weight")
        here, below = weight.tensor_split([weight.shape[1] - channels_below], dim=1)
        self.here = nn.Parameter(here.clone())
        self.below = nn.Parameter(_with_upsampling(below))
        self.bias = first.get_parameter("bias")

    def forward(self, x: FieldBatch, skip: FieldBatch) -> FieldBatch:
        y = functional.conv2d(skip, self.here, self.bias, padding=KERNEL_PX // 2)
        y += functional.conv_transpose2d(x, self.below, stride=2, padding=1)
        return torch.relu_(self.second(torch.relu_(y)))


def _with_upsampling(weight: Tensor) -> Tensor:
    """Filters (in, out, 4, 4) of the transposed convolution that up-samples and convolves with ``weight``."""
    turned = weight.flip(-2, -1).transpose(0, 1)
    return sum(functional.pad(turned, (x, 1 - x, y, 1 - y)) for y in (0, 1) for x in (0, 1))  # type: ignore[return-value]


def _without(x: FieldBatch, margin: int) -> FieldBatch:
    return x[..., margin : x.shape[-2] - margin, margin : x.shape[-1] - margin]
