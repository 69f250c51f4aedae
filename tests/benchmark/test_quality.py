"""The whole run with tiny frames and a tiny budget: table, models, pictures, and the command itself."""

import json

import numpy as np
import pytest

from napari_unveil.benchmark import campaigns as known_campaigns
from napari_unveil.benchmark import quality
from napari_unveil.benchmark.judging import Showing
from napari_unveil.benchmark.library import LibrarySettings
from napari_unveil.benchmark.quality import QualitySettings, plan_quality, run_quality
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
        patch.setattr(quality, "testing_campaigns", campaigns)
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
    assert {path.name for path in folder.iterdir()} == {
        "table.md",
        "table.json",
        "models",
        "sparse.png",
        "large-pixels.png",
    }
    assert [path.name for path in (folder / "models").iterdir()] == ["default.safetensors"]


def test_a_model_of_ones_own_is_judged_as_well_and_the_seed_decides_the_rest(
    run, campaigns, tmp_path, monkeypatch, capsys
):
    folder, reports = run
    small = tiny(tmp_path / "again")
    monkeypatch.setattr(quality, "testing_campaigns", campaigns)
    monkeypatch.setattr(quality, "quick_settings", lambda output, **asked: small)
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
    monkeypatch.setattr(quality, "testing_campaigns", campaigns)
    monkeypatch.setattr(quality, "quick_settings", lambda output, **asked: tiny(tmp_path))
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
