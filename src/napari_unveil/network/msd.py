"""A mixed-scale dense (MS-D) network: many layers of one map each, every one of which sees all maps before it.

After Pelt & Sethian, "A mixed-scale dense convolutional neural network for image analysis", PNAS 115, 254 (2018),
doi 10.1073/pnas.1715832114, in the size of Hendriksen, Pelt & Batenburg, "Noise2Inverse", IEEE Trans. Comput. Imaging
6, 1320 (2020), doi 10.1109/tci.2020.3019647.
"""

import torch
from torch import nn
from torch.nn import functional

from napari_unveil.network.framing import extended
from napari_unveil.network.mixed_scale import Layers, mixed_scale_maps
from napari_unveil.network.settings import MSDSettings
from napari_unveil.network.taps import MIDDLE, TAPS
from napari_unveil.tensors import Tensor


class MSD(nn.Module):
    """Dilated 3 x 3 convolutions with ReLU, one map each, and a 1 x 1 convolution of all maps, the input included.

    Borders are mirrored about the outermost pixel, as published. With a receptive field larger than most images each
    pixel sees a border, and a mirrored image looks like more of the same, whereas zeros would be an edge of their own
    that a network trained on patches comes to rely on. A tile with its halo still equals the whole frame, since tiles
    end either inside, beyond the halo, or where the frame ends.

    The last layer starts at zero, and so does the output. Filters start normally distributed with the variance
    2 / n, n being the connections that enter and leave a map.
    """

    used: Tensor

    def __init__(self, settings: MSDSettings) -> None:
        super().__init__()
        self.settings = settings
        depth, inputs, outputs = settings.depth, settings.inputs, settings.outputs
        used = torch.ones(depth, inputs + depth - 1).tril(inputs - 1).bool()
        self.register_buffer("used", used.unsqueeze(1).repeat(1, TAPS, 1), persistent=False)
        connections = TAPS * (inputs + depth - 1) + outputs
        self.filters = nn.Parameter(torch.randn(int(self.used.sum())) * (2 / connections) ** 0.5)
        self.biases = nn.Parameter(torch.zeros(depth))
        self.last = nn.Parameter(torch.zeros(outputs, inputs + depth))
        self.last_biases = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, outputs, y, x) of ``x``, shape (batch, inputs, y, x), of any size."""
        y, x_side = x.shape[-2:]
        least = self.settings.dilations + 1
        framed = extended(x, (max(y, least), max(x_side, least)))
        return mixed_scale_maps(framed, self.layers())[..., :y, :x_side]

    def layers(self) -> Layers:
        """All filters as matrices, their biases in the column of the map of ones."""
        filters = torch.zeros_like(self.used, dtype=self.filters.dtype).masked_scatter(self.used, self.filters)
        biases = functional.pad(self.biases.view(-1, 1, 1), (0, 0, MIDDLE, TAPS - 1 - MIDDLE))
        last = torch.cat((self.last_biases.unsqueeze(1), self.last), dim=1)
        return Layers(torch.cat((biases, filters), dim=2), last, self.settings.dilations)
