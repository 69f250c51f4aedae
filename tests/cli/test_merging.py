"""denoise in parts and in another layout, and merge, by their words."""

import json

import h5py
import numpy as np
import pytest

from napari_unveil.cli import main
from napari_unveil.frames import open_layers, parse_address

SOURCE = "HED_IA1_JF500K/CORR/JNGFR01:daqOutput"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Five trains of one module."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    frames = 8 * np.random.default_rng(0).poisson(2, (5, 1, 32, 48))
    with h5py.File("run/CORR-R0007-JNGFR01-S00000.h5", "w") as file:
        file["INDEX/trainId"] = np.arange(5, dtype=np.uint64) + 100
        file[f"INDEX/{SOURCE}/data/first"] = np.arange(5)
        file[f"INDEX/{SOURCE}/data/count"] = np.ones(5, int)
        file[f"INSTRUMENT/{SOURCE}/data/adc"] = frames.astype(np.float32)
    return ["denoise", "run", "-m", "default", "--photon-energy", "8"]


def layers(path):
    return {name: stack.data.compute() for name, stack in open_layers(parse_address(path))}


@pytest.mark.parametrize("words", [[], ["--copy"]])
def test_parts_are_merged_into_what_one_command_writes(run, capsys, words):
    assert main([*run, "-o", "whole.h5"]) == 0
    for number in (2, 1):
        assert main([*run, "-o", f"part{number}.h5", "--part", f"{number}/2"]) == 0
    capsys.readouterr()
    assert main(["merge", "part2.h5", "part1.h5", "-o", "all.h5", "--json", *words]) == 0
    assert json.loads(capsys.readouterr().out)["input_range"] == [0, 5, 1]
    merged = layers("all.h5")
    for name, frames in layers("whole.h5").items():
        np.testing.assert_array_equal(merged[name], frames)
    assert main(["inspect", "all.h5", "--centre", "16,24", "-o", "report.html"]) == 0


def test_a_missing_part_ends_in_a_sentence(run, tmp_path, capsys):
    assert main([*run, "-o", "part1.h5", "--part", "1/2"]) == 0
    capsys.readouterr()
    assert main(["merge", "part1.h5", "-o", "all.h5"]) == 2
    assert "no part holds the frames 2:5 of" in capsys.readouterr().err
    assert not (tmp_path / "all.h5").exists()


def test_a_run_becomes_a_run(run, capsys):
    assert main([*run, "-o", "out", "--layout", "euxfel"]) == 0
    assert main([*run, "-o", "out.h5"]) == 0
    capsys.readouterr()
    assert main(["info", "out"]) == 0
    assert "EuXFEL corrected" in capsys.readouterr().out
    np.testing.assert_array_equal(layers("out")["out"], layers("out.h5")["signal"])
    assert main([*run, "-o", "out", "--layout", "euxfel"]) == 2
    assert "a folder that holds something" in capsys.readouterr().err


def test_whole_photons_say_what_they_save(run, capsys):
    assert main([*run, "-o", "out.h5", "--photons"]) == 0
    assert "signal as whole photons (uint16): " in capsys.readouterr().err
    assert set(np.unique(layers("out.h5")["signal"])) <= set(range(20))
