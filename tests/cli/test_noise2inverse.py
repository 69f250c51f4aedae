"""The recipe `noise2inverse` by its words: a measurement is split, learned from and denoised."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from napari_unveil.cli import main
from napari_unveil.cli.printing import Printer
from napari_unveil.frames import open_frames, parse_address, read_process
from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import read_card
from napari_unveil.network.model_file import load_model
from napari_unveil.training import loop

SLICES, WIDTH, ANGLES, AXIS = 3, 48, 24, 22.0
CUT = ["--patch", "16", "--patches", "24"]
TRAIN = ["--recipe", "noise2inverse", "--preset", "fast", "--batch", "4", "--device", "cpu", "--epochs", "2"]


def write_tomography(path, *, angles=ANGLES, flats=4):
    """A disc beside the axis of rotation, by the law of Beer and Lambert, with Poisson noise."""
    rng, degrees = np.random.default_rng(0), np.arange(angles) * 180 / max(angles, 1)
    columns = np.arange(WIDTH) - AXIS
    centres = 6 * np.cos(np.deg2rad(degrees))
    chords = 2 * np.sqrt(np.maximum(0, 81 - (columns - centres[:, None]) ** 2))
    counts = rng.poisson(1000 * np.exp(-0.03 * chords)[:, None], (angles, SLICES, WIDTH))
    with h5py.File(path, "w") as file:
        file["exchange/data"] = counts.astype(np.float32)
        file["exchange/data_white"] = rng.poisson(1000, (flats, SLICES, WIDTH)).astype(np.float32)
        file["exchange/data_dark"] = np.zeros((2, SLICES, WIDTH), np.float32)
        file["exchange/theta"] = degrees
    return path


def write_frames(path, frames):
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = np.asarray(frames, np.float32)
        file["entry/data/data"].attrs["units"] = "photons"
    return path


def parameters_of(path):
    return read_process(parse_address(str(path)))["parameters"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A tomography, frames of a static scene, and a model of each."""
    folder = tmp_path_factory.mktemp("measured")
    y, x = np.mgrid[:WIDTH, :WIDTH]
    scene = 1 + 20 * np.exp(-((y - 20) ** 2 + (x - 25) ** 2) / 60)
    write_tomography(folder / "scan.h5")
    write_frames(folder / "frames.h5", np.random.default_rng(1).poisson(scene, (6, WIDTH, WIDTH)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("scan", "frames"):
            assert main(["train", f"{name}.h5", "-o", f"{name}.safetensors", *TRAIN, *CUT]) == 0
    return folder


@pytest.fixture
def run(measured, monkeypatch, capsys):
    """Run a command that ends with this status; give its result, or None, and what it said."""
    monkeypatch.chdir(measured)

    def run(*words, status=0):
        capsys.readouterr()
        assert main([*map(str, words), *(["--json"] if not status else [])]) == status
        captured = capsys.readouterr()
        return json.loads(captured.out) if captured.out else None, captured.err

    return run


def test_a_library_remembers_how_the_measurement_was_split(run, tmp_path):
    words = ["harvest", "--recipe", "noise2inverse", "--measurement", "scan.h5", "-o", tmp_path / "p.h5", *CUT]
    result, said = run(*words, "--parts", 3, "--axis", 22, "--filter", "hann")
    assert result["split"] == {"form": "tomography", "parts": 3, "axis_px": 22.0, "filter": "hann", "seed": 0}
    library = PatchLibrary.open(tmp_path / "p.h5")
    assert (library.recipe, library.kinds, library.unit) == ("noise2inverse", ("parts",), "1/pixel")
    assert library.labels["parts"].channels == 3
    assert library.provenance["split"] == result["split"]
    assert "axis" not in said


def test_the_form_and_the_axis_are_found_and_said_once(run, tmp_path):
    words = ["harvest", "--recipe", "noise2inverse", "-o", tmp_path / "p.h5", *CUT, "--measurement"]
    result, said = run(*words, "scan.h5")
    assert result["split"]["axis_px"] == pytest.approx(AXIS, abs=0.5)
    assert said.count("suggested by the data") == 1
    result, said = run(*words, "frames.h5")
    assert result["split"]["form"] == "frames"
    assert said.count("2 have one more than the others") == 1
    result, _ = run(*words, "frames.h5", "--form", "thinning", "--seed", 3)
    assert (result["split"]["form"], result["split"]["seed"], result["frames_read"]) == ("thinning", 3, 6)


def test_a_model_says_what_it_is_and_keeps_its_patches_beside_it(run):
    run("info", "scan.h5")
    card = read_card(Path("scan.safetensors"))
    assert (card.recipe, card.settings["split"]["form"]) == ("noise2inverse", "tomography")
    assert card.settings["split"]["axis_px"] == pytest.approx(AXIS, abs=0.5)
    assert PatchLibrary.open(Path("scan.patches.h5")).count("parts") == 24
    assert read_card(Path("frames.safetensors")).settings["estimate"] == "rate"


@pytest.mark.parametrize(("name", "shape"), [("scan", (SLICES, WIDTH, WIDTH)), ("frames", (1, WIDTH, WIDTH))])
def test_estimate_and_what_was_removed_add_up_to_the_plain_result(run, tmp_path, name, shape):
    out = tmp_path / "out.h5"
    run("denoise", f"{name}.h5", "-m", f"{name}.safetensors", "-o", out)
    signal, noise = (open_frames(parse_address(f"{out}::/entry/data/{one}")) for one in ("signal", "noise"))
    assert signal.data.shape == shape
    total = np.asarray(signal.data) + np.asarray(noise.data)
    if name == "frames":
        with h5py.File("frames.h5") as file:
            frames = file["entry/data/data"][()]
        plain = np.mean([frames[part::4].mean(axis=0) for part in range(4)], axis=0)
        np.testing.assert_allclose(total[0], plain, rtol=1e-6)
    else:
        assert np.isfinite(total).sum() == np.isfinite(np.asarray(signal.data)).sum() > 0.6 * total.size
    assert parameters_of(out)["split"] == read_card(Path(f"{name}.safetensors")).settings["split"]


def test_another_axis_is_used_and_written(run, tmp_path):
    run("denoise", "scan.h5", "-m", "scan.safetensors", "-o", tmp_path / "out.h5", "--axis", 21)
    assert parameters_of(tmp_path / "out.h5")["split"]["axis_px"] == 21


def test_a_run_that_was_stopped_goes_on_with_its_patches_to_the_same_model(run, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_EVERY_S", 0.0)
    monkeypatch.setattr(loop, "REPORT_EVERY_SHARE", 0.0)
    monkeypatch.setattr(loop, "OVERHEAD_SHARE", float("inf"))
    whole, stopped = tmp_path / "whole.safetensors", tmp_path / "stopped.safetensors"
    run("train", "scan.h5", "-o", whole, *TRAIN, *CUT)

    def follow(printer, title, reports, describe):
        passed = []
        for report in reports:
            passed.append(report)
            if title == "training" and len(passed) > 3:
                raise KeyboardInterrupt
        return passed[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Printer, "follow", follow)
        _, said = run("train", "scan.h5", "-o", stopped, *TRAIN, *CUT, status=1)
    assert "train goes on with --resume" in said
    assert not stopped.exists()
    patches = tmp_path / "stopped.patches.h5"
    cut_at = patches.stat().st_mtime_ns
    _, said = run("train", "scan.h5", "-o", stopped, *TRAIN, *CUT, "--resume")
    assert patches.stat().st_mtime_ns == cut_at
    assert "axis of rotation" not in said
    ends = [load_model(path).tensors for path in (whole, stopped)]
    for name, values in ends[0].items():
        np.testing.assert_array_equal(values.numpy(), ends[1][name].numpy())


def harvested(path, *words):
    return ["harvest", "--recipe", "noise2inverse", "-o", "p.h5", *CUT, "--measurement", path, *words]


REFUSED = {
    "one projection": (lambda folder: harvested(write_tomography(folder / "s.h5", angles=1)), "has 1 projection;"),
    "no flats": (lambda folder: harvested(write_tomography(folder / "s.h5", flats=0)), "has no flats"),
    "K = 1": (lambda _: harvested("scan.h5", "--parts", 1), "K = 1 parts were asked for"),
    "K = 1 in training": (
        lambda folder: ["train", "scan.h5", "-o", folder / "m.safetensors", *TRAIN, "--parts", 1],
        "K = 1 parts were asked for",
    ),
    "fewer angles than parts": (
        lambda folder: harvested(write_tomography(folder / "s.h5", angles=3)),
        "has 3 projections, 4 parts were asked for",
    ),
    "fewer frames than parts": (
        lambda folder: harvested(write_frames(folder / "f.h5", np.ones((3, WIDTH, WIDTH)))),
        "has 3 frames, 4 parts were asked for",
    ),
    "counts that are none": (
        lambda folder: harvested(write_frames(folder / "f.h5", np.full((1, WIDTH, WIDTH), 0.5))),
        "are no counts, the first 0.5",
    ),
    "a form that there is not": (lambda _: harvested("frames.h5", "--form", "halves"), "form is halves"),
    "frames as a tomography": (lambda _: harvested("frames.h5", "--form", "tomography"), "holds no projections"),
    "an axis beside the detector": (lambda _: harvested("scan.h5", "--axis", 400), "axis"),
    "no measurement": (lambda _: harvested("scan.h5")[:-2], "no --measurement for --recipe noise2inverse"),
    "frames for a model of slices": (
        lambda folder: ["denoise", "frames.h5", "-m", "scan.safetensors", "-o", folder / "o.h5"],
        "holds no projections",
    ),
    "too few frames for a model": (
        lambda folder: [
            *["denoise", write_frames(folder / "f.h5", np.ones((2, WIDTH, WIDTH)))],
            *["-m", "frames.safetensors", "-o", folder / "o.h5"],
        ],
        "has 2 frames, 4 parts were asked for",
    ),
    "an axis for a model of frames": (
        lambda folder: ["denoise", "frames.h5", "-m", "default", "-o", folder / "o.h5", "--axis", 3],
        "takes frames as they are",
    ),
    "a split of a library": (
        lambda folder: ["train", "scan.patches.h5", "-o", folder / "m.safetensors", *TRAIN, "--form", "frames"],
        "from which no patches are to be cut",
    ),
    "another recipe than the library's": (
        lambda folder: ["train", "scan.patches.h5", "-o", folder / "m.safetensors", "--recipe", "paired"],
        "patches for the recipe 'noise2inverse'",
    ),
    "a measurement for another recipe": (
        lambda folder: ["train", "scan.h5", "-o", folder / "m.safetensors"],
        "an HDF5 file of another kind",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_with_its_sentence(run, tmp_path, name):
    words, sentence = REFUSED[name][0](tmp_path), REFUSED[name][1]
    _, said = run(*words, status=2)
    assert sentence in said.splitlines()[-1]
    assert not Path("p.h5").exists()
