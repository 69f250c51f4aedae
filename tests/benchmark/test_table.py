"""The table: means, JSON and Markdown, and goals that are judged by it alone."""

import json
import math
from dataclasses import replace

import pytest

from napari_unveil.benchmark.goals import goals_of
from napari_unveil.benchmark.markdown import page
from napari_unveil.benchmark.rows import ROW, ROWS
from napari_unveil.benchmark.table import Budget, Table, campaign_rows, mean_rows, written
from napari_unveil.errors import Refused

CAMPAIGNS = {"sparse": True, "dense": True, "odd": False}


def table(**methods):
    """A table whose unnamed rows are not defined."""
    values = {
        method: {row.key: rows.get(row.key, (None, None, None)) for row in ROWS} for method, rows in methods.items()
    }
    return Table(CAMPAIGNS, values, {"default": Budget(100, 1e12, 3.0, 7)}, {"default": "as it is"}, {"seed": 0})


@pytest.fixture
def small():
    return table(
        input={"noise_removed": (0.0, 0.0, 0.0), "lowest_usable": (3.0, math.inf, 9.0)},
        median={"noise_removed": (0.2, 0.4, -1.0), "lowest_usable": (1.0, 1.0, 5.0)},
        default={"noise_removed": (0.9, 0.94, 0.1), "lowest_usable": (0.5, 0.6, 1.0)},
    )


def met(table, words):
    (goal,) = [goal for goal in goals_of(table, "default") if words in goal.words]
    return goal.met


def test_means_and_spreads_are_those_of_the_campaigns_inside(small):
    assert small.mean("median", "noise_removed") == pytest.approx(0.3)
    assert small.spread("median", "noise_removed") == pytest.approx(math.sqrt(0.02))
    assert small.outside("median", "noise_removed") == [-1.0]
    assert small.mean("median", "psnr") is None


def test_intensities_are_averaged_on_a_logarithmic_scale():
    found = table(default={"lowest_usable": (0.1, 10.0, 5.0)})
    assert found.mean("default", "lowest_usable") == pytest.approx(1.0)
    assert found.spread("default", "lowest_usable") == pytest.approx(math.exp(math.log(100) / math.sqrt(2)))


def test_an_intensity_that_is_never_usable_has_no_spread(small):
    assert small.mean("input", "lowest_usable") == math.inf
    assert small.spread("input", "lowest_usable") is None


def test_a_table_survives_json(small):
    assert Table.from_values(json.loads(json.dumps(small.as_values(), allow_nan=False))) == small


def test_a_table_of_another_format_is_refused(small):
    with pytest.raises(Refused, match="format 0"):
        Table.from_values({**small.as_values(), "format": 0})


def test_numbers_as_they_stand_in_the_table():
    assert written(ROW["noise_removed"], 0.9234, 0.011) == "92.34 ± 1.10 %"
    assert written(ROW["lowest_usable"], 0.5, 2.0) == "0.5 ×/÷ 2"
    assert written(ROW["lowest_usable"], math.inf) == "none"
    assert written(ROW["psnr"], None) == "–"


def test_rows_are_lines_and_methods_columns(small):
    heading, first, *_ = mean_rows(small)
    assert heading[1:] == ["input", "median", "default"]
    assert first == ["Noise removed (L1)", "0.00 ± 0.00 %", "30.00 ± 14.14 %", "92.00 ± 2.83 %"]
    assert campaign_rows(small, "odd")[1][1:] == ["0.00 %", "-100.00 %", "10.00 %"]


def test_the_page_holds_every_campaign_the_goals_and_the_budget(small):
    text = page(small, {"odd": "images/odd.png"})
    for words in (
        "“sparse”, inside",
        "“odd”, outside",
        "at least 90 % of the noise removed: 92.00",
        "| default | 100 |",
        "- default: as it is",
        "taken apart](images/odd.png)",
    ):
        assert words in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in lines} == {5, 7}  # methods; budgets


def test_a_page_says_when_campaigns_are_missing(small):
    assert "Incomplete" not in page(small, {})
    assert "**Incomplete**: 3 campaigns" in page(replace(small, complete=False), {})


def test_limits(small):
    assert met(small, "at least 90 %") is True
    assert met(table(default={"noise_removed": (0.8, 0.9, 1.0)}), "at least 90 %") is False
    assert met(small, "at most 2 %") is None


def test_the_lowest_intensity_is_compared_campaign_by_campaign(small):
    assert met(small, "5 times below the input at 0.1") is True
    assert met(small, "5 times below the input at 0.5") is True
    assert met(small, "2 times below the best classical method at 0.1") is True
    assert met(small, "2 times below the best classical method at 0.5") is False


def test_ahead_means_ahead_in_every_row():
    rows = {"noise_removed": (0.9, 0.9, 0.9), "flux_bright": (0.99, 0.99, 0.99)}
    ahead = {"noise_removed": (0.95, 0.9, 0.9), "flux_bright": (1.005, 1.005, 0.5)}
    assert met(table(published=rows, default=ahead), "ahead of published") is True
    assert met(table(published=rows, default={**ahead, "flux_bright": (1.02, 1.02, 1)}), "ahead of published") is False
    assert met(table(default=ahead), "ahead of published") is None


def test_outside_the_range_every_campaign_counts():
    before = {"noise_removed": (0.0, 0.0, 0.0)}
    assert met(table(input=before, default={"noise_removed": (0.9, 0.9, 0.1)}), "outside") is True
    assert met(table(input=before, default={"noise_removed": (0.9, 0.9, -0.1)}), "outside") is False


def test_a_missed_goal_names_the_rows():
    found = table(input={"noise_removed": (0.0, 0.0, 0.0)}, default={"noise_removed": (0.9, 0.9, -0.1)})
    (goal,) = [goal for goal in goals_of(found, "default") if "outside" in goal.words]
    assert str(goal).endswith("worse in Noise removed (L1) (odd), missed")
