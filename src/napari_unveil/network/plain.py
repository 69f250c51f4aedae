"""Ordinary convolutions in the places of those of :mod:`napari_unveil.network.p4`: nothing is tied to turns."""

from torch import nn

from napari_unveil.network.p4 import KERNEL_PX, TURNS


def lift(channels: int, fields: int) -> nn.Conv2d:
    """From plain channels to fields, of four channels each."""
    return _convolution(channels, TURNS * fields)


def mix(fields_in: int, fields_out: int) -> nn.Conv2d:
    """From fields to fields."""
    return _convolution(TURNS * fields_in, TURNS * fields_out)


def project(fields: int, channels: int) -> nn.Conv2d:
    """From fields to plain channels."""
    return _convolution(TURNS * fields, channels)


def _convolution(entering: int, leaving: int) -> nn.Conv2d:
    module = nn.Conv2d(entering, leaving, KERNEL_PX, padding=KERNEL_PX // 2)
    nn.init.normal_(module.weight, std=(2 / module.weight[0].numel()) ** 0.5)
    nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return module
