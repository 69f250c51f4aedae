import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.p4 import Mix
from napari_unveil.network.unet import UNetSettings, parameter_count

pytest.importorskip("escnn", reason="escnn is not in this environment")

from napari_unveil.network.escnn_unet import EscnnUNet, _copy_bank, converted

pytestmark = pytest.mark.escnn

TINY = UNetSettings(widths=(2, 3, 2), latent=2)


@pytest.mark.parametrize("settings", [TINY, UNetSettings((2, 3), 2, cell_px=2, outputs=2)])
def test_a_network_trained_with_escnn_is_exactly_one_of_ours(settings):
    torch.manual_seed(0)
    theirs, x = EscnnUNet(settings), torch.randn(2, 1, 32, 32)
    theirs.train()
    torch.optim.SGD(theirs.parameters(), lr=0.1).step(lambda: theirs(x).square().mean().backward())
    with torch.no_grad():
        expected, ours = theirs.eval()(x), converted(theirs)(x)
    difference = float((ours - expected).abs().max() / expected.abs().max())
    print(f"escnn against ours after conversion: {difference:.1e} relative")
    assert expected.std() > 0, "test invalid: the network answers the same everywhere"
    assert difference < 1e-5


def test_published_network_has_its_stated_size_in_escnn():
    count = parameter_count(EscnnUNet(UNetSettings()))
    print(f"parameters of the published network, escnn: {count}")
    assert count == 5_199_537


def test_filters_that_are_no_turned_copies_are_refused():
    mix = Mix(1, 1)
    weight, bias = mix.filters()
    with pytest.raises(Refused, match="turned copies"):
        _copy_bank(weight.detach() + torch.randn(weight.shape), bias.detach(), Mix(1, 1))
