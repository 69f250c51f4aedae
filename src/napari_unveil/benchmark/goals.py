"""Goals of the default method, judged by the table alone: a table enters, met and missed goals leave."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from napari_unveil.benchmark.rows import ROW, ROWS, Row
from napari_unveil.benchmark.table import NOT_DEFINED, Table, written

CLASSICAL = ("constant", "median", "clip", "lacosmic")
DENSITIES = {"sparse": 0.1, "dense": 0.5}
"""Campaigns by which the lowest usable intensity is judged, and their hits per pixel."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Parameters
    ----------
    words
        What is asked for.
    found
        What there is.
    met
        None: it cannot be said from this table.
    """

    words: str
    found: str
    met: bool | None

    def __str__(self) -> str:
        """A line of a list."""
        verdict = {True: "met", False: "missed", None: "not judged"}[self.met]
        return f"{self.words}: {self.found}, {verdict}"


def goals_of(table: Table, method: str) -> list[Goal]:
    """All goals, judged for ``method``."""
    return [
        _limit(table, method, "noise_removed", "at least 90 % of the noise removed", low=0.9),
        _limit(table, method, "signal_lost", "at most 2 % of the signal's photons lost", high=0.02),
        _limit(table, method, "flux_bright", "flux in pixels above 20 keV within 1 %", low=0.99, high=1.01),
        *_usable(table, method),
        _limit(table, method, "bias_largest", "|bias| of I(q) under 2 % from 0.05 photons per pixel up", high=0.02),
        _limit(table, method, "pull_width", "pulls of width 0.9 to 1.1", low=0.9, high=1.1),
        _limit(table, method, "coverage", "68 % intervals that cover 68 ± 4 %", low=0.64, high=0.72),
        _limit(table, method, "false_share", "false photons under 1 % of the noise energy", high=0.01),
        _limit(table, method, "hit_free_changed", "hit-free pixels unchanged", high=1e-3),
        _limit(table, method, "sum_error", "signal + noise = input to 1e-6", high=1e-6),
        _ahead(table, method, "published"),
        _never_worse(table, method, "input"),
    ]


def _limit(table: Table, method: str, row: str, words: str, *, low: float = -math.inf, high: float = math.inf) -> Goal:
    mean = table.mean(method, row)
    found = written(ROW[row], mean, table.spread(method, row))
    return Goal(words, found, None if mean is None else low <= mean <= high)


def _usable(table: Table, method: str) -> Iterator[Goal]:
    for campaign, density in DENSITIES.items():
        if campaign not in table.campaigns:
            continue
        own = table.at(method, "lowest_usable", campaign)
        others = {
            name: table.at(name, "lowest_usable", campaign) for name in ("input", *CLASSICAL) if name in table.values
        }
        for words, names, factor in (("the input", ("input",), 5.0), ("the best classical method", CLASSICAL, 2.0)):
            known = [value for name in names if (value := others.get(name)) is not None]
            title = f"lowest usable intensity {factor:g} times below {words} at {density:g} hits per pixel"
            if own is None or not known:
                yield Goal(title, NOT_DEFINED, None)
                continue
            best = min(known)
            found = f"{own:.3g} against {written(ROW['lowest_usable'], best)} photons per pixel"
            yield Goal(title, found, factor * own <= best)


def _ahead(table: Table, method: str, other: str) -> Goal:
    words = f"ahead of {other} in every row at equal budget"
    if other not in table.values or method == other:
        return Goal(words, NOT_DEFINED, None)
    behind = [
        row.words
        for row in ROWS
        if (mine := table.mean(method, row.key)) is not None
        and (theirs := table.mean(other, row.key)) is not None
        and _is_worse(row, mine, theirs)
    ]
    return Goal(words, f"behind in {'; '.join(behind)}" if behind else "ahead in all", not behind)


def _never_worse(table: Table, method: str, other: str) -> Goal:
    words = f"outside the training range never worse than the {other} in any row"
    campaigns = [name for name, inside in table.campaigns.items() if not inside]
    if other not in table.values or not campaigns or method == other:
        return Goal(words, NOT_DEFINED, None)
    worse = [
        f"{row.words} ({campaign})"
        for row in ROWS
        for campaign in campaigns
        if (mine := table.at(method, row.key, campaign)) is not None
        and (theirs := table.at(other, row.key, campaign)) is not None
        and _is_worse(row, mine, theirs)
    ]
    return Goal(words, f"worse in {'; '.join(worse)}" if worse else "never", not worse)


def _is_worse(row: Row, mine: float, theirs: float) -> bool:
    if row.better == "none" or (math.isinf(mine) and math.isinf(theirs)):
        return False
    return row.loss(mine) > row.loss(theirs) + row.tolerance
