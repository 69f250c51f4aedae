"""The network in shape for inference answers as the trained one."""

import pytest
import torch

from napari_unveil.denoising.core_unet import CoreUNet
from napari_unveil.network.unet import UNet, UNetSettings


@pytest.mark.parametrize("widths", [(3,), (2, 3), (2, 3, 2), (2, 2, 3, 2)])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("cell_px", "outputs", "group"), [(1, 1, "p4"), (2, 2, "p4"), (2, 2, "plain")])
def test_the_core_of_a_tile_is_as_the_network_has_it(widths, whole, cell_px, outputs, group):
    torch.manual_seed(0)
    settings = UNetSettings(widths, 2, cell_px, outputs, group)
    network = UNet(settings).eval()
    halo = 0 if whole else settings.halo_px
    core = 2 * settings.stride_px
    x = torch.randn(2, 1, core + 2 * halo, 2 * core + 2 * halo)
    inside = (..., slice(halo, halo + core), slice(halo, halo + 2 * core))
    with torch.inference_mode():
        expected, found = network(x), CoreUNet(network, halo)(x)
    assert found.shape == expected.shape
    assert float(expected[inside].std()) > 1e-3, "test invalid: the network answers the same everywhere"
    torch.testing.assert_close(found[inside], expected[inside], rtol=1e-4, atol=1e-5)


def test_the_trained_network_is_left_as_it_was():
    network = UNet(UNetSettings((2, 2), 2))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    CoreUNet(network, 0)(torch.zeros(1, 1, 8, 8))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert not any(module.inplace for module in network.modules() if isinstance(module, torch.nn.ReLU))
