import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.irunet import Inception, IRUNet
from napari_unveil.network.settings import IRUNetSettings
from napari_unveil.network.unet import parameter_count


def small_network(**sizes):
    torch.manual_seed(0)
    return IRUNet(IRUNetSettings(**{"filters": 2} | sizes)).double()


def test_the_published_size_has_the_published_number_of_parameters():
    assert parameter_count(IRUNet(IRUNetSettings())) == 1_954_497


@pytest.mark.parametrize("sides", [(1, 1), (16, 48), (33, 50)])
def test_images_have_any_size(sides):
    network = small_network(inputs=2, outputs=3)
    assert network(torch.randn(2, 2, *sides, dtype=torch.float64)).shape == (2, 3, *sides)


def test_an_image_in_full_cells_is_not_changed_by_cutting_what_was_added():
    network = small_network()
    x = torch.randn(1, 1, 16, 20, dtype=torch.float64)
    repeated = torch.cat((x, x[..., -1:].expand(-1, -1, -1, 12)), dim=-1)
    assert torch.equal(network(x), network(repeated)[..., :20])


def test_an_inception_block_without_its_mixing_changes_nothing():
    torch.manual_seed(0)
    block = Inception(3)
    x = torch.randn(1, 3, 8, 8)
    assert not torch.equal(block(x), x), "test invalid: nothing is mixed at the start"
    for parameter in block.mixing.parameters():
        parameter.data.zero_()
    assert torch.equal(block(x), x)


def test_gradients_are_those_of_finite_differences():
    network = small_network(filters=1)
    x = torch.randn(1, 1, 5, 3, dtype=torch.float64, requires_grad=True)
    some = (network.first.weight, network.encoder[1][0].near.weight, network.decoder[2][2].far.weight)
    assert torch.autograd.gradcheck(lambda x, *_: network(x), (x, *some))


def positive_network():
    network = small_network(filters=1)
    for parameter in network.parameters():  # all positive: no ReLU hides a dependence
        parameter.data.abs_()
    return network


def test_a_cell_depends_on_its_halo_and_on_nothing_beyond():
    network = positive_network()
    halo, stride = network.settings.halo_px, network.settings.stride_px
    assert (halo, stride) == (112, 16)
    x = torch.rand(1, 1, 256, 256, dtype=torch.float64, requires_grad=True)
    network(x)[..., 128:144, 128:144].sum().backward()
    reached = x.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    assert 128 - halo <= reached.min() < 128 - halo + stride
    assert reached.max() < 144 + halo


def test_moving_the_image_by_cells_moves_the_result_away_from_borders():
    network = small_network()
    halo = network.settings.halo_px
    x = torch.randn(1, 1, 2 * halo + 48, 16, dtype=torch.float64)
    moved = network(x[..., 16:, :])[..., halo:-halo, :]
    torch.testing.assert_close(moved, network(x)[..., 16 + halo : -halo, :])


def test_it_starts_from_the_seed():
    first, again = small_network(), small_network()
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), again.parameters(), strict=True))


def test_sizes_below_one_are_refused():
    with pytest.raises(Refused, match="inception U-Net"):
        IRUNetSettings(filters=0)
