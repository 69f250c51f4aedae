"""The benchmark as a Markdown page: a table and its goals enter, text leaves."""

from collections.abc import Mapping, Sequence

from napari_unveil.benchmark.goals import goals_of
from napari_unveil.benchmark.table import Table, campaign_rows, mean_rows

JUDGED = ("shipped", "default")
"""Methods that are held against the goals."""


def page(table: Table) -> str:
    """All of it: means, goals, campaigns, budgets, provenance."""
    parts = ["# Benchmark: quality", _described(table), _grid(mean_rows(table))]
    parts += [_goals(table, method) for method in _judged(table)]
    for campaign, inside in table.campaigns.items():
        where = "inside" if inside else "outside"
        parts += [f"## Campaign “{campaign}”, {where} the training range", _grid(campaign_rows(table, campaign))]
    if table.budgets:
        parts += ["## Budgets", _grid(_budget_rows(table))]
    parts += ["## Provenance", _list(table.provenance)]
    return "\n\n".join(parts) + "\n"


def summary(table: Table) -> str:
    """What stands above the single campaigns."""
    return "\n\n".join([_grid(mean_rows(table)), *(_goals(table, method) for method in _judged(table))])


def _judged(table: Table) -> list[str]:
    own = [method for method in table.methods if method.startswith("model ")]
    return [method for method in (*JUDGED, *own) if method in table.values]


def _described(table: Table) -> str:
    inside = [name for name, lies_inside in table.campaigns.items() if lies_inside]
    return (
        f"Simulated beamtimes with known truth; mean ± standard deviation over {len(inside)} campaigns inside the "
        f"training range ({', '.join(inside)}). Networks were trained on other campaigns. All methods saw the same "
        "shots; photons are energy over photon energy; – : not defined."
    )


def _goals(table: Table, method: str) -> str:
    return "\n".join([f"## Goals, method “{method}”", "", *(f"- {goal}" for goal in goals_of(table, method))])


def _budget_rows(table: Table) -> list[list[str]]:
    body = [
        [
            method,
            f"{budget.patches_seen:,}",
            f"{budget.flop:.3g}",
            f"{budget.seconds:.0f}",
            f"{budget.parameters:,}",
        ]
        for method, budget in table.budgets.items()
    ]
    return [["network", "patches seen", "FLOP", "seconds", "parameters"], *body]


def _list(values: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _grid(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines = [head, ["---", *("---:" for _ in head[1:])], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
