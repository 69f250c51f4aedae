"""The recipe `paired` by its words: short and long exposures in the published layout, from harvest to result."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from napari_unveil.cli import main
from napari_unveil.frames import open_frames, parse_address, read_process
from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import read_card
from napari_unveil.network.model_file import load_model
from napari_unveil.training import loop

SHAPE, PAIRS, RATIO = (48, 64), 6, 20
LOW, HIGH = "pairs.h5::/low_count/data", "pairs.h5::/high_count/data"
HARVEST = ["harvest", "--recipe", "paired", "--low", LOW, "--high", HIGH, "--patch", "16", "--patches", "24"]
TRAIN = ["train", "patches.h5", "--preset", "fast", "--batch", "4", "--device", "cpu", "--epochs", "2"]


def write_pairs(path, *, low=PAIRS, high=PAIRS):
    """Blobs of few photons in the layout of doi 10.5281/zenodo.10816877: frames along the last axis."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    means = [0.5 + 30 * np.exp(-((y - row) ** 2 + (x - 30) ** 2) / 8) for row in rng.uniform(10, 38, max(low, high))]
    with h5py.File(path, "w") as file:
        for name, exposure, count in (("low_count", 1, low), ("high_count", RATIO, high)):
            frames = [rng.poisson(exposure * mean) for mean in means[:count]]
            file[f"{name}/data"] = np.stack(frames, axis=-1).astype(np.int32)
    return path


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Pairs, a library and a model, each by the command line."""
    folder = tmp_path_factory.mktemp("measured")
    write_pairs(folder / "pairs.h5")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main([*HARVEST, "-o", "patches.h5"]) == 0
        assert main([*TRAIN, "-o", "m.safetensors"]) == 0
    return folder


@pytest.fixture
def there(measured, monkeypatch):
    monkeypatch.chdir(measured)


@pytest.fixture
def run(there, capsys):
    """Run a command that ends with this status; give its result, or None, and what it said."""

    def run(*words, status=0):
        capsys.readouterr()
        assert main([*words, *(["--json"] if not status else [])]) == status
        captured = capsys.readouterr()
        return json.loads(captured.out) if captured.out else None, captured.err

    return run


def test_a_harvest_says_the_ratio_of_exposures_and_the_library_keeps_it(run):
    found, said = run(*HARVEST, "-o", "again.h5")
    assert found["exposure_ratio"] == pytest.approx(RATIO, rel=0.02)
    assert 0 < found["ratio_spread"] < 0.1
    assert found["counts"] == {"pairs": 24}
    assert "exchanged" not in said
    library = PatchLibrary.open(Path("again.h5"))
    assert library.recipe == "paired"
    assert library.provenance["exposure_ratio"] == found["exposure_ratio"]
    assert library.provenance["ratio_spread"] == found["ratio_spread"]


def test_a_result_is_at_the_exposure_of_its_input_and_names_the_ratio(run):
    found, _ = run("denoise", LOW, "-m", "m.safetensors", "-o", "out.h5")
    assert found["exposure_ratio"] == pytest.approx(RATIO, rel=0.02)
    assert read_process(parse_address("out.h5"))["parameters"]["exposure_ratio"] == found["exposure_ratio"]
    source, signal, noise = (open_frames(parse_address(f"{name}")) for name in (LOW, *parts("out.h5")))
    assert signal.unit == source.unit == "counts"
    for index in range(PAIRS):
        np.testing.assert_array_equal(signal.read(index) + noise.read(index), source.read(index))


def parts(path):
    return f"{path}::/entry/data/signal", f"{path}::/entry/data/noise"


def test_the_result_in_words_says_what_makes_it_high_counts(there, capsys):
    assert main(["denoise", LOW, "-m", "m.safetensors", "-o", "words.h5"]) == 0
    assert "signal at the exposure of the input, times " in capsys.readouterr().out


def test_a_run_that_was_interrupted_comes_to_the_same_model(run, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_EVERY_S", 0.0)
    steps = []
    step = loop._Run._step

    def interrupted(self, number, progress):
        steps.append(number)
        if len(steps) == 5:
            raise KeyboardInterrupt
        return step(self, number, progress)

    with monkeypatch.context() as patch:
        patch.setattr(loop._Run, "_step", interrupted)
        run(*TRAIN, "-o", "resumed.safetensors", status=1)
    assert not Path("resumed.safetensors").exists()
    run(*TRAIN, "-o", "resumed.safetensors", "--resume")
    straight, resumed = (load_model(Path(name)).tensors for name in ("m.safetensors", "resumed.safetensors"))
    for name, value in straight.items():
        np.testing.assert_array_equal(value.numpy(), resumed[name].numpy())


def test_the_library_decides_which_recipe_is_trained(run):
    card = read_card(Path("m.safetensors"))
    assert card.recipe == "paired"
    assert card.settings["ratio"] == pytest.approx(RATIO, rel=0.05)
    _, said = run(*TRAIN, "-o", "x.safetensors", "--recipe", "separation", status=2)
    assert "patches.h5 holds patches for the recipe 'paired'" in said
    _, said = run("train", "patches.h5", "-o", "x.safetensors", "--preset", "huge", status=2)
    assert "published-irunet" in said


def test_exchanged_exposures_are_warned_of(run):
    exchanged = [{"--low": "--high", "--high": "--low"}.get(word, word) for word in HARVEST]
    found, said = run(*exchanged, "-o", "exchanged.h5")
    assert found["exposure_ratio"] == pytest.approx(1 / RATIO, rel=0.02)
    assert "are the two exchanged?" in said


@pytest.mark.usefixtures("there")
class TestRefusals:
    def test_pairs_of_unequal_length(self, run):
        write_pairs(Path("unequal.h5"), low=5, high=4)
        words = ["--low", "unequal.h5::/low_count/data", "--high", "unequal.h5::/high_count/data"]
        _, said = run("harvest", "--recipe", "paired", *words, "-o", "x.h5", status=2)
        assert "5 low-count and 4 high-count frames" in said
        assert "leave out the frames without a partner" in said
        assert not Path("x.h5").exists()

    def test_one_kind_of_frames_alone(self, run):
        _, said = run("harvest", "--recipe", "paired", "--low", LOW, "-o", "x.h5", status=2)
        assert "no --high for --recipe paired" in said
        assert "--low LOW, --high HIGH" in said

    def test_words_of_another_recipe(self, run):
        _, said = run(*HARVEST, "--mask", "mask.tif", "-o", "x.h5", status=2)
        assert "--mask is an option of --recipe separation" in said
        _, said = run("harvest", "--low", LOW, "--high", HIGH, "-o", "x.h5", status=2)
        assert "or --recipe paired for --low" in said

    def test_a_patch_library_is_no_input_to_overwrite(self, run):
        _, said = run(*HARVEST, "-o", "pairs.h5", status=2)
        assert "is an input itself" in said
