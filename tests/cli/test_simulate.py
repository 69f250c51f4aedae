import json

import h5py
import pytest

from napari_unveil.cli import main
from napari_unveil.cli.simulating import OPTIONS
from napari_unveil.simulate import Campaign, FoamSettings, PairSettings

FOAM = ["--slices", "2", "--width", "64", "--angles", "10"]


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refusal(words, capsys):
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.strip().splitlines()
    assert line.startswith("unveil: ")
    return line


def test_pairs_are_written_and_named(tmp_path, capsys):
    words = ["simulate", "sim", "--kind", "pairs", "--pairs", "2", "--exposure-ratio", "8", "--satellite", "50"]
    assert main([*words, "--hot-pixels", "0.001", "--seed", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["sim/pairs.h5", "sim/truth.h5"]
    with h5py.File(tmp_path / "sim/truth.h5") as file:
        assert set(file["entry/data/exposure_ratio"][()]) == {8}
        asked = json.loads(file["entry/process/parameters"][()])
    assert (asked["satellite_counts"], asked["hot_fraction"], asked["seed"]) == (50, 0.001, 5)
    assert main(["info", "sim/pairs.h5"]) == 0
    assert "published pair, 192 x 240 x 2 (y, x, frame)" in capsys.readouterr().out


def test_a_foam_is_written_and_named(tmp_path, capsys):
    assert main(["simulate", "sim", "--kind", "foam", *FOAM, "--photons", "50", "--axis-offset", "0.5"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["sim/foam.h5", "sim/truth.h5"]
    assert "12/12" in captured.err
    with h5py.File(tmp_path / "sim/foam.h5") as file:
        assert file["exchange/data"].shape == (10, 2, 64)
        asked = json.loads(file["entry/process/parameters"][()])
    assert (asked["photons"], asked["axis_offset_px"]) == (50, 0.5)
    assert main(["info", "sim/foam.h5"]) == 0
    assert "opened when nothing is named: projections of a tomography" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "kind", "asked"),
    [
        (["--pairs", "3"], "pairs", "beamtime"),
        (["--kind", "foam", "--shots", "3"], "beamtime", "foam"),
        (["--kind", "pairs", "--photons", "3"], "foam", "pairs"),
        (["--kind", "beamtime", "--angles", "3"], "foam", "beamtime"),
    ],
)
def test_options_of_another_kind_are_refused_by_name(words, kind, asked, capsys, tmp_path):
    line = refusal(["simulate", "sim", *words], capsys)
    assert f"{words[-2]} is an option of --kind {kind}, and the kind asked for is {asked}" in line
    assert all(option in line for option in OPTIONS[asked])
    assert not (tmp_path / "sim").exists()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--kind", "pairs", "--pairs", "0"], "0 pairs"),
        (["--kind", "pairs", "--exposure-ratio", "0.1"], "exposure_ratio is 0.1"),
        (["--kind", "foam", "--angles", "0"], "angles is 0"),
        (["--kind", "foam", "--axis-offset", "40"], "stays in view"),
        (["--kind", "foam", "--seed", "-1"], "seed is -1"),
    ],
)
def test_impossible_numbers_are_refused(words, found, capsys, tmp_path):
    assert found in refusal(["simulate", "sim", *words], capsys)
    assert not (tmp_path / "sim").exists()


def test_another_kind_in_the_same_folder_is_refused(capsys):
    assert main(["simulate", "sim", "--kind", "foam", *FOAM]) == 0
    capsys.readouterr()
    assert "sim/foam.h5 is there" in refusal(["simulate", "sim", "--kind", "pairs"], capsys)


def test_an_unknown_kind_ends_with_status_2():
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "sim", "--kind", "clouds"])
    assert ended.value.code == 2


def test_the_help_names_the_defaults():
    """What stands in brackets is what the settings have."""
    settings = {"beamtime": Campaign(), "pairs": PairSettings(), "foam": FoamSettings()}
    for kind, options in OPTIONS.items():
        for option in options.values():
            if hasattr(settings[kind], option.setting):
                assert option.help.endswith(f"({getattr(settings[kind], option.setting):g})")
