"""The verb `train`: begun from a model, gone on with, ended early."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.cli import main
from napari_unveil.harvest import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.card import read_card

PATCH_PX = 16
FAST = ["--preset", "fast", "--batch", "4", "--device", "cpu", "--epochs", "1"]


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    path = Path("patches.h5")
    with writing_library(path, patch=PATCH_PX, unit="keV", photon_energy_keV=8.0, provenance={}) as shelves:
        for index in range(12):
            for shelf in shelves.values():
                pixels = 8.0 * rng.poisson(1.0, (PATCH_PX, PATCH_PX))
                shelf.append(Cutting(pixels.astype(np.float32), (0, 0), 0.0), frame=index % 4)


def train(capsys, name, *words):
    assert main(["train", "patches.h5", "-o", name, *FAST, "--json", *words]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


@pytest.mark.usefixtures("there")
class TestTrain:
    def test_device_and_memory_are_said_before_the_start(self, capsys):
        _, said = train(capsys, "m.safetensors")
        assert said.startswith("on CPU, ")
        assert re.search(r"the run takes about [\d.]+ MB$", said.splitlines()[0])

    def test_a_run_begins_from_the_shipped_model(self, capsys):
        train(capsys, "tuned.safetensors", "--from", "default")
        card = read_card(Path("tuned.safetensors"))
        assert card.training["parent"]["name"] == "default.safetensors"
        assert card.settings["network"]["widths"] == [8, 16, 32]

    def test_a_run_that_had_ended_goes_on_with_a_larger_limit(self, capsys):
        train(capsys, "m.safetensors")
        last, _ = train(capsys, "m.safetensors", "--resume", "--epochs", "3")
        assert last["epoch"] == pytest.approx(3)

    def test_the_card_says_that_the_best_weights_were_kept(self, capsys):
        train(capsys, "m.safetensors", "--keep", "best", "--patience", "1", "--least-epochs", "1")
        assert read_card(Path("m.safetensors")).training["weights"] == {"kept": "best", "epoch": 1.0}

    def test_what_is_no_model_is_no_parent(self, capsys):
        words = ["train", "patches.h5", "-o", "m.safetensors", *FAST, "--from", "patches.h5"]
        assert main(words) == 2
        assert "a model file of napari-unveil" in capsys.readouterr().err
