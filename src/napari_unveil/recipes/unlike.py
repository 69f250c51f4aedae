"""Where a frame is unlike the training data: a frame and the bands of a model enter, a map and a sentence leave.

A window of a frame is known when its level lies among those of the training mixtures, and its density and roughness
among those that mixtures had at that level.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.recipes.local_range import LocalRange
from napari_unveil.recipes.windows import Values, Windows, at_pixels, cells_across, windows_of
from napari_unveil.types import Frame, Mask

SLACK_ABOVE = 0.35
"""By so much the level may lie above what is known: a factor of 1.4 in bright windows."""

SLACK_BELOW, SLACK_DENSITY, SLACK_ROUGHNESS = 0.1, 0.03, 0.1
"""Differences smaller than this are those of readout noise, which some detectors have and others have not."""

TOLD_SHARE = 0.02
"""Of the pixels; so many may be marked in frames like those trained on."""

NO_MAP = "the model does not say what its training data were like from place to place, so there is no warning map"


@dataclass(frozen=True, slots=True, eq=False)
class Unlike:
    """Where a frame is unlike the training data.

    Parameters
    ----------
    pixels
        Shape (y, x); True where it is, never at missing pixels.
    share
        Of the valid pixels.
    shares
        Share of the valid pixels for each way to be unlike, in words, the largest first; a pixel may be so in several.
    """

    pixels: Mask
    share: float
    shares: Mapping[str, float]


def unlike_training(frame: Frame, known: LocalRange, photon: float) -> Unlike:
    """Where ``frame`` (y, x) is unlike what a model was trained on.

    Parameters
    ----------
    frame
        In any unit, NaN where missing.
    known
        From the card of the model.
    photon
        One photon in the unit of the frame.
    """
    valid = np.isfinite(frame)
    ways = _ways(windows_of(frame, photon, cells=cells_across(known.window_px)), known)
    total, shape = max(1, int(valid.sum())), (frame.shape[0], frame.shape[1])
    marked = {words: at_pixels(windows, shape) & valid for words, windows in ways.items() if windows.any()}
    pixels = np.logical_or.reduce(list(marked.values())) if marked else np.zeros(shape, bool)
    shares = {words: float(where.sum() / total) for words, where in marked.items()}
    return Unlike(pixels, float(pixels.sum() / total), dict(sorted(shares.items(), key=lambda one: -one[1])))


def in_words(unlike: Unlike) -> str:
    """A sentence on a frame that is unlike the training data in more than a few places; else empty."""
    if unlike.share <= TOLD_SHARE:
        return ""
    ways = ", ".join(f"{words} ({share:.0%})" for words, share in unlike.shares.items() if share >= TOLD_SHARE / 2)
    return f"{unlike.share:.0%} of the pixels lie where the frame is unlike the training data: {ways}"


def _ways(windows: Windows, known: LocalRange) -> dict[str, NDArray[np.bool_]]:
    """Which windows are unlike the training data, for each way to be so; comparisons with NaN are False."""
    density, roughness = (
        [np.interp(windows.level, known.level, side) for side in band] for band in (known.density, known.roughness)
    )
    return {
        "more intensity": _above(windows.level, known.level[-1] + SLACK_ABOVE),
        "less intensity": _above(known.level[0] - SLACK_BELOW, windows.level),
        "more pixels with photons for their intensity": _above(windows.density, density[1] + SLACK_DENSITY),
        "fewer pixels with photons for their intensity": _above(density[0] - SLACK_DENSITY, windows.density),
        "larger differences between neighbours": _above(windows.roughness, roughness[1] + SLACK_ROUGHNESS),
        "smaller differences between neighbours": _above(roughness[0] - SLACK_ROUGHNESS, windows.roughness),
    }


def _above(one: Values | float, other: Values | float) -> NDArray[np.bool_]:
    return np.asarray(one > other)
