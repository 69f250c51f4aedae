"""Convolutions that commute with quarter turns (group C4), from one bank of filters each.

A *field* is four channels: channel ``4 f + r`` answers to filter ``f`` turned by ``r`` quarter turns. Turning the
input turns each channel and moves it to the next place in its field. After Cohen & Welling, "Group equivariant
convolutional networks", ICML 2016; written with plain tensors because a C4 convolution needs no more than
``torch.rot90`` and a roll of its bank.
"""

import copy
from typing import TypeVar

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.tensors import Tensor

TURNS = 4
KERNEL_PX = 3

AnyModule = TypeVar("AnyModule", bound=nn.Module)


class P4Convolution(nn.Module):
    """A 3 x 3 convolution whose full filters are turned copies of a smaller bank; zero padding keeps the size."""

    bank: nn.Parameter
    bias: nn.Parameter

    def __init__(self, bank: Tensor, biases: int) -> None:
        super().__init__()
        fan_in = bank[0].numel()
        self.bank = nn.Parameter(nn.init.normal_(bank, std=(2 / fan_in) ** 0.5))
        self.bias = nn.Parameter(torch.zeros(biases))

    def filters(self) -> tuple[Tensor, Tensor]:
        """Filters (out channel, in channel, y, x) and biases (out channel) of the equal plain convolution."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Convolve ``x``, shape (batch, in channel, y, x)."""
        weight, bias = self.filters()
        return functional.conv2d(x, weight, bias, padding=KERNEL_PX // 2)


class Lift(P4Convolution):
    """From plain channels to fields."""

    def __init__(self, channels: int, fields: int) -> None:
        super().__init__(torch.empty(fields, channels, KERNEL_PX, KERNEL_PX), fields)

    def filters(self) -> tuple[Tensor, Tensor]:
        """Row ``4 o + r`` is bank row ``o`` turned by ``r`` quarter turns."""
        turned = torch.stack([torch.rot90(self.bank, r, (-2, -1)) for r in range(TURNS)], dim=1)
        return turned.flatten(0, 1), self.bias.repeat_interleave(TURNS)


class Mix(P4Convolution):
    """From fields to fields."""

    def __init__(self, fields_in: int, fields_out: int) -> None:
        super().__init__(torch.empty(fields_out, fields_in, TURNS, KERNEL_PX, KERNEL_PX), fields_out)

    def filters(self) -> tuple[Tensor, Tensor]:
        """Row ``4 o + r`` is bank row ``o`` turned by ``r``, with the input's places rolled by ``r``."""
        turned = [torch.rot90(self.bank.roll(r, dims=2), r, (-2, -1)) for r in range(TURNS)]
        full = torch.stack(turned, dim=1)  # (out, turn, in, place, y, x)
        return full.flatten(2, 3).flatten(0, 1), self.bias.repeat_interleave(TURNS)


class Project(P4Convolution):
    """From fields to plain channels that turn with the input."""

    def __init__(self, fields: int, channels: int) -> None:
        super().__init__(torch.empty(channels, fields, KERNEL_PX, KERNEL_PX), channels)
        self.bank.data /= TURNS

    def filters(self) -> tuple[Tensor, Tensor]:
        """Column ``4 i + r`` is bank column ``i`` turned by ``r`` quarter turns."""
        turned = torch.stack([torch.rot90(self.bank, r, (-2, -1)) for r in range(TURNS)], dim=2)
        return turned.flatten(1, 2), self.bias


def with_plain_filters(network: AnyModule) -> AnyModule:
    """A copy of ``network`` for inference: each p4 convolution expanded, once, into an ordinary ``Conv2d``."""
    plain = copy.deepcopy(network)
    for name, module in list(plain.named_modules()):
        if isinstance(module, P4Convolution):
            plain.set_submodule(name, _plain_convolution(module))
    return plain.eval().requires_grad_(False)


def _plain_convolution(module: P4Convolution) -> nn.Conv2d:
    weight, bias = module.filters()
    plain = nn.Conv2d(weight.shape[1], weight.shape[0], KERNEL_PX, padding=KERNEL_PX // 2, device="meta")
    plain.weight = nn.Parameter(weight.detach().clone())
    plain.bias = nn.Parameter(bias.detach().clone())
    return plain
