"""The published parametrisation of the U-Net, built with escnn, and its exact conversion into ours.

escnn's 3 x 3 filters span 24 of the 36 dimensions of a p4 filter, so a network trained here is also one of
:class:`napari_unveil.network.unet.UNet`. The only module that knows escnn.
"""

import warnings
from itertools import pairwise
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.errors import Refused
from napari_unveil.network.cells import gathered, scattered
from napari_unveil.network.p4 import KERNEL_PX, TURNS, P4Convolution
from napari_unveil.network.settings import UNetSettings
from napari_unveil.network.unet import UNet
from napari_unveil.tensors import ImageBatch, Tensor

CONVERSION_TOLERANCE = 1e-5


class EscnnUNet(nn.Module):
    """The same blocks as :class:`UNet`, each convolution an ``escnn.nn.R2Conv`` on regular fields of C4."""

    def __init__(self, settings: UNetSettings) -> None:
        super().__init__()
        self.settings = settings
        escnn = _escnn()
        turns = escnn.gspaces.rot2dOnR2(N=TURNS)
        pixels = turns.regular_repr if settings.cell_px > 1 else turns.trivial_repr

        def fields(count: int) -> Any:
            return escnn.nn.FieldType(turns, count * [turns.regular_repr])

        def block(above: Any, here: int) -> nn.ModuleList:
            return nn.ModuleList(
                [_convolution(escnn, above, fields(here)), _convolution(escnn, fields(here), fields(here))]
            )

        image, maps = (escnn.nn.FieldType(turns, count * [pixels]) for count in (1, settings.outputs))
        widths = settings.widths
        self.encoder = nn.ModuleList(
            [block(image, widths[0]), *(block(fields(above), here) for above, here in pairwise(widths))]
        )
        self.decoder = nn.ModuleList([block(fields(here + below), here) for here, below in pairwise(widths)][::-1])
        self.latent = nn.ModuleList([_convolution(escnn, fields(widths[0]), fields(settings.latent))])
        self.projection = _convolution(escnn, fields(settings.latent), maps)

    def forward(self, x: ImageBatch) -> Tensor:
        """Logits (batch, outputs, y, x) of features (batch, 1, y, x)."""
        in_cells = self.settings.cell_px > 1
        x = gathered(x) if in_cells else x
        skips: list[Tensor] = []
        for level, block in enumerate(self.encoder):
            x = _through(block, functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.decoder:
            x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = _through(block, torch.cat((skips.pop(), x), dim=1))
        logits = _convolved(self.projection, _through(self.latent, x))
        return scattered(logits) if in_cells else logits


def converted(network: nn.Module) -> UNet:
    """The :class:`UNet` that computes the same as the escnn ``network``, to rounding.

    Raises
    ------
    Refused
        When a filter of ``network`` is not made of turned copies, so that no such network exists.
    """
    if not isinstance(network, EscnnUNet):
        raise Refused(
            found=f"a {type(network).__name__}",
            needed="an EscnnUNet",
            remedy="convert only networks built here",
        )
    ours = UNet(network.settings)
    targets = [module for module in ours.modules() if isinstance(module, P4Convolution)]
    for source, target in zip(_convolutions(network), targets, strict=True):
        weight, bias = source.expand_parameters()
        _copy_bank(weight.detach().cpu(), bias.detach().cpu(), target)
    return ours


def _copy_bank(weight: Tensor, bias: Tensor, target: P4Convolution) -> None:
    with torch.no_grad():
        if target.bias.numel() < len(bias):  # onto fields: each bank row is the unturned one
            weight_of_bank, bias_of_bank = weight[::TURNS], bias[::TURNS]
        else:
            weight_of_bank, bias_of_bank = weight[:, ::TURNS], bias
        target.bank.copy_(weight_of_bank.reshape(target.bank.shape))
        target.bias.copy_(bias_of_bank)
        deviation = float((target.filters()[0] - weight).abs().max())
    if deviation > CONVERSION_TOLERANCE * max(1.0, float(weight.abs().max())):
        raise Refused(
            found=f"an escnn filter that differs from turned copies by {deviation:.2g}",
            needed="filters that commute with quarter turns",
            remedy="check the version of escnn",
        )


def _convolutions(network: EscnnUNet) -> list[Any]:
    blocks: list[Any] = [*network.encoder, *network.decoder, network.latent]
    return [*(convolution for block in blocks for convolution in block), network.projection]


def _convolution(escnn: ModuleType, above: Any, here: Any) -> nn.Module:
    module: nn.Module = escnn.nn.R2Conv(above, here, kernel_size=KERNEL_PX, padding=1)
    return module


def _through(block: Any, x: Tensor) -> Tensor:
    for convolution in block:
        x = torch.relu(_convolved(convolution, x))
    return x


def _convolved(convolution: Any, x: Tensor) -> Tensor:
    escnn = _escnn()
    result: Tensor = convolution(escnn.nn.GeometricTensor(x, convolution.in_type)).tensor
    return result


def _escnn() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # escnn works without py3nj and says so each time
            import escnn
            import escnn.gspaces
            import escnn.nn
    except ImportError as error:
        raise Refused(
            found=f"escnn cannot be imported ({error})",
            needed="the extra for the published parametrisation",
            remedy='install "napari-unveil[escnn]", or train with the p4 parametrisation',
        ) from error
    module: ModuleType = escnn
    return module
