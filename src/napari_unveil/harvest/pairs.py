"""Whether frames with few and with many counts are pairs: both enter, exposure ratio, shift and warnings leave."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import evenly_spread
from napari_unveil.harvest.series import Supply, axes_of_shots, refuse_two_units
from napari_unveil.types import Frame, Mask

PAIRS_LOOKED_AT = 32
"""How many pairs, spread evenly, are read for the exposure ratio."""
PAIRS_ALIGNED = 8
"""How many of these are held against one another for a shift."""

TOLERATED_SPREAD = 0.01
"""Spread of the exposure ratio beyond counting statistics up to which nothing is said."""
SIGNIFICANCE = 5.0
"""Standard deviations by which the scatter of ratios must exceed what counting statistics allow."""

TOLERATED_SHIFT_PX = 0.5
PARTS_OF_A_PIXEL = 20
"""Shifts are found to this fraction of a pixel."""
LOCAL_PX, SMOOTHING_PX = 8.0, 1.0
"""Only structure between these widths counts: wider one is the same in every frame, narrower one is noise."""
CLEAR_PEAK = 6.0
"""Height of the correlation at the shift, in standard deviations of all its values, from which on it is believed."""
MEDIAN_OF_NORMAL = 0.6745
"""Median of the absolute value of a standard normal variable."""
LEAST_OVERLAP = 0.01
"""Where the windows of two images have less than this share in common, it is taken for this."""
ISOLATED_FACTOR, ISOLATED_PHOTONS = 2.0, 5.0
"""A pixel sticks out by so many times its second-brightest neighbour, and so many photons more."""
NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.bool_)


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


@dataclass(frozen=True, slots=True)
class Shift:
    """Of one pair: y and x in pixels, and the standard error of either."""

    yx: tuple[float, float]
    error_px: float

    @property
    def distance_px(self) -> float:
        """Length of the shift."""
        return math.hypot(*self.yx)

    @property
    def is_too_large(self) -> bool:
        """Whether it is more than half a pixel beyond doubt."""
        return self.distance_px > TOLERATED_SHIFT_PX + 2 * self.error_px


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


def shift_between(low: Frame, high: Frame, *, one_photon: float | None = None) -> Shift | None:
    """How far ``high`` (y, x) lies from ``low`` (y, x); None where nothing stands out in both.

    Both are brought to the scale on which counting noise is the same everywhere (F. J. Anscombe, Biometrika 35, 1948:
    ``2 sqrt(n + 3/8)``), their local mean is taken off, and the maximum of their cross-correlation is found. What
    belongs to the detector would be found at no shift at all, whatever the scene does, so it is left out: pixels
    missing in either frame, pixels that stick out of their neighbours at the same place in both, and everything wider
    than the local mean. Narrow peaks of the scene that are at different places in the two frames remain.

    The error is the width of the structure over the height of the correlation in its own standard deviations.

    Parameters
    ----------
    low, high
        Frames of one unit; NaN where masked.
    one_photon
        What a photon adds to a pixel; None: the median of the positive values stands in for it.
    """
    from skimage.registration import phase_cross_correlation

    photons = [_in_photons(frame, one_photon) for frame in (low, high)]
    missing = ~np.isfinite(low) | ~np.isfinite(high)
    fixed = _sticks_out(photons[0]) & _sticks_out(photons[1])
    one, other = (_structure(image, valid=~(missing | fixed)) for image in photons)
    clearness = _clearness(one, other)
    if clearness < CLEAR_PEAK:
        return None
    back, *_ = phase_cross_correlation(one, other, normalization=None, upsample_factor=PARTS_OF_A_PIXEL)
    return Shift((-float(back[0]), -float(back[1])), LOCAL_PX / 2 / clearness)


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


def _in_photons(frame: Frame, one_photon: float | None) -> NDArray[np.float64]:
    """The frame without negative and missing values, counted in photons or in a typical value."""
    values = np.clip(np.nan_to_num(frame.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0), 0, None)
    positive = values[values > 0]
    typical = float(np.median(positive)) if positive.size else 1.0
    return np.asarray(values / (one_photon or typical))


def _sticks_out(photons: NDArray[np.float64]) -> Mask:
    second = ndimage.rank_filter(photons, -2, footprint=NEIGHBOURS, mode="nearest")
    return np.asarray(photons > ISOLATED_FACTOR * second + ISOLATED_PHOTONS)


def _structure(photons: NDArray[np.float64], *, valid: Mask) -> NDArray[np.float64]:
    """What stands out of its surroundings, 0 where not valid, fading out towards the edges of the frame."""
    stable, weight = 2 * np.sqrt(photons + 3 / 8), valid.astype(np.float64)
    local_weight = ndimage.gaussian_filter(weight, LOCAL_PX, mode="constant")
    local = ndimage.gaussian_filter(stable * weight, LOCAL_PX, mode="constant") / np.maximum(local_weight, 1e-9)
    smooth = ndimage.gaussian_filter((stable - local) * weight, SMOOTHING_PX, mode="constant")
    return np.asarray((smooth - smooth.mean()) * _window(photons.shape))


def _window(shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.outer(*(np.hanning(side) for side in shape))


def _clearness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Maximum of the correlation, in standard deviations of the correlation of noise at that shift.

    The standard deviation goes with the root of what the windows of both images have in common at a shift; it is taken
    from the median, since the scene correlates with other places of itself at some shifts.
    """
    correlation, square = _correlated(one, other), _window(one.shape) ** 2
    common = _correlated(square, square)
    in_deviations = correlation / np.sqrt(np.maximum(common, LEAST_OVERLAP * common.max()))
    scatter = float(np.median(np.abs(in_deviations))) / MEDIAN_OF_NORMAL
    return float(in_deviations.ravel()[correlation.argmax()]) / scatter if scatter else 0.0


def _correlated(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fft.irfft2(np.fft.rfft2(one) * np.conj(np.fft.rfft2(other)), s=one.shape)
