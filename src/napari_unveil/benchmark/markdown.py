"""The benchmark as a Markdown page: a table and its goals enter, text leaves."""

from collections.abc import Mapping, Sequence

from napari_unveil.benchmark.goals import goals_of
from napari_unveil.benchmark.spread import Spread, spread_rows
from napari_unveil.benchmark.table import Table, campaign_rows, mean_rows

JUDGED = ("shipped", "default")
"""Methods that are held against the goals."""
BUDGETS = (
    "All networks learned from the same patches for as many epochs. FLOP are floating-point operations of convolutions "
    "and matrix products, forwards and backwards."
)


def page(table: Table, pictures: Mapping[str, str]) -> str:
    """All of it: means, what the methods are, goals, campaigns, budgets, provenance.

    Parameters
    ----------
    table
        As far as it is.
    pictures
        Link to the picture of a campaign, by its name; relative to the page.
    """
    parts = ["# Benchmark: quality"]
    if not table.complete:
        parts.append(f"**Incomplete**: {len(table.campaigns)} campaigns were judged so far.")
    parts += [_described(table), _grid(mean_rows(table)), _list(table.notes)]
    parts += [_goals(table, method) for method in _judged(table)]
    for campaign, inside in table.campaigns.items():
        where = "inside" if inside else "outside"
        parts += [f"## Campaign “{campaign}”, {where} the training range", _grid(campaign_rows(table, campaign))]
        if campaign in pictures:
            parts.append(f"![One shot of the campaign “{campaign}”, taken apart]({pictures[campaign]})")
    if table.budgets:
        parts += ["## Budgets", BUDGETS, _grid(_budget_rows(table))]
    parts += ["## Provenance", _list(table.provenance)]
    return "\n\n".join(parts) + "\n"


def summary(table: Table) -> str:
    """What stands above the single campaigns."""
    return "\n\n".join(
        [_grid(mean_rows(table)), _list(table.notes), *(_goals(table, method) for method in _judged(table))]
    )


def spread_page(spread: Spread) -> str:
    """What another seed changes."""
    words = (
        f"Seeds {', '.join(map(str, spread.seeds))}. A seed decides the patches, the weights and the shots that "
        "methods are judged by; methods without training show how much the shots alone change. Means over the "
        "campaigns inside the training range."
    )
    return "\n\n".join([words, _grid(spread_rows(spread))])


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
            f"{budget.flop / budget.patches_seen:.3g}",
            f"{budget.seconds:.0f}",
            f"{budget.parameters:,}",
        ]
        for method, budget in table.budgets.items()
    ]
    return [["network", "patches seen", "FLOP", "FLOP per patch", "seconds", "parameters"], *body]


def _list(values: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _grid(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines = [head, ["---", *("---:" for _ in head[1:])], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
