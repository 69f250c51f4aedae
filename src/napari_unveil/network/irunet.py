"""An inception U-Net (IRUNet): as many maps at each resolution, and blocks of several convolutions side by side.

After Gil Zuluaga et al., "Blind microscopy image denoising with a deep residual and multiscale encoder/decoder
network", EMBC 2021, doi 10.1109/embc46164.2021.9630502, in the size of Oppliger et al., Nat. Mach. Intell. 6, 180
(2024), doi 10.1038/s42256-024-00790-1.
"""

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network.framing import extended
from napari_unveil.network.settings import IRUNET_REDUCTIONS, IRUNetSettings
from napari_unveil.tensors import Tensor

SKIPS = (1, 2)
"""Decoder steps, counted from the coarsest, to which maps of the encoder are added: quarter and half resolution."""


class IRUNet(nn.Module):
    """Four times reduction and inception, then four times transposed convolution and inception.

    The output is what the last 1 x 1 convolution gives; the published network takes its sigmoid. Convolutions with
    ReLU start normally distributed after He et al. (2015), the others uniformly after Glorot & Bengio (2010), biases
    at zero; borders are padded with zeros.
    """

    def __init__(self, settings: IRUNetSettings) -> None:
        super().__init__()
        self.settings = settings
        filters = settings.filters
        self.first = _started(nn.Conv2d(settings.inputs, filters, 3, padding=1))
        self.encoder = nn.ModuleList(
            nn.Sequential(Reduction(filters), Inception(filters)) for _ in range(IRUNET_REDUCTIONS)
        )
        self.decoder = nn.ModuleList(
            nn.Sequential(_started(nn.ConvTranspose2d(filters, filters, 2, stride=2)), nn.ReLU(), Inception(filters))
            for _ in range(IRUNET_REDUCTIONS)
        )
        self.last = _started_linear(nn.Conv2d(filters, settings.outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, outputs, y, x) of ``x``, shape (batch, inputs, y, x), of any size.

        Sides that are no multiples of ``stride_px`` are worked on with their last row or column repeated.
        """
        y, x_side = x.shape[-2:]
        stride = self.settings.stride_px
        maps = torch.relu(self.first(extended(x, (-(-y // stride) * stride, -(-x_side // stride) * stride))))
        coarser = []
        for reduce in self.encoder:
            maps = reduce(maps)
            coarser.append(maps)
        for step, (enlarge, skipped) in enumerate(zip(self.decoder, [*coarser[-2::-1], None], strict=True)):
            maps = enlarge(maps)
            if step in SKIPS:
                maps = maps + skipped
        outputs: Tensor = self.last(maps)
        return outputs[..., :y, :x_side]


class Inception(nn.Module):
    """Three portions of 3 x 3 convolutions and one of dilated ones, mixed and added to what entered.

    The published block has a branch of one portion and a branch of two; side by side they are one convolution.
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.near = _started(nn.Conv2d(filters, 3 * filters, 3, padding=1))
        self.far = _started(nn.Conv2d(filters, filters, 3, padding=2, dilation=2))
        self.mixing = _started_linear(nn.Conv2d(4 * filters, filters, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Maps of the shape of ``x``, (batch, filters, y, x)."""
        mixed: Tensor = self.mixing(torch.relu(torch.cat((self.near(x), self.far(x)), dim=1)))
        return x + mixed


class Reduction(nn.Module):
    """Three portions of 3 x 3 convolutions and the means of 2 x 2 pixels, mixed and added to a 2 x 2 convolution."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.shortcut = _started_linear(nn.Conv2d(filters, filters, 2, stride=2))
        self.near = _started(nn.Conv2d(filters, 3 * filters, 3, stride=2, padding=1))
        self.mixing = _started_linear(nn.Conv2d(4 * filters, filters, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, filters, y / 2, x / 2) of ``x``, shape (batch, filters, y, x)."""
        branches = torch.cat((torch.relu(self.near(x)), functional.avg_pool2d(x, 2)), dim=1)
        mixed: Tensor = self.shortcut(x) + self.mixing(branches)
        return mixed


def _started(module: nn.Conv2d | nn.ConvTranspose2d) -> nn.Conv2d | nn.ConvTranspose2d:
    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return module


def _started_linear(module: nn.Conv2d) -> nn.Conv2d:
    nn.init.xavier_uniform_(module.weight)
    nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return module
