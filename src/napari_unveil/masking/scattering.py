"""The signal mask: a mean X-ray-only image (y, x) enters, the region of scattering leaves (True)."""

import math

import numpy as np
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.masking.morphology import grow
from napari_unveil.masking.smoothing import smooth
from napari_unveil.types import Frame, Mask

SPECK_RADII = 2.0
"""Radius of the largest speck that is dropped, in standard deviations of the smoothing."""


def signal_mask(image: Frame, *, threshold: float, smooth_px: float = 2.0, grow_px: float = 8) -> Mask:
    """Find where the X-ray-only image holds scattering.

    Parameters
    ----------
    image
        Shape (y, x), any unit; NaN where bad. Bad pixels are judged by their neighbours.
    threshold
        Level in the unit of the image, see `suggest_threshold`; smoothed pixels above it are signal.
    smooth_px
        Standard deviation of the Gaussian smoothing, pixels. Regions smaller than a disk of twice this
        radius are taken for single hits and hot pixels and dropped.
    grow_px
        Margin added around the signal, pixels.

    Returns
    -------
    Mask
        Shape (y, x), True = signal, excluded from where noise patches may lie.

    Raises
    ------
    Refused
        When a length is negative or the threshold is not a number.
    """
    if not math.isfinite(threshold) or smooth_px < 0 or grow_px < 0:
        raise Refused(
            found=f"threshold {threshold:g}, smoothing {smooth_px:g} px, margin {grow_px:g} px",
            needed="a finite threshold and lengths of at least 0 px",
            remedy="correct the value",
        )
    bright = smooth(image, smooth_px=smooth_px) > threshold
    return grow(_without_specks(bright, area_px=math.pi * (SPECK_RADII * smooth_px) ** 2), grow_px)


def _without_specks(mask: Mask, *, area_px: float) -> Mask:
    regions, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    large = np.bincount(regions.ravel()) >= area_px
    large[0] = False
    return np.asarray(large[regions])
