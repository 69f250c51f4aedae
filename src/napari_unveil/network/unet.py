"""A U-Net from one image to maps of logits, equivariant under quarter turns unless it is built plainly."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network import plain
from napari_unveil.network.cells import gathered, scattered
from napari_unveil.network.p4 import Lift, Mix, Project
from napari_unveil.network.settings import GroupName, UNetSettings
from napari_unveil.tensors import FieldBatch, ImageBatch, Tensor

Convolution = Callable[[int, int], nn.Module]


class UNet(nn.Module):
    """Encoder blocks of two convolutions with ReLU, maximum pooling between them, and a decoder that mirrors it.

    No normalisation layers and nearest-neighbour up-sampling, so a pixel depends on its halo alone.
    """

    def __init__(self, settings: UNetSettings) -> None:
        super().__init__()
        self.settings = settings
        widths = settings.widths
        in_cells = settings.cell_px > 1
        lift, mix, project = _convolutions(settings.group)
        first = nn.Sequential(
            (mix if in_cells else lift)(1, widths[0]), nn.ReLU(), mix(widths[0], widths[0]), nn.ReLU()
        )
        deeper = [_block(mix, above, here) for above, here in pairwise(widths)]
        self.encoder = nn.ModuleList([first, *deeper])
        self.decoder = nn.ModuleList([_block(mix, below + here, here) for here, below in pairwise(widths)][::-1])
        self.latent = nn.Sequential(mix(widths[0], settings.latent), nn.ReLU())
        self.projection = (mix if in_cells else project)(settings.latent, settings.outputs)

    def forward(self, x: ImageBatch) -> Tensor:
        """Logits (batch, outputs, y, x) of features (batch, 1, y, x); y and x are multiples of ``stride_px``."""
        in_cells = self.settings.cell_px > 1
        x = gathered(x) if in_cells else x
        skips: list[FieldBatch] = []
        for level, block in enumerate(self.encoder):
            x = block(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.decoder:
            x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = block(torch.cat((skips.pop(), x), dim=1))
        logits: Tensor = self.projection(self.latent(x))
        return scattered(logits) if in_cells else logits


def parameter_count(network: nn.Module) -> int:
    """Trainable numbers in ``network``."""
    return sum(parameter.numel() for parameter in network.parameters())


def _convolutions(group: GroupName) -> tuple[Convolution, Convolution, Convolution]:
    """From channels to fields, from fields to fields, from fields to channels."""
    return (Lift, Mix, Project) if group == "p4" else (plain.lift, plain.mix, plain.project)


def _block(mix: Convolution, fields_in: int, fields_out: int) -> nn.Sequential:
    return nn.Sequential(mix(fields_in, fields_out), nn.ReLU(), mix(fields_out, fields_out), nn.ReLU())
