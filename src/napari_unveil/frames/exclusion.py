"""Stored pixels of any type in, float32 with NaN where nothing was measured out.

Detectors mark gaps, dead and overflowing pixels by values; none of them may enter a mean.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

MASK_BITS = {
    "OFFSET_OUT_OF_THRESHOLD": 0,
    "NOISE_OUT_OF_THRESHOLD": 1,
    "OFFSET_NOISE_EVAL_ERROR": 2,
    "NO_DARK_DATA": 3,
    "CI_GAIN_OUT_OF_THRESHOLD": 4,
    "CI_LINEAR_DEVIATION": 5,
    "CI_EVAL_ERROR": 6,
    "FF_GAIN_EVAL_ERROR": 7,
    "FF_GAIN_DEVIATION": 8,
    "FF_NO_ENTRIES": 9,
    "CI2_EVAL_ERROR": 10,
    "VALUE_IS_NAN": 11,
    "VALUE_OUT_OF_RANGE": 12,
    "GAIN_THRESHOLDING_ERROR": 13,
    "DATA_STD_IS_ZERO": 14,
    "ASIC_STD_BELOW_NOISE": 15,
    "INTERPOLATED": 16,
    "NOISY_ADC": 17,
    "OVERSCAN": 18,
    "NON_SENSITIVE": 19,
    "NON_LIN_RESPONSE_REGION": 20,
    "WRONG_GAIN_VALUE": 21,
    "NON_STANDARD_SIZE": 22,
    "USER_DEFINED_1": 30,
    "USER_DEFINED_2": 31,
}
"""Bits of the masks that European XFEL writes beside corrected frames, by their names."""

ALL_BITS = 0xFFFFFFFF
DEFAULT_MASK_BITS = ALL_BITS & ~(1 << MASK_BITS["INTERPOLATED"]) & ~(1 << MASK_BITS["NON_STANDARD_SIZE"])
"""All bits of a stored mask exclude a pixel, but those of pixels that hold data with other statistics."""

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

    def in_words(self) -> Iterator[str]:
        """What is excluded by value."""
        if self.values:
            yield f"the value {' or '.join(f'{value:.10g}' for value in self.values)}"
        if self.negative_markers:
            yield f"{' or '.join(map(str, self.negative_markers))} in frames without smaller values"


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
    return np.asarray(mask.astype(np.uint32, copy=False) & np.uint32(bits & ALL_BITS), bool)


def mask_bits_from_text(text: str) -> int:
    """A set of mask bits: a number such as ``0x00400000``, ``all``, ``default``, or names with commas between.

    A minus before a name takes its bit away; a list that begins so takes from the default set.

    Raises
    ------
    Refused
        When a name is unknown.
    """
    with suppress(ValueError):
        return _refuse_long(int(text, 0), text)
    words = [word.strip() for word in text.split(",")]
    known = {"all": ALL_BITS, "default": DEFAULT_MASK_BITS, **{name: 1 << bit for name, bit in MASK_BITS.items()}}
    bits = DEFAULT_MASK_BITS if words[0].startswith("-") else 0
    for word in words:
        name = next((name for name in known if name.lower() == word.lstrip("-").lower()), None)
        if name is None:
            raise Refused(
                found=f"{word!r} is no bit of a mask",
                needed=f"a number such as 0x00400000, or names: {', '.join(known)}",
                remedy="write for example WRONG_GAIN_VALUE,NON_SENSITIVE, or default,NON_STANDARD_SIZE",
            )
        bits = bits & ~known[name] if word.startswith("-") else bits | known[name]
    return bits


def bits_in_words(bits: int) -> str:
    """A set of mask bits for people: as a number, and which of the named ones are left out."""
    left_out = [name for name, bit in MASK_BITS.items() if not bits >> bit & 1]
    few = 0 < len(left_out) <= len(MASK_BITS) // 2
    return f"bits {bits:#010x}" + (f" (all but {', '.join(left_out)})" if few else "")


def _refuse_long(bits: int, text: str) -> int:
    if 0 <= bits <= ALL_BITS:
        return bits
    raise Refused(
        found=f"{text} is no set of 32 bits",
        needed=f"a number from 0 to {ALL_BITS:#x}",
        remedy="give a number such as 0x00400000, or names of bits",
    )


def _values(dtype: np.dtype[Any]) -> tuple[float, ...]:
    if dtype.kind == "u" and dtype.itemsize >= 2:
        return (int(np.iinfo(dtype).max),)
    if dtype.kind == "i":
        smallest = int(np.iinfo(dtype).min)
        return (smallest, JUNGFRAU_BAD) if dtype.itemsize == 2 else (smallest,)
    return (JUNGFRAU_BAD,) if dtype.kind == "f" and dtype.itemsize == 4 else ()


def _has_smaller(pixels: NDArray[Any], excluded: Mask, limit: int) -> bool:
    return bool(np.any((pixels < limit) & ~excluded))
