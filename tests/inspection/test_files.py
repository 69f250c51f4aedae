import csv
import math
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.files import write_csv
from napari_unveil.inspection.plots import Table

TABLE = Table(
    {
        "q (1/nm)": np.random.default_rng(0).random(50) / 3,
        "mean (keV per pixel)": np.array([np.nan, *np.geomspace(1e-30, 1e30, 49)]),
        "pixels": np.arange(50),
        "error from": ["counting, statistics"] * 50,
    }
)


def read(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line for line in lines if line.startswith("#")]
    names, *rows = csv.reader(lines[len(header) :])
    return header, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def test_numbers_are_read_back_exactly(tmp_path: Path):
    write_csv(tmp_path / "curve.csv", TABLE, header={"frame": "train 3, module 1", "unit": "keV"})
    header, columns = read(tmp_path / "curve.csv")
    assert header == ["# frame: train 3, module 1", "# unit: keV"]
    assert list(columns) == list(TABLE.columns)
    for name in ("q (1/nm)", "mean (keV per pixel)", "pixels"):
        np.testing.assert_array_equal([float(text) for text in columns[name]], TABLE.columns[name])
    assert math.isnan(float(columns["mean (keV per pixel)"][0]))
    assert columns["error from"][3] == "counting, statistics"


def test_a_header_of_several_lines_stays_a_comment(tmp_path: Path):
    write_csv(tmp_path / "curve.csv", TABLE, header={"model": "a\nb"})
    assert read(tmp_path / "curve.csv")[0] == ["# model: a b"]


def test_columns_of_different_length_leave_the_file_that_was_there(tmp_path: Path):
    path = tmp_path / "curve.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match="zip"):
        write_csv(path, Table({"a": [1, 2], "b": [1]}), header={})
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["curve.csv"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="absent"):
        write_csv(tmp_path / "gone" / "curve.csv", TABLE, header={})
