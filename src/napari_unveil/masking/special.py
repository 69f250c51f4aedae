"""Pixels that detectors treat apart: edges of their chips, dead, saturated and hot ones; masks (y, x) leave (True)."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.masking.morphology import over_frames
from napari_unveil.masking.smoothing import smooth
from napari_unveil.masking.spread import robust_sigma
from napari_unveil.types import Frame, Frames, Mask

ASIC_PX = 256
"""Side of the read-out chip (ASIC) of Jungfrau."""

MODULE_PX = (512, 1024)
"""Shape (y, x) of a Jungfrau module: 2 x 4 chips on one sensor."""

NEIGHBOURHOOD_PX = 5
INTENSITY_CLASSES = 64
UPPER_QUARTILE = 0.75
"""Of the errors of pixels alike: few photons in few frames leave most pixels without any change."""

MEDIAN_TO_MEAN_ERROR = 1.2533
"""Standard error of a median over that of a mean, for normal deviates: the root of pi / 2."""

FEWEST_FRAMES = 3
"""With fewer frames a hot pixel cannot be told from a hit."""


def asic_edges(shape: tuple[int, int], *, width_px: int = 1) -> Mask:
    """Exclude the outermost pixels of every chip of Jungfrau modules.

    Parameters
    ----------
    shape
        Shape (y, x) of the frame; modules of 512 x 1024 pixels without gaps between them.
    width_px
        How many pixels from each side of a chip.

    Raises
    ------
    Refused
        When the frame is not made of whole chips.
    """
    _refuse_other_detectors(shape)
    near_row, near_column = (_from_edge(side, ASIC_PX) < width_px for side in shape)
    return np.asarray(near_row[:, None] | near_column)


def double_size_pixels(shape: tuple[int, int]) -> Mask:
    """Exclude the pixels of double size of Jungfrau modules: those on both sides of a border of two chips.

    The sensor is one piece; over the gap between two chips the outermost pixels reach to the middle of it (Mozzanica
    et al. 2018, doi 10.1080/08940886.2018.1528429). At the rim of a module pixels have the common size.

    Raises
    ------
    Refused
        When the frame (y, x) is not made of whole modules.
    """
    _refuse_other_detectors(shape)
    row, column = (
        (_from_edge(side, ASIC_PX) < 1) & (_from_edge(side, module) >= 1)
        for side, module in zip(shape, MODULE_PX, strict=True)
    )
    return np.asarray(row[:, None] | column)


def missing_pixels(frames: Frames) -> Mask:
    """Exclude the pixels that are NaN or infinite in more than half of the frames (frame, y, x)."""
    return np.asarray(np.mean(~np.isfinite(frames), axis=0) > 0.5)


def saturated_pixels(frames: Frames, *, level: float) -> Mask:
    """Exclude the pixels that reach ``level``, in the unit of the frames (frame, y, x), in any of them."""
    return over_frames(np.asarray(frames >= level))


def hot_pixels(frames: Frames, *, sigmas: float = 8.0) -> Mask:
    """Exclude the pixels that stand out from their neighbours in most of the frames.

    A pixel's median over the frames, which single hits do not move, is compared with the median of the pixels
    around it. What spread is common depends on the intensity, so it is measured among pixels with neighbours of like
    brightness: the larger of the spread from pixel to pixel (median absolute deviation) and of the error of the
    median that the changes from frame to frame leave. Spots of sharp scattering that stay where they are and are
    narrower than three pixels are found as well.

    Parameters
    ----------
    frames
        Shape (frame, y, x), at least three frames, any unit.
    sigmas
        How many standard deviations above the neighbours a pixel is hot.

    Raises
    ------
    Refused
        When there are fewer than three frames.
    """
    if len(frames) < FEWEST_FRAMES:
        raise Refused(
            found=f"there is {len(frames)} frame" if len(frames) == 1 else f"there are {len(frames)} frames",
            needed=f"at least {FEWEST_FRAMES}, to tell hot pixels from hits",
            remedy="choose a layer with more frames",
        )
    usual = _median_over_frames(frames)
    around = _median_around(usual)
    excess = usual - around
    error = MEDIAN_TO_MEAN_ERROR * _deviation_over_frames(frames) / np.sqrt(len(frames))
    valid = np.isfinite(excess)
    limit = np.full(usual.shape, np.inf, np.float32)
    limit[valid] = sigmas * _common_spread(excess[valid], error[valid], around[valid])
    return np.asarray(valid & (excess > limit))


def _refuse_other_detectors(shape: tuple[int, int]) -> None:
    if shape[0] % ASIC_PX or shape[1] % ASIC_PX:
        raise Refused(
            found=f"the frame (y, x) has the shape {shape}",
            needed=f"Jungfrau modules without gaps, a multiple of {ASIC_PX} x {ASIC_PX} pixels",
            remedy="paint the edges of the chips of other detectors",
        )


def _from_edge(side: int, length: int) -> NDArray[np.int64]:
    """Distance of each pixel along an axis from the nearer end of the piece of ``length`` that it lies in."""
    place = np.arange(side) % length
    return np.minimum(place, length - 1 - place)


def _median_over_frames(frames: Frames) -> Frame:
    median = np.median(frames, axis=0)
    gaps = np.isnan(median)
    if gaps.any():
        some = np.isfinite(frames[:, gaps]).any(axis=0)
        filled = np.full(int(gaps.sum()), np.nan, np.float32)
        filled[some] = np.nanmedian(frames[:, gaps][:, some], axis=0)
        median[gaps] = filled
    return np.asarray(median, np.float32)


def _median_around(image: Frame) -> Frame:
    neighbours = np.ones((NEIGHBOURHOOD_PX, NEIGHBOURHOOD_PX), np.bool_)
    neighbours[NEIGHBOURHOOD_PX // 2, NEIGHBOURHOOD_PX // 2] = False
    finite = np.isfinite(image)
    filled = image if finite.all() else np.where(finite, image, smooth(image, smooth_px=NEIGHBOURHOOD_PX))
    return np.asarray(ndimage.median_filter(np.nan_to_num(filled), footprint=neighbours, mode="nearest"))


def _deviation_over_frames(frames: Frames) -> Frame:
    finite = np.isfinite(frames)
    count = np.maximum(finite.sum(axis=0), 1)
    known = np.where(finite, frames, np.float32(0))
    mean = known.sum(axis=0) / count
    squares = np.where(finite, (known - mean) ** 2, np.float32(0)).sum(axis=0)
    return np.asarray(np.sqrt(squares / count), np.float32)


def _common_spread(
    excess: NDArray[np.float32], error: NDArray[np.float32], around: NDArray[np.float32]
) -> NDArray[np.float32]:
    spread = np.empty_like(excess)
    for alike in np.array_split(np.argsort(around, kind="stable"), INTENSITY_CLASSES):
        if alike.size:
            spread[alike] = max(robust_sigma(excess[alike]), float(np.quantile(error[alike], UPPER_QUARTILE)))
    return spread
