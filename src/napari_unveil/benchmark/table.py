"""The table of the benchmark: numbers of methods in campaigns enter; means, spreads, JSON values and Markdown leave."""

import math
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from napari_unveil.benchmark.rows import ROW, ROWS, Number, Row
from napari_unveil.errors import Refused

FORMAT = 2
NOT_DEFINED = "–"
INFINITE = "inf"


@dataclass(frozen=True, slots=True)
class Budget:
    """What the training of a network took.

    Parameters
    ----------
    patches_seen
        Examples that it was trained on, each counted as often as it was shown.
    flop
        Floating-point operations of all steps, forwards and backwards.
    seconds
        Time of the training, held-out losses included.
    parameters
        Trainable numbers in the network.
    """

    patches_seen: int
    flop: float
    seconds: float
    parameters: int


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers of every method in every campaign.

    Parameters
    ----------
    campaigns
        Name of each, with whether it lies inside the training range.
    values
        By method, then by row: one number a campaign, in their order; None where nothing defines it.
    budgets
        Of the networks that were trained in the run.
    notes
        What each method is, in a sentence.
    provenance
        Seed, version, machine, time, memory and settings of the run.
    complete
        Whether all campaigns of the run were judged.
    """

    campaigns: Mapping[str, bool]
    values: Mapping[str, Mapping[str, tuple[Number, ...]]]
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    complete: bool = True

    @property
    def methods(self) -> tuple[str, ...]:
        """Names, in the order of the columns."""
        return tuple(self.values)

    def at(self, method: str, row: str, campaign: str) -> Number:
        """One number."""
        return self.values[method][row][list(self.campaigns).index(campaign)]

    def inside(self, method: str, row: str) -> list[float]:
        """The numbers in the campaigns inside the training range, as far as they are defined."""
        return self._where(method, row, inside=True)

    def outside(self, method: str, row: str) -> list[float]:
        """The numbers in the other campaigns."""
        return self._where(method, row, inside=False)

    def mean(self, method: str, row: str) -> Number:
        """Mean over the campaigns inside the training range; of logarithms for rows of the form ``decades``."""
        numbers = self.inside(method, row)
        if ROW[row].form == "decades":
            logarithms = list(map(math.log, numbers))
            return math.exp(statistics.fmean(logarithms)) if logarithms else None
        return statistics.fmean(numbers) if numbers else None

    def spread(self, method: str, row: str) -> Number:
        """Standard deviation over the campaigns inside the training range; a factor for the form ``decades``."""
        numbers = self.inside(method, row)
        if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
            return None
        if ROW[row].form == "decades":
            return math.exp(statistics.stdev(map(math.log, numbers)))
        return statistics.stdev(numbers)

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values; the way back is :meth:`from_values`."""
        return {
            "format": FORMAT,
            "complete": self.complete,
            "campaigns": dict(self.campaigns),
            "rows": {row.key: row.words for row in ROWS},
            "values": {
                method: {row: [number_to_json(number) for number in numbers] for row, numbers in rows.items()}
                for method, rows in self.values.items()
            },
            "inside": {
                method: {
                    row: {
                        "mean": number_to_json(self.mean(method, row)),
                        "spread": number_to_json(self.spread(method, row)),
                    }
                    for row in rows
                }
                for method, rows in self.values.items()
            },
            "budgets": {method: asdict(budget) for method, budget in self.budgets.items()},
            "notes": dict(self.notes),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Table":
        """The table that :meth:`as_values` wrote.

        Raises
        ------
        Refused
            When it has another format.
        """
        if values.get("format") != FORMAT:
            raise Refused(
                found=f"a table of the format {values.get('format')}",
                needed=f"format {FORMAT}",
                remedy="run the benchmark again with this version",
            )
        return cls(
            campaigns=dict(values["campaigns"]),
            values={
                method: {row: tuple(map(number_from_json, numbers)) for row, numbers in rows.items()}
                for method, rows in values["values"].items()
            },
            budgets={method: Budget(**budget) for method, budget in values["budgets"].items()},
            notes=dict(values["notes"]),
            provenance=dict(values["provenance"]),
            complete=values["complete"],
        )

    def _where(self, method: str, row: str, *, inside: bool) -> list[float]:
        numbers = zip(self.values[method][row], self.campaigns.values(), strict=True)
        return [number for number, lies_inside in numbers if lies_inside == inside and number is not None]


def written(row: Row, number: Number, spread: Number = None) -> str:
    """A number as it stands in the table, with its spread where there is one."""
    if number is None:
        return NOT_DEFINED
    if not math.isfinite(number):
        return "none"
    if row.form == "share":
        return f"{100 * number:.2f}" + (f" ± {100 * spread:.2f}" if spread is not None else "") + " %"
    sign = "×/÷" if row.form == "decades" else "±"
    return f"{number:.3g}" + (f" {sign} {spread:.2g}" if spread is not None else "")


def mean_rows(table: Table) -> list[list[str]]:
    """One line a row, one column a method: mean and spread over the campaigns inside the training range."""
    body = [
        [
            ROW[key].words,
            *(written(ROW[key], table.mean(method, key), table.spread(method, key)) for method in table.methods),
        ]
        for key in ROW
    ]
    return [["mean ± spread over campaigns", *table.methods], *body]


def campaign_rows(table: Table, campaign: str) -> list[list[str]]:
    """One line a row, one column a method: the numbers of one campaign."""
    body = [
        [ROW[key].words, *(written(ROW[key], table.at(method, key, campaign)) for method in table.methods)]
        for key in ROW
    ]
    return [[campaign, *table.methods], *body]


def number_to_json(number: Number) -> float | str | None:
    """A number as JSON has it; the way back is :func:`number_from_json`."""
    if number is None or math.isnan(number):
        return None
    return number if math.isfinite(number) else INFINITE


def number_from_json(number: float | str | None) -> Number:
    """The number that :func:`number_to_json` gave."""
    return math.inf if number == INFINITE else number if number is None else float(number)
