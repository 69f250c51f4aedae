"""Recipe ``paired``: low-count frames to what a longer exposure would have shown.

After Oppliger, Denner, Kuespert et al., "Weak signal extraction enabled by deep neural network denoising of
diffraction data", Nature Machine Intelligence 6, 180-186 (2024), doi 10.1038/s42256-024-00790-1. The signal is in the
unit and at the exposure of the low-count frame; times the exposure ratio it is in high counts.
"""

import numpy as np
import torch
from torch import nn

from napari_unveil.network.building import network_of
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.heads import Parts
from napari_unveil.recipes.aligned import AlignedModel, Example
from napari_unveil.recipes.estimates import Rate
from napari_unveil.recipes.model import PREDICTED
from napari_unveil.recipes.ms_ssim import mae_ms_ssim
from napari_unveil.recipes.paired_scaling import INFERENCE_SCALE, drawn_scales, flipped, scaled, sums_of
from napari_unveil.recipes.paired_settings import PairedSettings
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.types import Frame, Frames

LARGEST_SEED = 2**62
MIRRORED_SHARE = 0.5


class PairedModel(AlignedModel):
    """A network that gives the light of a low-count frame without its counting noise."""

    def __init__(
        self, settings: PairedSettings, network: nn.Module | None = None, errors: ErrorBars = PREDICTED
    ) -> None:
        super().__init__(settings, network if network is not None else network_of(settings.network), errors)
        self._rate = Rate(settings.ratio or 1.0)

    def forward(self, frames: ImageBatch, photon: float) -> Parts:
        """Signal and noise (batch, 1, y, x); ``photon`` as :meth:`scale_of` gave it."""
        signal = self._estimate(frames, photon)
        return Parts(signal, frames - signal)

    def scale_of(self, frame: Frame, photon: float) -> float:
        """One photon; for the published estimate, the value that the whole frame's sum makes 1."""
        if self.settings.counts:
            return photon
        image = torch.from_numpy(np.asarray(frame, np.float32)).view(1, 1, *frame.shape)
        return float(sums_of(image)) / INFERENCE_SCALE

    def example(self, patches: Frames, rng: np.random.Generator) -> Example:
        """Low counts and high counts of patches (batch, 2, y, x)."""
        del rng
        return Example(patches[:, 0], patches[:, 1])

    def loss(self, inputs: ImageBatch, targets: ImageBatch, photon: float, rng: np.random.Generator) -> Tensor:
        """The likelihood of the high counts, or the published loss with a random scale for each image.

        In some examples left and right are exchanged.
        """
        generator = torch.Generator().manual_seed(int(rng.integers(LARGEST_SEED)))
        mirrored = (torch.rand(len(inputs), generator=generator) < MIRRORED_SHARE).to(inputs.device)
        inputs, targets = flipped(inputs, mirrored), flipped(targets, mirrored)
        if self.settings.counts:
            finite = torch.nan_to_num(inputs, nan=0.0)
            return self._rate.loss(self._estimate(finite, photon), finite, targets, photon)
        low, high = (self._scaled_by_chance(images, generator) for images in (inputs, targets))
        return mae_ms_ssim(self.network(low).float(), high)

    def hoped_for(self, target: Frames) -> Frames:
        """High counts at the exposure of the low ones."""
        return target / np.float32(self.settings.ratio or 1.0)

    def _estimate(self, frames: ImageBatch, photon: float) -> ImageBatch:
        if self.settings.counts:
            return self._rate.predict(self.network, frames, photon, self.precision)
        seen = scaled(frames, sums=frames.new_full((1, 1, 1, 1), photon), scales=1.0)
        return self.network(seen.to(self.precision)).float() * photon  # type: ignore[no-any-return]

    def _scaled_by_chance(self, images: ImageBatch, generator: torch.Generator) -> ImageBatch:
        scales = drawn_scales(len(images), generator=generator).to(images.device)
        return scaled(images, sums=sums_of(images), scales=scales)
