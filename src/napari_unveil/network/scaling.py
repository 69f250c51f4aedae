"""From a frame's unit to what a network sees, and back.

``percentile`` is the published scaling: bounds are percentiles 1 and 99.95 of each patch, values are clipped to
[0, 1]. ``physical`` is one fixed scale: photons, seen by the network through asinh, nothing clipped, so that a pixel
depends on its neighbourhood alone.
"""

from dataclasses import dataclass
from typing import Protocol

import torch

from napari_unveil.network.settings import ScalingName
from napari_unveil.tensors import ImageBatch, Tensor

PERCENTILES = (1.0, 99.95)


@dataclass(frozen=True, slots=True)
class Bounds:
    """``scaled = (value - offset) / span``; both of shape (batch, 1, 1, 1), in the unit of the frames."""

    offset: Tensor
    span: Tensor

    def scale(self, values: ImageBatch) -> ImageBatch:
        """Scaled values (batch, 1, y, x), not clipped."""
        return (values - self.offset) / self.span

    def unscale(self, scaled: ImageBatch) -> ImageBatch:
        """Values in the unit of the frames."""
        return scaled * self.span + self.offset


class Scaling(Protocol):
    """How a batch of patches is brought to the network's scale."""

    def bounds(self, patches: ImageBatch, photon: float) -> Bounds:
        """Offset and span of each patch; ``photon`` is one photon in the unit of the frames."""
        ...

    def limit(self, scaled: ImageBatch) -> ImageBatch:
        """The range in which scaled values are kept."""
        ...

    def features(self, scaled: ImageBatch) -> ImageBatch:
        """What the network sees of scaled values."""
        ...


class PercentileScaling:
    """Published: per patch, clipped to [0, 1]."""

    def bounds(self, patches: ImageBatch, photon: float) -> Bounds:
        """Percentiles 1 and 99.95 of each patch (linear interpolation); a flat patch has a span of one photon."""
        shares = torch.tensor(PERCENTILES, device=patches.device, dtype=patches.dtype) / 100
        low, high = torch.quantile(patches.flatten(1), shares, dim=1)
        span = torch.where(high > low, high - low, photon)
        return Bounds(low.view(-1, 1, 1, 1), span.view(-1, 1, 1, 1))

    def limit(self, scaled: ImageBatch) -> ImageBatch:
        """Clipped to [0, 1]."""
        return scaled.clamp(0, 1)

    def features(self, scaled: ImageBatch) -> ImageBatch:
        """The scaled values themselves."""
        return scaled


class PhysicalScaling:
    """Photons; the network sees their asinh, which is linear below one photon and logarithmic far above."""

    def bounds(self, patches: ImageBatch, photon: float) -> Bounds:
        """No offset; the span is one photon."""
        shape = (len(patches), 1, 1, 1)
        return Bounds(patches.new_zeros(shape), patches.new_full(shape, photon))

    def limit(self, scaled: ImageBatch) -> ImageBatch:
        """Nothing is clipped."""
        return scaled

    def features(self, scaled: ImageBatch) -> ImageBatch:
        """Half of asinh of photons: of the order of one up to thousands of photons."""
        return torch.asinh(scaled) / 2


SCALINGS: dict[ScalingName, Scaling] = {"percentile": PercentileScaling(), "physical": PhysicalScaling()}
