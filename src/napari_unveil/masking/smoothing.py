"""Smoothing that knows about missing pixels: images (y, x) enter, images of the same unit leave."""

import numpy as np
from scipy import ndimage

from napari_unveil.types import Frame

YX = (-2, -1)
LEAST_WEIGHT = 0.01
"""Share of the Gaussian that must fall on finite pixels for the average to count."""


def smooth(image: Frame, *, smooth_px: float) -> Frame:
    """Gaussian average over the finite pixels (normalised convolution, Knutsson & Westin 1993).

    Parameters
    ----------
    image
        Shape (y, x), or several along leading axes, any unit; NaN and Inf count as missing.
    smooth_px
        Standard deviation of the Gaussian in pixels; 0 leaves the image as it is.

    Returns
    -------
    Frame
        Of the same shape and unit. Missing pixels are filled from their neighbours, NaN where there are none
        near.
    """
    finite = np.isfinite(image)
    if finite.all():
        return np.asarray(ndimage.gaussian_filter(image, smooth_px, mode="nearest", axes=YX), np.float32)
    weight = ndimage.gaussian_filter(finite.astype(np.float32), smooth_px, mode="nearest", axes=YX)
    filled = np.where(finite, image, np.float32(0))
    weighted = ndimage.gaussian_filter(filled, smooth_px, mode="nearest", axes=YX)
    average = np.full(image.shape, np.nan, np.float32)
    np.divide(weighted, weight, out=average, where=weight > LEAST_WEIGHT)
    return average
