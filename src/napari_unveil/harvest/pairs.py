"""Whether frames with few and with many counts are pairs: both enter, exposure ratio, shift and warnings leave."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import evenly_spread
from napari_unveil.harvest.series import Supply, axes_of_shots, refuse_two_units
from napari_unveil.harvest.shift import Shift, shift_between
from napari_unveil.types import Frame

PAIRS_LOOKED_AT = 32
"""How many pairs, spread evenly, are read for the exposure ratio."""
PAIRS_ALIGNED = 8
"""How many of these are held against one another for a shift."""

TOLERATED_SPREAD = 0.01
"""Spread of the exposure ratio beyond counting statistics up to which nothing is said."""
SIGNIFICANCE = 5.0
"""Standard deviations by which the scatter of ratios must exceed what counting statistics allow."""


@dataclass(frozen=True, slots=True)
class PairReport:
    """What is known of pairs of frames.

    Parameters
    ----------
    pairs, looked_at
        How many there are, and how many were read.
    exposure_ratio
        Counts of the long exposure over those of the short one, median over pairs; each from the sums over the pixels
        valid in both.
    ratio_spread
        Standard deviation of that ratio from pair to pair, relative; NaN of a single pair.
    counting_spread
        The same if it came from counting photons alone; None where the value of a photon is unknown.
    shift_yx
        Where the long exposure lies relative to the short one, median over pairs, in pixels towards larger y and x;
        None where nothing stands out enough to tell.
    unreadable
        A sentence for each frame that could not be read.
    warnings
        Sentences for the user.
    """

    pairs: int
    looked_at: int
    exposure_ratio: float
    ratio_spread: float
    counting_spread: float | None
    shift_yx: tuple[float, float] | None
    unreadable: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_pairs(low: Supply, high: Supply, *, one_photon: float | None = None) -> PairReport:
    """Hold up to 32 pairs of frames against one another.

    Parameters
    ----------
    low, high
        Frames with few and with many counts; frame ``i`` of one belongs to frame ``i`` of the other.
    one_photon
        What a photon adds to a pixel, in the unit of the frames; None where unknown.

    Raises
    ------
    Refused
        When the frames cannot be pairs: number, shape, unit or photon energy differ, they are the same frames, there
        is none, or none of those looked at can be read and holds counts.
    """
    refuse_no_pairs(low, high)
    numbers = evenly_spread(low.frame_count, most=PAIRS_LOOKED_AT)
    aligned = {numbers[place] for place in evenly_spread(len(numbers), most=PAIRS_ALIGNED)}
    sums, shifts, unreadable = [], [], list[str]()
    for number, one, other in _read_pairs(low, high, numbers, unreadable):
        valid = np.isfinite(one) & np.isfinite(other)
        both = float(one[valid].sum(dtype=np.float64)), float(other[valid].sum(dtype=np.float64))
        if min(both) <= 0:
            continue
        sums.append(both)
        if number in aligned and (shift := shift_between(one, other, one_photon=one_photon)) is not None:
            shifts.append(shift)
    if not sums:
        raise Refused(
            found=f"none of {len(numbers)} pairs of {low.address} and {high.address} holds counts in both frames",
            needed="frames with a positive sum over the pixels valid in both",
            remedy="choose other frames",
        )
    ratio, spread, counting = _ratio(np.array(sums), one_photon)
    return PairReport(
        pairs=low.frame_count,
        looked_at=len(sums),
        exposure_ratio=ratio,
        ratio_spread=spread,
        counting_spread=counting,
        shift_yx=_median_shift(shifts),
        unreadable=tuple(unreadable),
        warnings=(*_on_ratio(ratio, spread, counting, len(sums)), *_on_shifts(shifts)),
    )


def refuse_no_pairs(low: Supply, high: Supply) -> None:
    """Refuse, without reading a frame, what cannot be pairs; see :func:`check_pairs`."""
    for supply, kind in ((low, "low-count"), (high, "high-count")):
        if supply.frame_count == 0:
            raise Refused(
                found=f"{supply.address} holds no frames",
                needed=f"at least one {kind} frame",
                remedy="choose another file or layer",
            )
    if str(low.address) == str(high.address):
        raise Refused(
            found=f"{low.address} is given for the low-count and for the high-count frames",
            needed="two exposures of the same scenes",
            remedy="choose the long exposures for the high-count frames",
        )
    if low.shot_shape != high.shot_shape:
        raise Refused(
            found=f"the shapes {axes_of_shots(low, high)} differ: low count {low.shot_shape}, "
            f"high count {high.shot_shape}",
            needed="pairs of frames of one detector",
            remedy="choose frames that belong together, or cut both to the same region",
        )
    if low.frame_count != high.frame_count:
        raise Refused(
            found=f"{low.frame_count} low-count and {high.frame_count} high-count frames",
            needed="as many of one as of the other, in the same order",
            remedy="leave out the frames without a partner",
        )
    names = "low-count frames", "high-count frames"
    refuse_two_units(low, high, names=names, since="their ratio is the ratio of the exposures")


def _read_pairs(
    low: Supply, high: Supply, numbers: list[int], unreadable: list[str]
) -> Iterator[tuple[int, Frame, Frame]]:
    for number in numbers:
        try:
            pair = low.read(number), high.read(number)
        except Failed as error:
            unreadable.append(str(error))
            continue
        yield number, *pair


def _ratio(sums: NDArray[np.float64], one_photon: float | None) -> tuple[float, float, float | None]:
    """Median ratio, its relative spread and the one from counting, of sums (pair, 2) in low and high."""
    ratios = sums[:, 1] / sums[:, 0]
    ratio = float(np.median(ratios))
    spread = float(ratios.std(ddof=1)) / ratio if len(ratios) > 1 else math.nan
    counting = None if one_photon is None else float(np.sqrt((one_photon / sums).sum(axis=1).mean()))
    return ratio, spread, counting


def _on_ratio(ratio: float, spread: float, counting: float | None, pairs: int) -> Iterator[str]:
    if ratio < 1:
        yield (
            f"The high-count frames hold fewer counts than the low-count ones (exposure ratio {ratio:.3g}): "
            "are the two exchanged?"
        )
    if counting is None or pairs < 2:
        return
    allowed = math.hypot(counting * math.sqrt(1 + SIGNIFICANCE * math.sqrt(2 / (pairs - 1))), TOLERATED_SPREAD)
    if spread > allowed:
        yield (
            f"The exposure ratio differs from pair to pair by {spread:.1%}, counting statistics alone give "
            f"{counting:.1%}: flux is kept on average only. Look for frames in another order, a beam that is not "
            "steady, or a shutter."
        )


def _on_shifts(shifts: list[Shift]) -> Iterator[str]:
    shifted = [shift for shift in shifts if shift.is_too_large]
    middle = _median_shift(shifted)
    if middle is not None:
        yield (
            f"In {len(shifted)} of {len(shifts)} pairs looked at, the high-count frame does not lie on the low-count "
            f"one: shift (y, x) {middle[0]:+.1f}, {middle[1]:+.1f} pixels in the median, "
            f"{max(shift.distance_px for shift in shifted):.1f} at most. A network would learn to blur; align the "
            "frames or leave these pairs out."
        )
    if not shifts:
        yield "Nothing stands out enough in these frames to tell whether low and high counts lie on one another."


def _median_shift(shifts: list[Shift]) -> tuple[float, float] | None:
    if not shifts:
        return None
    y, x = np.median([shift.yx for shift in shifts], axis=0)
    return float(y), float(x)
