"""A U-Net from one image to one map of logits, equivariant under quarter turns."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network.p4 import Lift, Mix, Project
from napari_unveil.network.settings import UNetSettings
from napari_unveil.tensors import FieldBatch, ImageBatch, Tensor


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
