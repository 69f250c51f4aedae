"""Networks by their settings."""

from torch import nn

from napari_unveil.network.irunet import IRUNet
from napari_unveil.network.msd import MSD
from napari_unveil.network.settings import IRUNetSettings, MSDSettings, NetworkSettings, UNetSettings
from napari_unveil.network.unet import UNet
from napari_unveil.network.vdsr import VDSR


def network_of(settings: NetworkSettings) -> nn.Module:
    """A new network of the kind and size that ``settings`` ask for."""
    if isinstance(settings, UNetSettings):
        return UNet(settings)
    if isinstance(settings, MSDSettings):
        return MSD(settings)
    return IRUNet(settings) if isinstance(settings, IRUNetSettings) else VDSR(settings)
