"""Recipe ``separation``: remove an additive background, such as bremsstrahlung, from small-angle scattering.

After Starke & Smid, "Removal of bremsstrahlung background from SAXS signals with deep neural networks",
doi 10.14278/rodare.2586. Patches of signal and patches of noise are added, both summands are labels, and a network
learns to take the sum apart.
"""

import numpy as np
import torch
from torch import nn

from napari_unveil.harvest import Batch
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.heads import HEADS, Parts
from napari_unveil.network.scaling import SCALINGS, Bounds
from napari_unveil.network.unet import UNet
from napari_unveil.recipes.losses import LOSSES
from napari_unveil.recipes.model import PREDICTED, RecipeModel
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.tensors import ImageBatch, Tensor


class Separator(RecipeModel):
    """A network with its scaling and its head: frames in, signal and noise out, all in the frames' unit.

    Parameters
    ----------
    settings, network
        What it is, and its U-Net (None: a new one).
    errors
        How its error bars were found to be.
    """

    def __init__(
        self, settings: SeparationSettings, network: nn.Module | None = None, errors: ErrorBars = PREDICTED
    ) -> None:
        super().__init__(settings, network if network is not None else UNet(settings.network), errors)
        self.local = settings.scaling == "physical"
        self.exact = settings.head == "share"

    def forward(self, frames: ImageBatch, photon: float) -> Parts:
        """Signal and noise, each (batch, 1, y, x), of finite ``frames``; ``photon`` is one photon in their unit."""
        parts, bounds = self.scaled(frames, photon)
        variance = None if parts.variance is None else self.errors.scale * bounds.span**2 * parts.variance
        return Parts(bounds.unscale(parts.signal), bounds.unscale(parts.noise), variance)

    def scaled(self, frames: ImageBatch, photon: float) -> tuple[Parts, Bounds]:
        """Signal and noise on the network's scale, and the bounds of that scale."""
        scaling = SCALINGS[self.settings.scaling]
        bounds = scaling.bounds(frames, photon)
        scaled = scaling.limit(bounds.scale(frames))
        logits: Tensor = self.network(scaling.features(scaled).to(self.precision))
        return HEADS[self.settings.head](scaled, logits.float()), bounds

    def loss(self, signal: ImageBatch, noise: ImageBatch, photon: float) -> Tensor:
        """The recipe's loss on the sum of measured ``signal`` and ``noise`` patches; NaN pixels do not count."""
        frames = signal + noise
        valid = torch.isfinite(frames).to(frames.dtype)
        frames, signal, noise = (torch.nan_to_num(patches, nan=0.0) for patches in (frames, signal, noise))
        parts, bounds = self.scaled(frames * valid, photon)
        limit = SCALINGS[self.settings.scaling].limit
        true = Parts(limit(bounds.scale(signal)), limit(bounds.scale(noise)))
        return LOSSES[self.settings.loss](parts, true, valid)

    def batch_loss(self, batch: Batch, photon: float, device: torch.device) -> Tensor:
        """:meth:`loss` of a batch of patches in memory, arrays (batch, y, x)."""
        signal, noise = (_tensor(patches, device) for patches in (batch.signal, batch.noise))
        return self.loss(signal, noise, photon)


def _tensor(patches: np.ndarray, device: torch.device) -> ImageBatch:
    return torch.from_numpy(np.asarray(patches, np.float32)).unsqueeze(1).to(device)
