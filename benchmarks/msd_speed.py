"""Forward and backward on the CPU: the MS-D network in two ways against the U-Net, in ms per 10^9 multiply-adds.

One process, one thread, the networks in turn; processor time, so that other programs count as little as they can. The
multiply-adds are those of the forward direction in the network's definition, whatever is computed in fact.

Run: python benchmarks/msd_speed.py [rounds]
"""

import platform
import statistics
import sys
import time

import torch
from torch.nn.grad import conv2d_input, conv2d_weight
from torch.utils.flop_counter import FlopCounterMode

from napari_unveil.network.msd import MSD
from napari_unveil.network.settings import MSDSettings, UNetSettings
from napari_unveil.network.unet import UNet

SIDE_PX = 128
IMAGES = 4
ROUNDS = 6
SETTINGS = MSDSettings()
QUARTER_WIDTH = UNetSettings((8, 16, 32, 64), 8)


class OnSlices(torch.autograd.Function):
    """The dense part with one ``conv2d`` per layer on a slice of the stack, zeros around the image."""

    @staticmethod
    def forward(ctx, x, filters):
        """All maps of ``x``."""
        stack = x.new_empty(len(x), 1 + len(filters), *x.shape[-2:])
        stack[:, :1] = x
        for i in range(len(filters)):
            weight, dilation = layer(filters, i)
            maps = torch.conv2d(stack[:, : i + 1], weight, padding=dilation, dilation=dilation)
            torch.clamp_min(maps[:, 0], 0, out=stack[:, i + 1])
        ctx.save_for_backward(stack, filters)
        return stack

    @staticmethod
    def backward(ctx, to_stack):
        """Gradients of input and filters."""
        stack, filters = ctx.saved_tensors
        to_stack, to_filters = to_stack.clone(), torch.zeros_like(filters)
        for i in reversed(range(len(filters))):
            (weight, dilation), entering = layer(filters, i), stack[:, : i + 1]
            to_map = (to_stack[:, i + 1] * (stack[:, i + 1] > 0)).unsqueeze(1)
            how = {"padding": dilation, "dilation": dilation}
            to_stack[:, : i + 1] += conv2d_input(entering.shape, weight, to_map, **how)
            to_weight = conv2d_weight(entering, weight.shape, to_map, **how)
            to_filters[i, :, 1 : i + 2] = to_weight.reshape(i + 1, 9).t()
        return to_stack[:, :1], to_filters


def layer(filters, i):
    """Weight (1, map, 3, 3) and dilation of layer ``i``."""
    return filters[i, :, 1 : i + 2].t().reshape(1, i + 1, 3, 3), i % SETTINGS.dilations + 1


def multiply_adds(network, x) -> float:
    """Multiply-adds of the forward direction, in units of 10^9."""
    if isinstance(network, MSD):
        return (network.filters.numel() + network.last.numel()) * x.numel() / 1e9
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    return counter.get_total_flops() / 2e9


def seconds(maps_of, x) -> tuple[float, float]:
    start = time.process_time()
    maps = maps_of(x)
    middle = time.process_time()
    maps.sum().backward()
    return middle - start, time.process_time() - middle


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    images = torch.rand(IMAGES, 1, SIDE_PX, SIDE_PX)
    msd, unet = MSD(SETTINGS), UNet(QUARTER_WIDTH)
    msd.last.data.normal_()

    def on_slices(x):
        return OnSlices.apply(x, msd.layers().filters)

    ways = {
        "U-Net": (unet, images, multiply_adds(unet, images)),
        "MS-D, products of matrices": (msd, images, multiply_adds(msd, images)),
        "MS-D, conv2d on slices": (on_slices, images[:1], multiply_adds(msd, images[:1])),
    }
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, (maps_of, x, _) in ways.items():
            took[name].append(seconds(maps_of, x))
    print(f"{platform.processor() or platform.machine()}, torch {torch.__version__}, {IMAGES} x {SIDE_PX} x {SIDE_PX}")
    per_unit = {name: [[1e3 * t / ways[name][2] for t in pair] for pair in took[name][1:]] for name in ways}
    reference = [sum(pair) for pair in per_unit["U-Net"]]
    for name, pairs in per_unit.items():
        forward, backward = (statistics.median(times) for times in zip(*pairs, strict=True))
        both = [sum(pair) for pair in pairs]
        ratio = statistics.median(one / other for one, other in zip(both, reference, strict=True))
        print(
            f"{name:28} forward {forward:5.0f}  backward {backward:5.0f}  both {statistics.median(both):5.0f} "
            f"({min(both):.0f} to {max(both):.0f}) ms per 10^9 multiply-adds  {ratio:5.2f} x the U-Net"
        )


if __name__ == "__main__":
    main()
