"""The table of files that open: a line for every file, refused ones too, and no name of a folder in it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "formats_table.py"


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    for name in ("musclex", "bad"):
        (folder / name).mkdir(parents=True)
    for number in (0, 1):
        tifffile.imwrite(folder / "musclex" / f"{number}.tif", np.ones((6, 8), np.uint16))
    with h5py.File(folder / "bad" / "link.h5", "w") as file:
        file["entry/data/data"] = h5py.ExternalLink("gone.h5", "/there")
    frames = np.ones((3, 6, 8), np.float32)
    frames[0, 0, :5] = np.nan
    with h5py.File(folder / "bad" / "good.h5", "w") as file:
        file["entry/data/data"] = frames
        file["entry/data/data"].attrs["units"] = "keV"
    return folder


def test_every_file_has_its_line(data, tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("formats_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "formats_table", module)
    spec.loader.exec_module(module)
    text = module.page(data, tmp_path / "no runs")
    lines = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert list(lines) == ["bad/good.h5", "bad/link.h5", "musclex/0.tif", "musclex/1.tif", "musclex/*.tif"]
    assert "| 3 x 6 x 8 (frame, y, x) | keV | 5 of 48 |" in lines["bad/good.h5"]
    assert "is a link to gone.h5::/there, which is absent" in lines["bad/link.h5"]
    assert "| 2 x 6 x 8 (frame, y, x) |" in lines["musclex/*.tif"]
    assert str(tmp_path) not in text


def test_the_page_is_written_by_its_command(data, tmp_path):
    out = tmp_path / "formats.md"
    subprocess.run([sys.executable, str(SCRIPT), str(data), str(out)], check=True)
    assert out.read_text().startswith("# Files that open")
