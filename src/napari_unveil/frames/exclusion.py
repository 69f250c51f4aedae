"""Stored pixels of any type in, float32 with NaN where nothing was measured out.

Detectors mark gaps, dead and overflowing pixels by values; none of them may enter a mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Frame, Mask

DEFAULT_MASK_BITS = 0xFFFFFFFF & ~(1 << 16) & ~(1 << 22)
"""All bits of a stored mask exclude a pixel, but INTERPOLATED (16) and NON_STANDARD_SIZE (22)."""

JUNGFRAU_BAD = 32678
"""Saturated or bad in Jungfrau frames calibrated at PSI, in float32 and in 16-bit signed integers."""

PILATUS_GAP, PILATUS_BAD = -1, -2


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What makes a pixel of one dataset unusable besides NaN and Inf.

    Parameters
    ----------
    values
        Stored values that stand for "not measured".
    negative_markers
        Values that stand for it only in frames without any smaller value: in frames with the pedestal
        subtracted they are measurements.
    saturation
        Smallest value that is saturated, None when unknown.
    mask
        Shape (y, x), the file's pixel mask; None when there is none.
    """

    values: tuple[float, ...] = ()
    negative_markers: tuple[int, ...] = ()
    saturation: float | None = None
    mask: Mask | None = None


def exclusion_for(dtype: np.dtype[Any], *, saturation: float | None = None, mask: Mask | None = None) -> Exclusion:
    """Give the markers that detectors write in this stored type."""
    markers = (PILATUS_GAP, PILATUS_BAD) if dtype.kind == "i" else ()
    return Exclusion(_values(dtype), markers, saturation, mask)


def measured(pixels: NDArray[Any], exclusion: Exclusion) -> Frame:
    """Convert one stored frame (y, x) to native float32, NaN where ``exclusion`` or Inf says so."""
    excluded = np.zeros(pixels.shape, bool)
    for value in exclusion.values:
        excluded |= pixels == value
    if exclusion.negative_markers and not _has_smaller(pixels, excluded, min(exclusion.negative_markers)):
        excluded |= np.isin(pixels, exclusion.negative_markers)
    if exclusion.saturation is not None:
        excluded |= pixels >= exclusion.saturation
    if exclusion.mask is not None:
        excluded |= exclusion.mask
    with np.errstate(over="ignore", invalid="ignore"):
        frame = np.array(pixels, dtype=np.float32)
    frame[excluded | ~np.isfinite(frame)] = np.nan
    return frame


def has_bits(mask: NDArray[Any], bits: int) -> Mask:
    """Give True where a stored mask has one of ``bits``."""
    return np.asarray(mask.astype(np.uint32, copy=False) & np.uint32(bits & 0xFFFFFFFF), bool)


def _values(dtype: np.dtype[Any]) -> tuple[float, ...]:
    if dtype.kind == "u" and dtype.itemsize >= 2:
        return (int(np.iinfo(dtype).max),)
    if dtype.kind == "i":
        smallest = int(np.iinfo(dtype).min)
        return (smallest, JUNGFRAU_BAD) if dtype.itemsize == 2 else (smallest,)
    return (JUNGFRAU_BAD,) if dtype.kind == "f" and dtype.itemsize == 4 else ()


def _has_smaller(pixels: NDArray[Any], excluded: Mask, limit: int) -> bool:
    return bool(np.any((pixels < limit) & ~excluded))
