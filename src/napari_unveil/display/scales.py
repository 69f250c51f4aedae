"""Intensities on linear, square-root, logarithmic and arcsinh scales: values and limits in, positions 0..1 out.

Detector frames hold readout noise, so their limits often reach below 0. Every scale is defined there too: square root
and arcsinh are odd functions; the logarithm begins at a floor above 0 (see :func:`log_floor`), and what is below it
has the lowest position.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

ENTRIES = 1024
"""Length of a table; the graphics code of napari holds as many colours."""

FLATTEST_KNEE, USUAL_KNEE, STEEPEST_KNEE = 1e-2, 1e-3, 1e-4
KNEE_DEPTHS = 10.0
WIDEST_LOG = 1e-6
GAMMAS = (1.0, 0.5, 0.2)
"""Exponents by which a table may be spread; napari's slider for gamma ends at 0.2."""


class Scale(StrEnum):
    """How intensities become positions between two limits."""

    LINEAR = "linear"
    SQRT = "square root"
    LOG = "logarithmic"
    ARCSINH = "arcsinh"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A scale between two limits in ``ENTRIES`` steps.

    Parameters
    ----------
    gamma
        Values enter as ``((value - low) / (high - low)) ** gamma``, which spreads the table over many decades.
    positions
        Shape (entry,), 0..1: positions at the middles of the ``ENTRIES`` equal parts of 0..1, which is where a
        graphics card looks them up.
    """

    gamma: float
    positions: NDArray[np.float64]


def position(values: ArrayLike, *, scale: Scale, low: float, high: float) -> NDArray[np.float64]:
    """Positions 0..1 of values of any shape between ``low`` and ``high`` (low < high); NaN stays NaN.

    A logarithm needs ``high`` above 0; where it is not, the scale is linear.
    """
    values = np.asarray(values, np.float64)
    if scale is Scale.LOG and high > 0:
        floor = log_floor(low, high)
        return _between(np.log(np.maximum(values, floor)), np.log(floor), np.log(high))
    if scale is Scale.ARCSINH:
        width = knee(low, high)
        return _between(np.arcsinh(values / width), np.arcsinh(low / width), np.arcsinh(high / width))
    if scale is Scale.SQRT:
        lowest, highest = _root(np.array([low, high]))
        return _between(_root(values), float(lowest), float(highest))
    return _between(values, low, high)


def knee(low: float, high: float) -> float:
    """Intensity up to which arcsinh is linear, 2 to 4 decades below the larger limit.

    Within these bounds it is ten times as far as ``low`` reaches below 0, which is taken as the depth of the readout
    noise: about one photon on an integrating detector, so that peaks, weak scattering and an empty background are told
    apart. Limits from 0 on say nothing of the noise: 3 decades.
    """
    largest = max(abs(low), abs(high))
    if low >= 0:
        return USUAL_KNEE * largest
    return float(np.clip(-KNEE_DEPTHS * low, STEEPEST_KNEE * largest, FLATTEST_KNEE * largest))


def log_floor(low: float, high: float) -> float:
    """Intensity at which the logarithm begins: ``low`` above 0, at most 6 decades; else 2 to 4 decades below ``high``.

    Below 0 it is ``-low`` within these bounds, taken as the depth of the readout noise.
    """
    if low > 0:
        return max(low, WIDEST_LOG * high)
    return float(np.clip(-low, STEEPEST_KNEE * high, FLATTEST_KNEE * high))


def table(scale: Scale, *, low: float, high: float) -> Table:
    """The table that keeps a scale between ``low`` and ``high`` (low < high) best; plain proportion for the linear."""
    if scale is Scale.LINEAR:
        return Table(1.0, (np.arange(ENTRIES) + 0.5) / ENTRIES)
    span = high - low
    shares = np.concatenate([np.geomspace(WIDEST_LOG, 1, 300), np.linspace(0, 1, 300)])
    exact = position(low + shares * span, scale=scale, low=low, high=high)
    tables = [_with_gamma(gamma, scale, low, high) for gamma in GAMMAS]
    return min(tables, key=lambda made: _worst(made, shares, exact))


def looked_up(made: Table, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a graphics card finds for ``shares`` (0..1, any shape) of the way from the lower to the upper limit."""
    return _entry(made, shares**made.gamma * ENTRIES - 0.5)


def _worst(made: Table, shares: NDArray[np.float64], exact: NDArray[np.float64]) -> float:
    """Largest error of a position; napari's thumbnails stretch the table over 0..1 from its first to its last entry."""
    stretched = _entry(made, shares**made.gamma * (ENTRIES - 1))
    return float(max(np.abs(looked_up(made, shares) - exact).max(), np.abs(stretched - exact).max()))


def _entry(made: Table, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.interp(places, np.arange(ENTRIES), made.positions)


def _with_gamma(gamma: float, scale: Scale, low: float, high: float) -> Table:
    shares = ((np.arange(ENTRIES) + 0.5) / ENTRIES) ** (1 / gamma)
    return Table(gamma, position(low + shares * (high - low), scale=scale, low=low, high=high))


def _root(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(values) * np.sqrt(np.abs(values))


def _between(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.clip((values - low) / (high - low), 0, 1)
