"""What training mixtures are like from place to place: mixtures enter, bands for a model's card leave.

Bright places have other densities and other noise than dim ones, so density and roughness are kept as bands over the
level of a window.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from napari_unveil.recipes.windows import CELL_PX, Values, cells_across, windows_of
from napari_unveil.types import Frames

Band: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
"""Lowest and highest values, one at each level."""

EDGES = np.arcsinh(0.01 * 2 ** (0.5 * np.arange(40)))
"""Levels between which windows are put together: half octaves of photons, from a hundredth to some thousands."""

PERCENTILES = (0.2, 99.8)
"""Of density and roughness, between which a band lies."""

LEAST_SHARE = 1 / 4000
"""Of all windows; levels that fewer of them have were hardly learned from."""


@dataclass(frozen=True, slots=True)
class LocalRange:
    """What windows of training mixtures are like.

    Parameters
    ----------
    window_px
        Side of the windows.
    level
        Rising; the first and the last are the lowest and the highest one that is known.
    density, roughness
        Bands over the levels.
    """

    window_px: int
    level: tuple[float, ...]
    density: Band
    roughness: Band

    def __post_init__(self) -> None:
        if {len(side) for side in (*self.density, *self.roughness)} != {len(self.level)} or not self.level:
            raise ValueError("bands of another length than their levels, or none")


def local_range_of(mixtures: Frames, photon: float) -> LocalRange | None:
    """The bands of training mixtures; None where nothing is valid in them.

    Parameters
    ----------
    mixtures
        Sums of signal and noise patches, shape (mixture, y, x), NaN where missing.
    photon
        One photon in their unit.
    """
    cells = cells_across(mixtures.shape[-1])
    windows = windows_of(mixtures, photon, cells=cells)
    half_overlapping = np.s_[:, :: cells // 2 + 1, :: cells // 2 + 1]
    parts = [part[half_overlapping].ravel() for part in (windows.level, windows.density, windows.roughness)]
    known = np.isfinite(parts).all(axis=0)
    level, density, roughness = (part[known] for part in parts)
    group = np.searchsorted(EDGES, level)
    groups = [np.flatnonzero(group == each) for each in np.unique(group)]
    groups = [each for each in groups if each.size >= LEAST_SHARE * level.size]
    if not groups:
        return None
    medians = [np.median(level[each]) for each in groups]
    levels = np.array([level[groups[0]].min(), *medians, level[groups[-1]].max()])
    return LocalRange(cells * CELL_PX, _rounded(levels), _band(density, groups), _band(roughness, groups))


def as_values(known: LocalRange) -> dict[str, Any]:
    """Plain values for a card; the way back is :func:`local_range_from_values`."""
    return asdict(known)


def local_range_from_values(values: Mapping[str, Any]) -> LocalRange:
    """What a card holds as :func:`as_values` gave it.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a value is missing or of another kind.
    """
    (low, high), (smooth, rough) = (map(_floats, values[name]) for name in ("density", "roughness"))
    return LocalRange(int(values["window_px"]), _floats(values["level"]), (low, high), (smooth, rough))


def _band(part: Values, groups: list[Any]) -> Band:
    """The band goes on as far as the lowest and the highest level."""
    low, high = np.array([np.percentile(part[each], PERCENTILES) for each in (groups[0], *groups, groups[-1])]).T
    return _rounded(low), _rounded(high)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _rounded(values: Values) -> tuple[float, ...]:
    return tuple(float(f"{value:.3g}") for value in values)
