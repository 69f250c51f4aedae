"""Pairs of a short and a long exposure of the same crystal: settings enter, counts (y, x) with their truth leave.

Counts are Poissonian and independent in the two exposures. Hot pixels count by themselves, in proportion to the
exposure; they are no part of the truth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.crystal import Crystal, PairSettings, draw_crystal, expected_counts
from napari_unveil.types import Frame, Mask

HOT_COUNTS, HOT_SPREAD = 200.0, 1.0
"""Mean counts of a hot pixel in the short exposure, and the spread of their logarithm."""
HOT, STRENGTH = 2, 3


@dataclass(frozen=True, slots=True)
class ExposurePair:
    """Two exposures of one crystal and their truth, images of shape (y, x), counts per pixel.

    Parameters
    ----------
    low, high
        Counts of the short and of the long exposure.
    expected_low, expected_high
        Mean of each over many exposures of this crystal, hot pixels left out.
    crystal
        Peaks, temperature, and the ratio of the exposures.
    """

    low: Frame
    high: Frame
    expected_low: Frame
    expected_high: Frame
    crystal: Crystal


def draw_crystals(settings: PairSettings, *, count: int, rng: np.random.Generator) -> tuple[Crystal, ...]:
    """Draw the crystals of ``count`` pairs.

    Raises
    ------
    Refused
        When ``count`` is below one.
    """
    if count < 1:
        raise Refused(found=f"{count} pairs were asked for", needed="one or more", remedy="raise the number")
    return tuple(draw_crystal(settings, rng=rng) for _ in range(count))


def exposure_pairs(
    crystals: Sequence[Crystal], settings: PairSettings, *, rng: np.random.Generator
) -> Iterator[ExposurePair]:
    """Expose each crystal twice, one pair at a time."""
    hot = _hot_counts(settings)
    for crystal in crystals:
        low = expected_counts(crystal, shape=settings.shape)
        high = low * crystal.exposure_ratio
        yield ExposurePair(
            low=rng.poisson(low + hot).astype(np.float32),
            high=rng.poisson(high + hot * crystal.exposure_ratio).astype(np.float32),
            expected_low=low.astype(np.float32),
            expected_high=high.astype(np.float32),
            crystal=crystal,
        )


def hot_pixels(settings: PairSettings) -> Mask:
    """Hot pixels of the series, shape (y, x); True = hot."""
    hot: Mask = settings.fixed_rng(HOT).random(settings.shape) < settings.hot_fraction
    return hot


def _hot_counts(settings: PairSettings) -> Real:
    """Mean counts of the hot pixels in the short exposure, zero elsewhere."""
    rng = settings.fixed_rng(STRENGTH)
    strength = HOT_COUNTS * rng.lognormal(-(HOT_SPREAD**2) / 2, HOT_SPREAD, settings.shape)
    return np.where(hot_pixels(settings), strength, 0.0)
