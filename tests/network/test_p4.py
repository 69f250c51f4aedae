import pytest
import torch

from napari_unveil.network.cells import gathered, scattered
from napari_unveil.network.p4 import Lift, Mix, P4Convolution, Project, with_plain_filters
from napari_unveil.network.unet import UNet, UNetSettings, parameter_count

TINY = UNetSettings(widths=(2, 3, 2, 2), latent=2)
IN_CELLS = UNetSettings(widths=(2, 3, 2), latent=2, cell_px=2, outputs=2)


def quarter_turn(fields, turns):
    """Turn fields (batch, 4 f, y, x): every channel in its plane, and on by ``turns`` places in its field."""
    batch, channels, *size = fields.shape
    turned = torch.rot90(fields, turns, (-2, -1)).reshape(batch, channels // 4, 4, *size)
    return turned.roll(turns, dims=2).reshape(batch, channels, *size)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_each_kind_of_convolution_commutes_with_quarter_turns(turns):
    image, fields = torch.randn(2, 1, 12, 12), torch.randn(2, 8, 12, 12)
    lift, mix, project = Lift(1, 3), Mix(2, 3), Project(2, 1)
    turned_image, turned_fields = torch.rot90(image, turns, (-2, -1)), quarter_turn(fields, turns)
    torch.testing.assert_close(lift(turned_image), quarter_turn(lift(image), turns))
    torch.testing.assert_close(mix(turned_fields), quarter_turn(mix(fields), turns))
    torch.testing.assert_close(project(turned_fields), torch.rot90(project(fields), turns, (-2, -1)))


def test_full_filters_are_turned_copies_of_the_bank_with_their_places_rolled():
    mix = Mix(1, 1)
    weight, bias = mix.filters()
    assert weight.shape == (4, 4, 3, 3)
    assert bias.shape == (4,)
    for turns in range(4):
        for place in range(4):
            expected = torch.rot90(mix.bank[0, 0, (place - turns) % 4], turns, (-2, -1))
            torch.testing.assert_close(weight[turns, place], expected)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_cells_gathered_into_fields_commute_with_quarter_turns(turns):
    image = torch.randn(2, 3, 8, 8)
    fields = gathered(image)
    assert fields.shape == (2, 12, 4, 4)
    torch.testing.assert_close(gathered(torch.rot90(image, turns, (-2, -1))), quarter_turn(fields, turns))
    torch.testing.assert_close(scattered(fields), image)


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("settings", [TINY, IN_CELLS])
@torch.no_grad()
def test_network_commutes_with_quarter_turns(turns, settings):
    network, x = UNet(settings), torch.randn(1, 1, 48, 48)
    expected = torch.rot90(network(x), turns, (-2, -1))
    difference = float((network(torch.rot90(x, turns, (-2, -1))) - expected).abs().max() / expected.abs().max())
    print(f"network against {turns} quarter turns: {difference:.1e} relative")
    assert expected.std() > 0, "test invalid: the network answers the same everywhere"
    assert difference < 1e-5


def test_plain_filters_change_nothing():
    network, x = UNet(TINY), torch.randn(1, 1, 32, 40)
    plain = with_plain_filters(network)
    assert not any(isinstance(module, P4Convolution) for module in plain.modules())
    torch.testing.assert_close(plain(x), network(x))


def test_published_network_has_its_stated_size():
    count = parameter_count(UNet(UNetSettings()))
    print(f"parameters of the published network, p4: {count}")
    assert count == 7_798_593
