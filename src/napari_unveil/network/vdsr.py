"""A very deep residual network (VDSR): a chain of 3 x 3 convolutions that predicts what to add to its input.

After Kim, Lee & Lee, "Accurate image super-resolution using very deep convolutional networks", CVPR 2016,
doi 10.1109/cvpr.2016.182, in the size of Oppliger et al., Nat. Mach. Intell. 6, 180 (2024),
doi 10.1038/s42256-024-00790-1.
"""

from torch import nn

from napari_unveil.network.settings import VDSRSettings
from napari_unveil.tensors import Tensor

PRELU_START = 0.25


class VDSR(nn.Module):
    """Convolutions with PReLU, one more that makes the correction, and the input added to it.

    A slope of the PReLU belongs to a map and holds for all its pixels, so images may have any size. Filters start
    normally distributed after He et al. (2015), biases at zero; borders are padded with zeros.
    """

    def __init__(self, settings: VDSRSettings) -> None:
        super().__init__()
        self.settings = settings
        chain: list[nn.Module] = []
        entering = settings.channels
        for _ in range(settings.depth):
            chain += [_convolution(entering, settings.filters), nn.PReLU(settings.filters, PRELU_START)]
            entering = settings.filters
        self.chain = nn.Sequential(*chain)
        self.correction = _convolution(entering, settings.channels)

    def forward(self, x: Tensor) -> Tensor:
        """Maps of the shape of ``x``, (batch, channels, y, x)."""
        corrected: Tensor = x + self.correction(self.chain(x))
        return corrected


def _convolution(entering: int, leaving: int) -> nn.Conv2d:
    module = nn.Conv2d(entering, leaving, 3, padding=1)
    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return module
