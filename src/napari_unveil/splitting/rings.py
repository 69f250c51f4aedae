"""What a detector column adds at every angle, and so to every part: line integrals of a row enter, sentences leave."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LONE_COLUMN = 12.0
"""A column stands out when it differs from its neighbours by so many times the usual."""
RINGS = 8.0
"""Common noise is told when its variance is so many times that of a part's own."""
NORMAL_MEDIAN = 0.6745
"""Median of the distance from the mean in standard deviations of the normal distribution."""


def rings_in_words(line_integrals: NDArray[np.float64], *, row: int, parts: int) -> Iterator[str]:
    """Say where columns differ from their neighbours alike at all angles, shape (angle, x).

    Averaged over angles, the difference of a column from its neighbours is next to nothing for any sample; what is
    left is noise, less by the number of angles, and what the detector or the flats add at every angle.
    """
    values = line_integrals[np.isfinite(line_integrals).all(axis=1)]
    if len(values) < 2 * parts or values.shape[1] < 3:
        return
    beyond = values[:, 1:-1] - (values[:, :-2] + values[:, 2:]) / 2
    mean, usual = beyond.mean(axis=0), beyond.std(axis=0, ddof=1) * np.sqrt(parts / len(values))
    common = float(np.median(np.abs(mean))) / NORMAL_MEDIAN
    if common == 0:
        return
    lone = np.abs(mean) > LONE_COLUMN * common
    if lone.any():
        column = int(np.abs(mean).argmax()) + 1
        yield (
            f"row {row}: column {column} of the detector differs from its neighbours at every angle far more than "
            "other columns do: a ring in all parts, which stays; mask it, or correct it in the projections"
        )
    times = (common / float(np.median(usual))) ** 2
    if times > RINGS:
        yield (
            f"row {row}: columns of the detector differ from their neighbours at every angle, with {times:.0f} times "
            "the variance that is independent between parts: rings, which are common to all parts and stay; take more "
            "flats, and take them before and after the scan"
        )
