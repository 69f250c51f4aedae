"""The densely connected part of a mixed-scale dense network as one differentiable operation on one stack of maps.

The stack is a matrix (map, pixel): a map of ones, which carries the biases, the input's channels, then one map per
layer. A layer reads all maps before it and writes the next one in place, so nothing is ever concatenated. What
earlier maps send to the layers of one group is one matrix product; only what these layers send to each other is
computed layer by layer.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch.autograd.function import once_differentiable

from napari_unveil.network.taps import TAPS, DilatedTaps
from napari_unveil.tensors import Tensor

GROUP = 8
"""Layers whose common input is one matrix product; a multiple of 8 rows is what processors multiply best."""

PIXELS_PER_CORE = 2**16
"""Images are worked on together up to so many pixels: with fewer the calls count, more take memory for nothing."""

STRIP_PER_CORE = 2**12
"""Pixels of one matrix product, so that what enters is still in the cache when it is read again."""

PIXELS_ON_ACCELERATOR = 2**22


class Layers(NamedTuple):
    """All layers of the dense part.

    Parameters
    ----------
    filters
        Shape (layer, 9, map): weights of the nine taps, row by row, for each map of the stack that enters, zero for
        the others.
    last
        Shape (output, map): the final 1 x 1 convolution.
    dilations
        Layer i has the dilation ``i % dilations + 1``, in pixels.
    """

    filters: Tensor
    last: Tensor
    dilations: int


def mixed_scale_maps(x: Tensor, layers: Layers) -> Tensor:
    """Outputs (batch, output, y, x) for ``x``, shape (batch, channel, y, x), sides larger than ``dilations``.

    ``map_i = ReLU(bias_i + sum over maps before it of dilated 3 x 3 convolutions)``, the borders mirrored; outputs
    are weighted sums of all maps. Where gradients are wanted, the stack is kept, and going back takes one more stack,
    but only of the images that are worked on at once.
    """
    with torch.autocast(x.device.type, enabled=False):
        x = x.to(layers.filters.dtype)
        if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (x, layers.filters, layers.last)):
            outputs: Tensor = _MixedScale.apply(x, *layers)  # type: ignore[no-untyped-call]
            return outputs
        room = _Room(layers.dilations)
        return torch.cat([_outputs(_filled_stack(part, layers, room), part, layers.last) for part in _parts(x)])


class _Room:
    """Nine rows for each layer of a group, and how they add up; used again for images of one shape."""

    def __init__(self, dilations: int) -> None:
        self._dilations = dilations
        self._shape = (0, 0, 0)

    def taps(self, x: Tensor) -> Tensor:
        """Room of the shape (9 * layers, batch * y * x) for ``x``, shape (batch, channel, y, x)."""
        batch, _, y, x_side = x.shape
        if self._shape != (batch, y, x_side):
            self._shape = batch, y, x_side
            self._taps = x.new_empty(TAPS * GROUP, batch * y * x_side)
            self._of_layers: dict[tuple[int, int], DilatedTaps] = {}
        return self._taps

    def of_layer(self, layer: int) -> DilatedTaps:
        """The nine rows of one layer."""
        place = layer % GROUP, layer % self._dilations + 1
        if place not in self._of_layers:
            rows = self._taps[TAPS * place[0] : TAPS * (place[0] + 1)]
            self._of_layers[place] = DilatedTaps(rows, self._shape, place[1])
        return self._of_layers[place]


class _MixedScale(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, filters: Tensor, last: Tensor, dilations: int) -> Tensor:
        layers, room = Layers(filters, last, dilations), _Room(dilations)
        stacks = [_filled_stack(part, layers, room) for part in _parts(x)]
        ctx.save_for_backward(x, filters, last, *stacks)
        ctx.dilations = dilations
        return torch.cat([_outputs(stack, part, last) for stack, part in zip(stacks, _parts(x), strict=True)])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, to_outputs: Tensor) -> tuple[Tensor | None, ...]:
        x, filters, last, *stacks = ctx.saved_tensors
        layers, room = Layers(filters, last, ctx.dilations), _Room(ctx.dilations)
        to_filters, to_last, to_x = torch.zeros_like(filters), torch.zeros_like(last), torch.empty_like(x)
        with torch.autocast(x.device.type, enabled=False):
            for stack, to_these, to_part in zip(stacks, _parts(to_outputs), _parts(to_x), strict=True):
                to_rows = to_these.transpose(0, 1).flatten(1)
                to_last.addmm_(to_rows, stack.t())
                to_stack = torch.mm(last.t(), to_rows)
                _go_back(stack, to_stack, layers, to_filters, (to_part, room))
                to_part.copy_(_channels_of(to_stack, to_part))
        return to_x, to_filters, to_last, None


def _parts(images: Tensor) -> Sequence[Tensor]:
    """Images that are worked on together."""
    on_cpu = images.device.type == "cpu"
    at_once = PIXELS_PER_CORE * torch.get_num_threads() if on_cpu else PIXELS_ON_ACCELERATOR
    return torch.split(images, max(1, at_once // (images.shape[-2] * images.shape[-1])))


def _filled_stack(x: Tensor, layers: Layers, room: _Room) -> Tensor:
    """All maps of ``x``: shape (1 + channels + layers, batch * y * x)."""
    batch, channels, y, x_side = x.shape
    depth = len(layers.filters)
    stack = x.new_empty(1 + channels + depth, batch * y * x_side)
    stack[0] = 1
    _channels_of(stack, x).copy_(x)
    taps = room.taps(x)
    for first in range(0, depth, GROUP):
        filters = layers.filters[first : first + GROUP]
        entering = 1 + channels + first
        maps = stack[entering : entering + len(filters)]
        _multiply(filters[:, :, :entering].flatten(0, 1), stack[:entering], taps[: TAPS * len(filters)])
        for i in range(len(filters)):
            own = room.of_layer(first + i)
            if i:
                own.taps.addmm_(filters[i, :, entering : entering + i], maps[:i])
            torch.clamp_min(own.gather(), 0, out=maps[i])
    return stack


def _go_back(stack: Tensor, to_stack: Tensor, layers: Layers, to_filters: Tensor, place: tuple[Tensor, _Room]) -> None:
    """Complete ``to_stack``, at first the gradient of maps as outputs see them, and add to that of filters."""
    x, room = place
    taps = room.taps(x)
    for first in reversed(range(0, len(layers.filters), GROUP)):
        filters = layers.filters[first : first + GROUP]
        entering = 1 + x.shape[1] + first
        maps, to_maps = (rows[entering : entering + len(filters)] for rows in (stack, to_stack))
        for i in reversed(range(len(filters))):
            own = room.of_layer(first + i)
            torch.ops.aten.threshold_backward(to_maps[i], maps[i], 0, grad_input=own.middle)
            own.spread()
            if i:
                to_maps[:i].addmm_(filters[i, :, entering : entering + i].t(), own.taps)
        of_group = taps[: TAPS * len(filters)]
        to_stack[:entering].addmm_(filters[:, :, :entering].flatten(0, 1).t(), of_group)
        reached = entering + len(filters) - 1
        to_filters[first : first + len(filters)].flatten(0, 1)[:, :reached].addmm_(of_group, stack[:reached].t())


def _multiply(filters: Tensor, maps: Tensor, taps: Tensor) -> None:
    """``taps = filters @ maps``, on the CPU in strips of pixels."""
    strip = STRIP_PER_CORE * torch.get_num_threads() if maps.device.type == "cpu" else maps.shape[1]
    for of_maps, of_taps in zip(torch.split(maps, strip, 1), torch.split(taps, strip, 1), strict=True):
        torch.mm(filters, of_maps, out=of_taps)


def _channels_of(stack: Tensor, x: Tensor) -> Tensor:
    """The maps of the stack that are the channels of ``x``, in its shape."""
    batch, channels, y, x_side = x.shape
    return stack[1 : 1 + channels].view(channels, batch, y, x_side).transpose(0, 1)


def _outputs(stack: Tensor, x: Tensor, last: Tensor) -> Tensor:
    batch, _, y, x_side = x.shape
    return torch.mm(last, stack).view(-1, batch, y, x_side).transpose(0, 1)
