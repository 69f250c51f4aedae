from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from napari_unveil.errors import Refused
from napari_unveil.network.unet import UNet, UNetSettings, parameter_count


@pytest.mark.parametrize(
    ("widths", "cell_px", "halo"),
    [((1, 1, 1, 1), 1, 48), ((1, 1, 1), 1, 24), ((1, 1), 1, 10), ((1,), 1, 4), ((1, 1), 2, 20), ((1,), 2, 8)],
)
def test_a_pixel_depends_on_its_halo_and_on_nothing_beyond(widths, cell_px, halo):
    torch.manual_seed(0)
    settings = UNetSettings(widths, 1, cell_px)
    assert settings.halo_px == halo
    network = UNet(settings).double()
    for parameter in network.parameters():  # all positive: no ReLU hides a dependence
        parameter.data.abs_()
    stride, side = settings.stride_px, 4 * (halo + 2 * settings.stride_px)
    side -= side % stride
    block = slice(side // 2 // stride * stride, side // 2 // stride * stride + stride)
    x = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    network(x)[..., block, block].sum().backward()
    reached = x.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    assert block.start - halo <= reached.min()
    assert reached.max() < block.stop + halo
    assert reached.min() < block.start, "test invalid: nothing around the block matters"


def test_a_network_in_cells_answers_each_pixel_by_itself():
    torch.manual_seed(0)
    network = UNet(UNetSettings((3, 2), 2, cell_px=2, outputs=2))
    logits = network(torch.randn(1, 1, 16, 24)).detach()
    assert logits.shape == (1, 2, 16, 24)
    neighbours = logits[..., ::2, ::2], logits[..., 1::2, ::2], logits[..., 1::2, 1::2], logits[..., ::2, 1::2]
    assert min(float((one - other).abs().max()) for one in neighbours for other in neighbours if one is not other) > 0


@pytest.mark.parametrize("cell_px", [1, 2])
def test_ordinary_convolutions_cost_as_much_and_commute_with_nothing(cell_px):
    torch.manual_seed(0)
    settings = UNetSettings((3, 2), 2, cell_px, outputs=2)
    networks = {group: UNet(replace(settings, group=group)) for group in ("p4", "plain")}
    x, flop, differences = torch.randn(1, 1, 24, 24), {}, {}
    for group, network in networks.items():
        with FlopCounterMode(display=False) as counter:
            logits = network(x).detach()
        flop[group] = counter.get_total_flops()
        turned = torch.rot90(network(torch.rot90(x, 1, (-2, -1))).detach(), -1, (-2, -1))
        differences[group] = float((turned - logits).abs().max() / logits.abs().max())
    assert flop["plain"] == flop["p4"]
    assert parameter_count(networks["plain"]) > 3 * parameter_count(networks["p4"])
    assert differences["p4"] < 1e-5
    assert differences["plain"] > 0.01


def test_an_unknown_group_is_refused():
    with pytest.raises(Refused, match="group 'c8'"):
        UNetSettings(group="c8")


def test_without_blocks_is_refused():
    with pytest.raises(Refused, match="at least one block"):
        UNetSettings((), 4)
