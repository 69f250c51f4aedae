import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.settings import VDSRSettings
from napari_unveil.network.unet import parameter_count
from napari_unveil.network.vdsr import VDSR


def small_network(**sizes):
    torch.manual_seed(0)
    return VDSR(VDSRSettings(**{"depth": 3, "filters": 4} | sizes)).double()


def test_the_published_size_is_twenty_convolutions_a_slope_per_map_and_one_convolution_more():
    convolutions = (9 * 1 + 1) * 64 + 19 * (9 * 64 + 1) * 64 + (9 * 64 + 1)
    slopes = 20 * 64
    assert parameter_count(VDSR(VDSRSettings())) == convolutions + slopes == 704_129
    assert VDSRSettings().halo_px == 21


@pytest.mark.parametrize("sides", [(1, 1), (3, 40), (17, 16)])
def test_images_have_any_size(sides):
    network = small_network(channels=2)
    assert network(torch.randn(2, 2, *sides, dtype=torch.float64)).shape == (2, 2, *sides)


def test_without_a_correction_images_come_back_unchanged():
    network = small_network()
    x = torch.randn(1, 1, 9, 8, dtype=torch.float64)
    assert not torch.equal(network(x), x), "test invalid: nothing is corrected at the start"
    for parameter in network.correction.parameters():
        parameter.data.zero_()
    assert torch.equal(network(x), x)


def test_gradients_are_those_of_finite_differences():
    network = small_network(filters=2)
    x = torch.randn(1, 1, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: network(x), (x, *network.parameters()))


def test_a_pixel_depends_on_its_halo_and_on_nothing_beyond():
    network = small_network()
    for parameter in network.parameters():  # all positive: no slope hides a dependence
        parameter.data.abs_()
    halo = network.settings.halo_px
    x = torch.rand(1, 1, 21, 21, dtype=torch.float64, requires_grad=True)
    network(x)[..., 10, 10].sum().backward()
    reached = x.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    assert (reached.min(), reached.max()) == (10 - halo, 10 + halo)


def test_moving_the_image_moves_the_result_away_from_borders():
    network = small_network()
    halo = network.settings.halo_px
    x = torch.randn(1, 1, 20, 20, dtype=torch.float64)
    moved = network(x[..., 3:, 5:])[..., halo:-halo, halo:-halo]
    torch.testing.assert_close(moved, network(x)[..., 3 + halo : -halo, 5 + halo : -halo])


def test_filters_start_after_he_and_from_the_seed():
    torch.manual_seed(3)
    network = VDSR(VDSRSettings(depth=2, filters=32))
    torch.manual_seed(3)
    again = VDSR(VDSRSettings(depth=2, filters=32))
    assert all(torch.equal(one, other) for one, other in zip(network.parameters(), again.parameters(), strict=True))
    second = network.chain[2]
    assert float(second.weight.detach().std()) == pytest.approx((2 / (9 * 32)) ** 0.5, rel=0.05)
    assert float(second.bias.detach().abs().max()) == 0


def test_sizes_below_one_are_refused():
    with pytest.raises(Refused, match="very deep residual network"):
        VDSRSettings(filters=0)
