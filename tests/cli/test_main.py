"""The whole way by its words, and what every refusal looks like from outside."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

from napari_unveil.cli import main

PATCH = ["--patch", "32", "--signals", "12", "--noises", "12", "--max-excluded", "0.9", "--min-intensity", "1"]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """simulate, mask, harvest and train, each by the command line."""
    folder = tmp_path_factory.mktemp("campaign")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["simulate", "sim", "--xray-only", "3", "--shots", "3", "--seed", "0"]) == 0
        assert main(["mask", "sim/xray.h5", "-o", "mask.tif", "--grow", "2"]) == 0
        harvest = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "mask.tif"]
        assert main([*harvest, "-o", "patches.h5", *PATCH]) == 0
        train = ["train", "patches.h5", "-o", "m.safetensors", "--preset", "fast", "--epochs", "1"]
        assert main(train) == 0
    return folder


@pytest.fixture
def there(campaign, monkeypatch):
    monkeypatch.chdir(campaign)
    return campaign


def refusal(words, capsys):
    capsys.readouterr()
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("unveil: ")
    assert lines[0].count(";") >= 2
    return lines[0]


def test_the_whole_way_ends_in_a_report(there, capsys):
    assert main(["denoise", "sim/full.h5", "-m", "m.safetensors", "-o", "out.h5", "--frames", "0:2"]) == 0
    capsys.readouterr()
    assert main(["inspect", "out.h5", "--truth", "sim/truth.h5", "-o", "report.html", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scores"]["largest_sum_error"] < 1e-2
    assert Path("report.html").exists()


def test_a_run_goes_on_after_it_ended(there, capsys):
    words = ["train", "patches.h5", "-o", "m.safetensors", "--preset", "fast", "--epochs", "2", "--resume", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["epoch"] == pytest.approx(2)


def test_info_names_what_can_be_opened_and_how(there, capsys):
    assert main(["info", "sim/full.h5"]) == 0
    assert "sim/full.h5::/entry/data/data" in capsys.readouterr().out


def test_a_result_goes_to_stdout_and_progress_to_stderr(there, capsys):
    assert main(["mask", "sim/xray.h5", "-o", "again.tif", "--threshold", "1.5", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["threshold"] == 1.5


@pytest.mark.usefixtures("there")
class TestRefusals:
    def test_absent_file(self, capsys):
        assert "none.h5" in refusal(["info", "none.h5"], capsys)

    def test_absent_dataset(self, capsys):
        words = ["denoise", "sim/full.h5::/entry/none", "-m", "m.safetensors", "-o", "x.h5"]
        assert "/entry/none" in refusal(words, capsys)

    def test_mask_of_another_shape(self, capsys):
        tifffile.imwrite("small.tif", np.zeros((10, 10), np.uint8))
        words = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "small.tif", "-o", "x.h5"]
        assert "(10, 10)" in refusal(words, capsys)

    def test_patch_larger_than_the_frame(self, capsys):
        words = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "mask.tif", "-o", "x.h5"]
        assert "fits into the frame" in refusal([*words, "--patch", "640"], capsys)

    def test_no_room_for_noise_patches(self, capsys):
        tifffile.imwrite("full.tif", np.full((512, 1024), 255, np.uint8))
        words = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "full.tif", "-o", "x.h5"]
        assert "0.0% of the frame is free" in refusal(words, capsys)

    def test_truncated_model(self, capsys):
        Path("cut.safetensors").write_bytes(Path("m.safetensors").read_bytes()[:1000])
        assert "cannot be read" in refusal(["denoise", "sim/full.h5", "-m", "cut.safetensors", "-o", "x.h5"], capsys)

    def test_foreign_model(self, capsys):
        assert "cannot be read" in refusal(["denoise", "sim/full.h5", "-m", "patches.h5", "-o", "x.h5"], capsys)

    def test_foreign_library(self, capsys):
        assert "library" in refusal(["train", "sim/full.h5", "-o", "x.safetensors"], capsys)

    def test_output_folder_that_is_absent(self, capsys):
        words = ["denoise", "sim/full.h5", "-m", "m.safetensors", "-o", "none/x.h5"]
        assert "nothing can be written" in refusal(words, capsys)

    def test_input_as_output(self, capsys):
        words = ["denoise", "sim/full.h5", "-m", "m.safetensors", "-o", "sim/full.h5"]
        assert "is an input itself" in refusal(words, capsys)

    def test_model_as_output(self, capsys):
        words = ["denoise", "sim/full.h5", "-m", "m.safetensors", "-o", "m.safetensors"]
        assert "is an input itself" in refusal(words, capsys)

    def test_mask_as_output(self, capsys):
        words = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "mask.tif", "-o", "mask.tif"]
        assert "is an input itself" in refusal([*words, *PATCH], capsys)

    def test_patch_that_no_network_can_pool(self, capsys):
        words = ["harvest", "--signal", "sim/xray.h5", "--noise", "sim/full.h5", "--mask", "mask.tif", "-o", "x.h5"]
        assert "multiple of 8" in refusal([*words, "--patch", "33"], capsys)

    def test_file_without_images(self, capsys):
        with h5py.File("none.h5", "w") as file:
            file["number"] = 3
        try:
            assert "no dataset" in refusal(["info", "none.h5"], capsys)
        finally:
            Path("none.h5").unlink()

    @pytest.mark.parametrize(
        "words", [["--seed", "-1"], ["--minutes", "nan"], ["--device", "cpu:x"], ["--photon-energy", "inf"]]
    )
    def test_impossible_numbers(self, words, capsys):
        refusal(["train", "patches.h5", "-o", "x.safetensors", "--preset", "fast", *words], capsys)

    def test_resume_without_a_state(self, capsys):
        assert "is absent" in refusal(["train", "patches.h5", "-o", "x.safetensors", "--resume"], capsys)

    def test_unknown_preset(self, capsys):
        assert "published" in refusal(["train", "patches.h5", "-o", "x.safetensors", "--preset", "slow"], capsys)

    def test_demo_without_a_display(self, capsys, monkeypatch):
        monkeypatch.setattr("napari_unveil.cli.display._opens", lambda: False)
        assert "--headless" in refusal(["demo"], capsys)

    def test_refusals_leave_nothing_behind(self):
        assert not [path.name for path in Path().iterdir() if path.stem == "x" or ".part" in path.name]


@pytest.mark.parametrize("words", [["denoise", "a.h5", "-m", "m", "-o", "b.h5", "--frames", "x"], ["nothing"], []])
def test_words_that_are_none_end_with_status_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
