"""The whole run with tiny frames and a tiny budget: table, models, pictures, and the command itself."""

import json
import shutil
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.benchmark import campaigns as known_campaigns
from napari_unveil.benchmark import plan as planning
from napari_unveil.benchmark.judging import Showing
from napari_unveil.benchmark.library import LibrarySettings
from napari_unveil.benchmark.plan import QualitySettings, plan_quality
from napari_unveil.benchmark.quality import KEPT, run_quality
from napari_unveil.benchmark.table import Table
from napari_unveil.cli import main
from napari_unveil.errors import Refused

METHODS = ("input", "median", "oracle", "default")


def tiny(output, **changes):
    return QualitySettings(
        output=output,
        names=METHODS,
        shape=(64, 96),
        showing=Showing(references=1, shots=1, null_shots=1, seed=changes.get("seed", 0)),
        library=LibrarySettings(campaigns=2, shots=1, shape=(64, 64), patch=32),
        epochs=1,
        device="cpu",
    )


@pytest.fixture(scope="module")
def campaigns():
    sparse, *_, outside, _ = known_campaigns.testing_campaigns()
    return lambda: (sparse, outside)


@pytest.fixture(scope="module")
def run(campaigns, tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "testing_campaigns", campaigns)
        reports = list(run_quality(plan_quality(tiny(folder))))
    return folder, reports


def test_a_run_tells_what_it_does(run):
    _, reports = run
    titles = [report.title for report in reports]
    assert sorted(set(titles), key=titles.index) == ["simulating", "training", "judging", "done"]
    assert [report for report in reports if report.table is not None] == reports[-1:]


def test_every_method_has_every_row_of_every_campaign(run):
    _, reports = run
    table = reports[-1].table
    assert table.methods == METHODS
    assert table.campaigns == {"sparse": True, "large pixels": False}
    assert table.mean("input", "noise_removed") == 0
    assert table.mean("input", "false_share") == pytest.approx(1, rel=1e-3)
    assert table.mean("oracle", "false_share") < 0.1
    assert table.at("default", "sum_error", "sparse") < 1e-5
    assert all(len(numbers) == 2 for rows in table.values.values() for numbers in rows.values())


def test_the_budget_is_stated(run):
    _, reports = run
    budget = reports[-1].table.budgets["default"]
    assert budget.patches_seen > 0
    assert budget.flop > 1e6 * budget.patches_seen
    assert budget.parameters > 1000


def test_files_hold_what_the_run_found(run):
    folder, reports = run
    values = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    assert Table.from_values(values).values == reports[-1].table.values
    text = (folder / "table.md").read_text(encoding="utf-8")
    assert "Goals, method “default”" in text
    assert "![One shot of the campaign “large pixels”, taken apart](images/benchmark/large-pixels.png)" in text
    assert "Incomplete" not in text
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "table.md",
        "table.json",
        "campaigns/sparse.json",
        "campaigns/large-pixels.json",
        "models/default.safetensors",
        "models/default.json",
        "images/benchmark/sparse.png",
        "images/benchmark/large-pixels.png",
    }


def test_every_method_is_described_at_the_foot_of_the_table(run):
    folder, reports = run
    assert reports[-1].table.notes.keys() == set(METHODS)
    assert "- median: the median of 5 x 5 pixels" in (folder / "table.md").read_text(encoding="utf-8")


def test_pictures_are_small_enough_for_a_repository(run):
    folder, _ = run
    assert all(path.stat().st_size <= 150_000 for path in (folder / "images/benchmark").iterdir())


def without_seconds(table, method):
    return {row: numbers for row, numbers in table.values[method].items() if row != "seconds"}


@pytest.fixture(scope="module")
def closed(campaigns, tmp_path_factory):
    """What a run leaves that was closed as soon as one of two campaigns was judged."""
    folder = tmp_path_factory.mktemp("closed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "testing_campaigns", campaigns)
        reports = run_quality(plan_quality(tiny(folder)))
        for _ in takewhile(lambda report: report.progress.message != "large pixels", reports):
            pass
        reports.close()
    return folder


class TestStopped:
    """A run that was stopped goes on."""

    @pytest.fixture(autouse=True)
    def _campaigns(self, campaigns, monkeypatch):
        monkeypatch.setattr(planning, "testing_campaigns", campaigns)

    @pytest.fixture
    def stopped(self, closed, tmp_path):
        """A copy of it, to go on in."""
        return Path(shutil.copytree(closed, tmp_path / "copy"))

    def test_what_was_judged_is_in_a_table_that_says_it_is_incomplete(self, stopped):
        table = Table.from_values(json.loads((stopped / "table.json").read_text(encoding="utf-8")))
        assert list(table.campaigns) == ["sparse"]
        assert not table.complete
        assert "**Incomplete**" in (stopped / "table.md").read_text(encoding="utf-8")

    def test_networks_and_campaigns_are_kept_and_the_result_is_that_of_a_whole_run(self, stopped, run):
        model = stopped / "models/default.safetensors"
        before = model.read_bytes()
        plan = plan_quality(tiny(stopped))
        assert list(plan.kept) == ["default"]
        reports = list(run_quality(plan))
        messages = [report.progress.message for report in reports]
        assert f"default: {KEPT}" in messages
        assert f"sparse: {KEPT}" in messages
        assert "simulating" not in {report.title for report in reports}
        assert model.read_bytes() == before
        whole, gone_on = run[1][-1].table, reports[-1].table
        assert gone_on.complete
        assert gone_on.budgets["default"].flop == whole.budgets["default"].flop
        for method in ("input", "oracle"):
            assert without_seconds(gone_on, method) == without_seconds(whole, method)

    def test_a_method_that_is_added_is_judged_alone(self, stopped):
        reports = list(run_quality(plan_quality(replace(tiny(stopped), names=("input", "constant")))))
        assert reports[-1].table.methods == ("input", "constant")
        again = list(run_quality(plan_quality(tiny(stopped))))
        assert f"sparse: {KEPT}" in [report.progress.message for report in again]

    @pytest.mark.parametrize("changes", [{"epochs": 2}, {"seed": 1}, {"library": LibrarySettings(campaigns=3)}])
    def test_another_training_is_not_taken_for_the_same(self, stopped, changes):
        assert plan_quality(replace(tiny(stopped), **changes)).kept == {}

    def test_a_network_that_was_replaced_is_not_taken_for_the_trained_one(self, stopped):
        path = stopped / "models/default.safetensors"
        path.write_bytes(path.read_bytes() + b" ")
        assert plan_quality(tiny(stopped)).kept == {}

    def test_a_training_that_was_interrupted_goes_on(self, tmp_path, monkeypatch):
        monkeypatch.setattr("napari_unveil.training.loop.REPORT_EVERY_S", 0.0)
        monkeypatch.setattr("napari_unveil.training.loop.OVERHEAD_SHARE", float("inf"))
        settings = replace(tiny(tmp_path), names=("default",), epochs=4)
        reports = run_quality(plan_quality(settings))
        before = [next(reports).progress for _ in range(6)][-2:]
        reports.close()
        assert (tmp_path / "patches.h5").is_file()
        after = list(run_quality(plan_quality(settings)))
        assert [report.title for report in after].count("simulating") == 1
        trained = [report.progress for report in after if report.title == "training"]
        assert before == trained[: len(before)] or set(before) < set(trained)
        assert not (tmp_path / "patches.h5").exists()
        assert not list((tmp_path / "models").glob("*.state.safetensors"))


def test_a_model_of_ones_own_is_judged_as_well_and_the_seed_decides_the_rest(
    run, campaigns, tmp_path, monkeypatch, capsys
):
    folder, reports = run
    small = tiny(tmp_path / "again")
    monkeypatch.setattr(planning, "testing_campaigns", campaigns)
    monkeypatch.setattr(planning, "quick_settings", lambda output, **asked: small)
    words = ["benchmark", "quality", "--quick", "--json", "--methods", "input", "--output", str(tmp_path / "again")]
    assert main([*words, "--model", str(folder / "models/default.safetensors")]) == 0
    again = Table.from_values(json.loads(capsys.readouterr().out))
    first = reports[-1].table
    assert again.methods == ("input", "model default")
    for row in ("noise_removed", "bias_1", "psnr", "false_photons"):
        np.testing.assert_allclose(
            np.array(again.values["model default"][row], float),
            np.array(first.values["default"][row], float),
            rtol=1e-3,
        )


def test_the_result_goes_to_stdout(campaigns, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(planning, "testing_campaigns", campaigns)
    monkeypatch.setattr(planning, "quick_settings", lambda output, **asked: tiny(tmp_path))
    assert main(["benchmark", "quality", "--quick", "--methods", "input", "--output", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert "| Noise removed (L1) | 0.00 % |" in captured.out
    assert "judging" in captured.err


@pytest.mark.parametrize(
    "words",
    [["--shots", "0"], ["--seed", "-1"], ["--methods", "none"], ["--model", "none"], ["--device", "none"]],
)
def test_impossible_requests_are_refused(words, tmp_path, capsys):
    assert main(["benchmark", "quality", *words, "--output", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_output_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="could not be made"):
        plan_quality(tiny(tmp_path / "file"))
