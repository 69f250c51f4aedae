"""Multi-scale structural similarity: two batches of images (batch, 1, y, x) in [0, 1] enter, one number leaves.

Z. Wang, E. P. Simoncelli and A. C. Bovik, "Multi-scale structural similarity for image quality assessment", 37th
Asilomar Conference on Signals, Systems and Computers (2003), doi 10.1109/ACSSC.2003.1292216. With the local means m,
variances v and covariance c of two images under a Gaussian window::

    luminance = (2 m1 m2 + K1^2) / (m1^2 + m2^2 + K1^2)
    contrast and structure = (2 c + K2^2) / (v1 + v2 + K2^2)

Each is averaged over the places where the window lies within the image. An image is halved from scale to scale; the
similarity is the product of the powers of contrast and structure on all scales but the last, and of luminance times
contrast and structure on the last.
"""

from collections.abc import Sequence

import torch
from torch.nn import functional

from napari_unveil.tensors import ImageBatch, Tensor

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, the finest first."""

WINDOW_PX, WINDOW_WIDTH_PX = 11, 1.5
"""Side of the window and standard deviation of its Gaussian."""

LUMINANCE_FLOOR, CONTRAST_FLOOR = 0.01**2, 0.03**2
"""Squares of K1 and K2: keep the ratios of dark and of flat places finite."""

LEAST = 1e-4
"""Similarity of a scale below which it counts as this: powers of negative numbers and of zero have no slope."""

MAE_SHARE = 0.3
"""Of the mean absolute error in :func:`mae_ms_ssim`; the rest is 1 - MS-SSIM."""


def ms_ssim(images: ImageBatch, others: ImageBatch, *, weights: Sequence[float] = WEIGHTS) -> Tensor:
    """Mean similarity over the batch: 1 where the images are the same, near 0 where they have nothing in common.

    A scale on which the window would not fit into the image any more is left out, and the exponents of the others are
    raised so that they have the same sum: of 161 pixels and more all five scales count, of 128 four. An image smaller
    than the window is compared on one scale with the largest window that fits.

    Parameters
    ----------
    images, others
        Shape (batch, 1, y, x), in [0, 1].
    weights
        Exponents of the scales, the finest first; a single one gives the plain SSIM.
    """
    side = min(images.shape[-2:])
    window = _window(side).to(images)
    fitting = _fitting(side, weights)
    total = torch.ones(len(images), dtype=images.dtype, device=images.device)
    for scale, weight in enumerate(fitting):
        if scale:
            images, others = functional.avg_pool2d(images, 2), functional.avg_pool2d(others, 2)
        luminance, contrast = _terms(images, others, window)
        similar = luminance * contrast if scale == len(fitting) - 1 else contrast
        total = total * similar.mean(dim=(1, 2, 3)).clamp(min=LEAST) ** weight
    return total.mean()


def mae_ms_ssim(predicted: ImageBatch, true: ImageBatch) -> Tensor:
    """Published loss of paired frames: 0.3 MAE + 0.7 (1 - MS-SSIM).

    Oppliger et al., Nature Machine Intelligence 6, 180-186 (2024), doi 10.1038/s42256-024-00790-1.

    Parameters
    ----------
    predicted, true
        Shape (batch, 1, y, x); ``true`` in [0, 1].
    """
    mae = (predicted - true).abs().mean()
    return MAE_SHARE * mae + (1 - MAE_SHARE) * (1 - ms_ssim(predicted, true))


def _fitting(side: int, weights: Sequence[float]) -> list[float]:
    """Exponents of the scales on which the window fits, with the sum of all."""
    count = sum(side // 2**scale >= WINDOW_PX for scale in range(len(weights)))
    kept = list(weights[: max(count, 1)])
    return [weight * sum(weights) / sum(kept) for weight in kept]


def _window(side: int) -> Tensor:
    """Shape (px,), sum 1: the Gaussian of the published size, cut to the largest odd one that fits."""
    half = (min(WINDOW_PX, side - (side + 1) % 2) - 1) // 2
    place = torch.arange(-half, half + 1, dtype=torch.float64)
    gaussian = torch.exp(-(place**2) / (2 * WINDOW_WIDTH_PX**2))
    return gaussian / gaussian.sum()


def _terms(images: ImageBatch, others: ImageBatch, window: Tensor) -> tuple[Tensor, Tensor]:
    """Luminance, and contrast with structure, shape (batch, 1, y, x) each: one value a place of the window."""
    stacked = torch.cat((images, others, images**2, others**2, images * others), dim=1)
    filters = window.expand(stacked.shape[1], 1, 1, -1)
    along_x = functional.conv2d(stacked, filters, groups=stacked.shape[1])
    means = functional.conv2d(along_x, filters.transpose(2, 3), groups=stacked.shape[1])
    mean, other_mean, square, other_square, product = torch.chunk(means, 5, dim=1)
    variances = square - mean**2 + other_square - other_mean**2
    contrast = (2 * (product - mean * other_mean) + CONTRAST_FLOOR) / (variances + CONTRAST_FLOOR)
    luminance = (2 * mean * other_mean + LUMINANCE_FLOOR) / (mean**2 + other_mean**2 + LUMINANCE_FLOOR)
    return luminance, contrast
