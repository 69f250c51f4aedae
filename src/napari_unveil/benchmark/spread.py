"""What another seed changes: tables of runs that differ in their seed enter, mean and spread of each row leave."""

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_unveil.benchmark.folder import JSON_FILE
from napari_unveil.benchmark.rows import ROW, ROWS, Number
from napari_unveil.benchmark.table import Table, number_to_json, written
from napari_unveil.errors import Refused

ALIKE = ("version", "frames", "shots", "library", "epochs")
"""Of the provenance: what runs must have in common, seeds aside."""
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """Runs with different seeds.

    Parameters
    ----------
    seeds
        One a run.
    values
        By method, then by row: mean and standard deviation over the runs of what each has for its mean over the
        campaigns inside the training range; geometric ones for the form ``decades``, None where nothing defines them.
    """

    seeds: tuple[int, ...]
    values: Mapping[str, Mapping[str, tuple[Number, Number]]]

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "seeds": list(self.seeds),
            "values": {
                method: {
                    row: {"mean": number_to_json(mean), "spread": number_to_json(spread)}
                    for row, (mean, spread) in rows.items()
                }
                for method, rows in self.values.items()
            },
        }


def spread_of(folders: Sequence[Path]) -> Spread:
    """The spread over the runs in ``folders``; methods that are not in all of them are left out.

    Raises
    ------
    Refused
        When there are fewer than two, one has no complete table, or they differ in more than the seed.
    """
    tables = {folder: _table_in(folder) for folder in folders}
    seeds = tuple(table.provenance["seed"] for table in tables.values())
    if len(set(seeds)) < max(FEWEST, len(folders)):
        raise Refused(
            found=f"{len(folders)} runs with the seeds {', '.join(map(str, seeds)) or 'none'}",
            needed=f"at least {FEWEST} runs, each with a seed of its own",
            remedy="run `unveil benchmark quality` again with another --seed and another -o",
        )
    first, *others = tables.items()
    for other in others:
        _refuse_different(first, other)
    rows = {
        method: {
            row.key: _mean_and_spread(row.form, [table.mean(method, row.key) for table in tables.values()])
            for row in ROWS
        }
        for method in first[1].methods
        if all(method in table.values for table in tables.values())
    }
    return Spread(seeds, rows)


def spread_rows(spread: Spread) -> list[list[str]]:
    """One line a row, one column a method: mean and spread over the seeds."""
    body = [[ROW[key].words, *(written(ROW[key], *rows[key]) for rows in spread.values.values())] for key in ROW]
    return [[f"mean ± spread over {len(spread.seeds)} seeds", *spread.values], *body]


def _table_in(folder: Path) -> Table:
    path = folder / JSON_FILE
    try:
        table = Table.from_values(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            found=f"{path} holds no table ({type(error).__name__}: {error})",
            needed="the output folder of `unveil benchmark quality`",
            remedy="name another folder",
        ) from error
    if not table.complete:
        raise Refused(
            found=f"the run in {folder} is not complete",
            needed="a table of all campaigns",
            remedy="give the same command once more: the run goes on",
        )
    return table


def _refuse_different(first: tuple[Path, Table], other: tuple[Path, Table]) -> None:
    known, found = (_without_seeds(table.provenance) for _, table in (first, other))
    differing = [name for name in ALIKE if known.get(name) != found.get(name)]
    if differing or first[1].campaigns != other[1].campaigns:
        raise Refused(
            found=f"the runs in {first[0]} and {other[0]} differ in {', '.join(differing) or 'their campaigns'}",
            needed="runs that differ in their seed alone",
            remedy="run them again with the same version and options",
        )


def _without_seeds(provenance: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: item for key, item in value.items() if key != "seed"} if isinstance(value, Mapping) else value
        for name, value in provenance.items()
    }


def _mean_and_spread(form: str, numbers: Sequence[Number]) -> tuple[Number, Number]:
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None, None
    if not all(map(math.isfinite, known)):
        return math.inf, None
    if form == "decades":
        logarithms = list(map(math.log, known))
        return math.exp(statistics.fmean(logarithms)), math.exp(statistics.stdev(logarithms))
    return statistics.fmean(known), statistics.stdev(known)
