import pytest
import torch
from torch.nn import functional

from napari_unveil.errors import Refused
from napari_unveil.network import mixed_scale
from napari_unveil.network.msd import MSD
from napari_unveil.network.settings import MSDSettings
from napari_unveil.network.taps import TAPS, DilatedTaps
from napari_unveil.network.unet import parameter_count


def small_network(**sizes):
    torch.manual_seed(0)
    network = MSD(MSDSettings(**sizes)).double()
    for parameter in (network.biases, network.last, network.last_biases):
        parameter.data.normal_()
    return network


def by_concatenation(network, x):
    """The same network as its definition has it: every layer convolves all maps before it."""
    layers, maps = network.layers(), x
    for i, filters in enumerate(layers.filters):
        dilation = i % layers.dilations + 1
        weight = filters[:, 1 : 1 + maps.shape[1]].t().reshape(1, -1, 3, 3)
        padded = functional.pad(maps, (dilation,) * 4, mode="reflect")
        new = functional.conv2d(padded, weight, network.biases[i : i + 1], dilation=dilation)
        maps = torch.cat((maps, new.relu()), dim=1)
    return functional.conv2d(maps, network.last[:, :, None, None], network.last_biases)


def test_the_published_size_has_the_published_number_of_parameters():
    assert parameter_count(MSD(MSDSettings())) == 45_652
    assert MSDSettings().halo_px == 550


@pytest.mark.parametrize("at_once", [1, 2**20])
def test_outputs_and_gradients_equal_those_of_concatenated_maps(monkeypatch, at_once):
    monkeypatch.setattr(mixed_scale, "PIXELS_PER_CORE", at_once)
    network = small_network(depth=19, dilations=4, inputs=2, outputs=2)
    x = torch.randn(3, 2, 5, 11, dtype=torch.float64, requires_grad=True)
    found, wanted = network(x), by_concatenation(network, x)
    torch.testing.assert_close(found, wanted)
    weights = torch.randn_like(found)
    entering = (x, *network.parameters())
    gradients = [torch.autograd.grad(maps, entering, weights) for maps in (found, wanted)]
    for one, other in zip(*gradients, strict=True):
        assert one.abs().max() > 0, "test invalid: nothing depends on it"
        torch.testing.assert_close(one, other)
    torch.testing.assert_close(network.requires_grad_(False)(x.detach()), wanted)


def test_gradients_are_those_of_finite_differences():
    network = small_network(depth=3, dilations=2)
    x = torch.randn(1, 1, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: network(x), (x, *network.parameters()))


def test_what_is_kept_for_the_gradient_is_one_stack_of_maps():
    network, kept = small_network(depth=20), {}
    x = torch.randn(2, 1, 16, 16, dtype=torch.float64)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.setdefault(t.data_ptr(), t), lambda t: t):
        network(x)
    stack = (1 + 1 + 20) * x.numel()
    filters = 2 * network.used.numel()
    assert stack <= sum(tensor.numel() for tensor in kept.values()) <= stack + x.numel() + 2 * filters


@pytest.mark.parametrize(("sides", "dilation"), [((3, 3), 2), ((4, 9), 3), ((7, 6), 1)])
def test_spreading_taps_is_the_adjoint_of_gathering_them(sides, dilation):
    values, spread = torch.randn(2, TAPS, 2 * sides[0] * sides[1], dtype=torch.float64)
    weights = spread[TAPS // 2].clone()
    before = values.clone()
    gathered = DilatedTaps(values, (2, *sides), dilation).gather()
    DilatedTaps(spread, (2, *sides), dilation).spread()
    torch.testing.assert_close((gathered * weights).sum(), (before * spread).sum())


@pytest.mark.parametrize("sides", [(1, 1), (1, 40), (10, 3), (12, 17)])
def test_images_have_any_size(sides):
    network = small_network(depth=12, outputs=2)
    assert network(torch.randn(2, 1, *sides, dtype=torch.float64)).shape == (2, 2, *sides)


def test_a_pixel_depends_on_its_halo_and_on_nothing_beyond():
    network = small_network(depth=7, dilations=3)
    for parameter in network.parameters():  # all positive: no ReLU hides a dependence
        parameter.data.abs_()
    halo = network.settings.halo_px
    assert halo == 2 * (1 + 2 + 3) + 1
    middle = 2 * halo
    x = torch.rand(1, 1, 2 * middle + 1, 2 * middle + 1, dtype=torch.float64, requires_grad=True)
    network(x)[..., middle, middle].sum().backward()
    reached = x.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    assert (reached.min(), reached.max()) == (middle - halo, middle + halo)


def test_tiles_with_their_halo_equal_the_whole_frame():
    network = small_network(depth=6, dilations=3)
    halo = network.settings.halo_px
    x = torch.randn(1, 1, 20, 70, dtype=torch.float64)
    whole = network(x)
    torch.testing.assert_close(network(x[..., : 25 + halo])[..., :25], whole[..., :25])
    torch.testing.assert_close(network(x[..., 25 - halo : 45 + halo])[..., halo:-halo], whole[..., 25:45])


def test_moving_the_image_moves_the_result_away_from_borders():
    network = small_network(depth=5, dilations=2)
    halo = network.settings.halo_px
    x = torch.randn(1, 1, 30, 30, dtype=torch.float64)
    moved = network(x[..., 3:, 5:])[..., halo:-halo, halo:-halo]
    torch.testing.assert_close(moved, network(x)[..., 3 + halo : -halo, 5 + halo : -halo])


def test_it_starts_at_zero_and_from_the_seed():
    torch.manual_seed(3)
    network = MSD(MSDSettings(depth=20))
    torch.manual_seed(3)
    again = MSD(MSDSettings(depth=20))
    assert torch.equal(network.filters, again.filters)
    assert float(network(torch.randn(1, 1, 16, 16)).detach().abs().max()) == 0
    assert float(network.filters.detach().std()) == pytest.approx((2 / (9 * 20 + 1)) ** 0.5, rel=0.05)


def test_reduced_precision_around_it_changes_nothing():
    network = small_network(depth=4).float()
    x = torch.randn(1, 1, 14, 14)
    with torch.autocast("cpu", torch.bfloat16):
        maps = network(x)
        maps.sum().backward()
    assert torch.equal(maps, network(x))
    assert network.filters.grad.abs().max() > 0


def test_sizes_below_one_are_refused():
    with pytest.raises(Refused, match="at least one"):
        MSDSettings(depth=0)
