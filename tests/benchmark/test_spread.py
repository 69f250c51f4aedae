"""What another seed changes: means and spreads of runs, and runs that do not belong together."""

import json
import math
from dataclasses import replace

import pytest

from napari_unveil.benchmark.rows import ROWS
from napari_unveil.benchmark.spread import spread_of, spread_rows
from napari_unveil.benchmark.table import Table
from napari_unveil.cli import main
from napari_unveil.errors import Refused


def table(seed, *, epochs=2, **rows):
    values = {row.key: rows.get(row.key, (None, None)) for row in ROWS}
    provenance = {"seed": seed, "epochs": epochs, "shots": {"shots": 4, "seed": seed}}
    return Table({"sparse": True, "odd": False}, {"input": values, f"only-{seed}": values}, provenance=provenance)


@pytest.fixture
def write(tmp_path):
    def written(*tables):
        folders = [tmp_path / str(number) for number in range(len(tables))]
        for folder, one in zip(folders, tables, strict=True):
            folder.mkdir()
            (folder / "table.json").write_text(json.dumps(one.as_values()), encoding="utf-8")
        return folders

    return written


def test_mean_and_spread_are_those_over_the_seeds(write):
    folders = write(*(table(seed, psnr=(10.0 + seed, 99.0), lowest_usable=(10.0**seed, 1.0)) for seed in (0, 1, 2)))
    spread = spread_of(folders)
    assert spread.seeds == (0, 1, 2)
    assert list(spread.values) == ["input"]
    assert spread.values["input"]["psnr"] == (pytest.approx(11), pytest.approx(1))
    assert spread.values["input"]["lowest_usable"] == (pytest.approx(10), pytest.approx(10))
    assert spread.values["input"]["ssim"] == (None, None)
    assert ["PSNR of log(1 + photons) [dB]", "11 ± 1"] in spread_rows(spread)


def test_what_was_never_usable_with_one_seed_has_no_spread(write):
    folders = write(table(0, lowest_usable=(1.0, 1.0)), table(1, lowest_usable=(math.inf, 1.0)))
    assert spread_of(folders).values["input"]["lowest_usable"] == (math.inf, None)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([table(0)], "1 runs"),
        ([table(0), table(0)], "seed of its own"),
        ([table(0), table(1, epochs=3)], "differ in epochs"),
        ([table(0), replace(table(1), complete=False)], "not complete"),
    ],
)
def test_runs_that_say_nothing_about_the_seed_are_refused(write, tables, words):
    with pytest.raises(Refused, match=words):
        spread_of(write(*tables))


def test_the_command_prints_a_table(write, tmp_path, capsys):
    folders = list(map(str, write(table(3, ssim=(0.5, 0.5)), table(5, ssim=(0.7, 0.5)))))
    assert main(["benchmark", "spread", *folders]) == 0
    text = capsys.readouterr().out
    assert "Seeds 3, 5." in text
    assert "| SSIM of log(1 + photons) | 0.6 ± 0.14 |" in text
    assert main(["benchmark", "spread", "--json", *folders]) == 0
    assert json.loads(capsys.readouterr().out)["values"]["input"]["ssim"]["mean"] == pytest.approx(0.6)
    assert main(["benchmark", "spread", str(tmp_path)]) == 2
