"""Published scaling of paired frames: images (batch, 1, y, x) in their unit enter, values in [0, 1] leave, and back.

Oppliger et al., Nature Machine Intelligence 6, 180-186 (2024), doi 10.1038/s42256-024-00790-1: an image of 192 x 240
pixels is clipped at 0, divided by its sum, multiplied by a scale and clipped to [0, 1]. Here a sum stands for the mean
of the valid pixels times 192 x 240, so that values do not depend on the size of the image; for the published size it
is the published sum. Low and high counts have scales of their own, hence the absolute intensity is not learned.
"""

import torch
from torch.nn import functional

from napari_unveil.tensors import ImageBatch, Tensor

PUBLISHED_PIXELS = 192 * 240
LEAST_SCALE, LARGEST_SCALE = 5000.0, 15000.0
"""Between these the scale is drawn while a network learns."""
INFERENCE_SCALE = 10000.0


def sums_of(images: ImageBatch) -> Tensor:
    """Shape (batch, 1, 1, 1): sum of each image without its negative values, as if it had 192 x 240 valid pixels.

    An image without any intensity has the sum 1, so that it stays empty.

    Parameters
    ----------
    images
        Shape (batch, 1, y, x), any unit; NaN where excluded.
    """
    valid = torch.isfinite(images).sum(dim=(1, 2, 3), keepdim=True)
    sums = _without_negatives(images).sum(dim=(1, 2, 3), keepdim=True, dtype=torch.float64)
    scaled_up = (sums * PUBLISHED_PIXELS / valid.clamp(min=1)).to(images.dtype)
    return torch.where(scaled_up > 0, scaled_up, torch.ones_like(scaled_up))


def drawn_scales(count: int, *, generator: torch.Generator) -> Tensor:
    """Shape (count, 1, 1, 1): random scales from 5000 to 15000, one for each image."""
    return torch.empty(count, 1, 1, 1).uniform_(LEAST_SCALE, LARGEST_SCALE, generator=generator)


def scaled(images: ImageBatch, *, sums: Tensor, scales: Tensor | float = INFERENCE_SCALE) -> ImageBatch:
    """Clip at 0, divide by the sum, multiply by the scale, clip to [0, 1]; excluded pixels are 0.

    Parameters
    ----------
    images
        Shape (batch, 1, y, x), any unit; NaN where excluded.
    sums, scales
        Shape (batch, 1, 1, 1), or one scale for all; see :func:`sums_of` and :func:`drawn_scales`.
    """
    return (_without_negatives(images) / sums * scales).clamp(max=1)


def unscaled(values: ImageBatch, *, sums: Tensor, scales: Tensor | float = INFERENCE_SCALE) -> ImageBatch:
    """Values of :func:`scaled` (batch, 1, y, x) in the unit of the images again; what was clipped stays clipped."""
    return values / scales * sums


def flipped(images: Tensor, mirrored: Tensor) -> Tensor:
    """Exchange left and right in some images of a batch: the only augmentation of the published recipe.

    Parameters
    ----------
    images
        Shape (batch, channel, y, x).
    mirrored
        Shape (batch,), bool: which images.
    """
    return torch.where(mirrored[:, None, None, None], images.flip(-1), images)


def _without_negatives(images: ImageBatch) -> ImageBatch:
    return functional.relu(torch.nan_to_num(images, nan=0.0, posinf=0.0, neginf=0.0))
