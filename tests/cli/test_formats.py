"""What `unveil info` says of files, and what the verbs refuse or go on with."""

import json

import h5py
import numpy as np
import pytest

from napari_unveil.cli.main import main
from napari_unveil.frames import open_frames, parse_address

FRAMES = np.random.default_rng(0).poisson(3, (4, 64, 64)).astype(np.float32)


@pytest.fixture
def said(capsys):
    """Run a command that ends with this status; give what it wrote to stdout and stderr."""

    def run(*words, status=0):
        capsys.readouterr()
        assert main([str(word) for word in words]) == status
        return capsys.readouterr()

    return run


def test_info_says_what_is_opened_why_and_how_it_is_stored(tmp_path, said):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("entry/data/data", data=FRAMES, chunks=(1, 64, 64), compression="gzip")
        file["entry/instrument/detector/pixel_mask"] = np.zeros((64, 64), np.uint32)
        file["soft"] = h5py.SoftLink("/nowhere")
    lines = said("info", path).out.splitlines()
    assert lines[0].startswith(f"{path}::/entry/data/data: NeXus, 4 x 64 x 64 (frame, y, x), float32")
    assert lines[1].strip() == "opened when nothing is named: NeXus keeps frames there"
    assert lines[2].strip() == "chunks 1 x 64 x 64 (deflate)"
    assert any(line.startswith(f"{path}::/soft: unavailable") for line in lines)
    opened = [entry["opened"] for entry in json.loads(said("info", path, "--json").out)]
    assert opened == [True, False, False]


def test_equally_good_datasets_are_named_as_they_are_to_be_written(tmp_path, said):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["1.1/instrument/eiger/data"], file["2.1/instrument/eiger/data"] = FRAMES, FRAMES
    sentence = said("mask", path, "-o", tmp_path / "m.tif", status=2).err
    for scan in (1, 2):
        assert f"{path}::/{scan}.1/instrument/eiger/data" in sentence
    assert not (tmp_path / "m.tif").exists()


def test_both_exposures_of_the_published_pairs_are_listed_with_the_frames_last(tmp_path, said):
    """The layout of doi 10.5281/zenodo.10816877, as its authors' programs read it."""
    path = tmp_path / "pairs.h5"
    with h5py.File(path, "w") as file:
        for name, mean in (("low_count", 1), ("high_count", 20)):
            file[f"{name}/data"] = np.random.default_rng(0).poisson(mean, (48, 64, 7)).astype(np.int32)
    low, high = (line for line in said("info", path).out.splitlines() if line.startswith(str(path)))
    assert low == f"{path}::/low_count/data: published pair, 48 x 64 x 7 (y, x, frame), int32, counts"
    assert high == f"{path}::/high_count/data: published pair, 48 x 64 x 7 (y, x, frame), int32, counts"
    for name in ("low_count", "high_count"):
        stack = open_frames(parse_address(f"{path}::/{name}/data"))
        assert str(stack.address) == f"{path}::/{name}/data?axis=last"
        assert stack.data.shape == (7, 48, 64)


@pytest.fixture
def raw(tmp_path):
    """Raw words in three stages with their constants: 2 keV in each pixel."""
    stage = np.random.default_rng(1).integers(0, 3, (4, 64, 64))
    pedestals = np.array([3000.0, 15000.0, 14500.0])[:, None, None] + np.zeros((64, 1)) + np.arange(64)
    gains = np.broadcast_to(np.array([40.0, -1.5, -0.5])[:, None, None], (3, 64, 64))
    of = (stage, np.arange(64)[:, None], np.arange(64))
    words = np.round(pedestals[of] + 2 * gains[of]).astype(np.uint16) | (np.array([0, 1, 3])[stage] << 14)
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file["data/JF01T03V01/data"] = words.astype(np.uint16)
        file["data/JF01T03V01/frame_index"] = np.arange(4)
    np.savez(tmp_path / "constants.npz", pedestals=pedestals, gains=gains)
    return tmp_path


def test_raw_words_are_refused_with_the_way_to_calibrate_them(raw, said):
    sentence = said("mask", raw / "raw.h5", "-o", raw / "m.tif", status=2).err
    assert "uncalibrated" in sentence
    assert "--pedestals" in sentence
    assert "--gains" in sentence
    assert "uncalibrated" in said("info", raw / "raw.h5").out


def test_raw_words_are_calibrated_with_constants_of_each_stage(raw, said):
    constants = ["--pedestals", raw / "constants.npz", "--gains", raw / "constants.npz"]
    made = said("mask", raw / "raw.h5", "-o", raw / "m.tif", "--threshold", "1.5", "--json", *constants).out
    assert json.loads(made)["unit"] == "keV"
    photons = said(
        "mask", raw / "raw.h5", "-o", raw / "m.tif", "--threshold", "1", "--json", *constants, "--gains-per", "photon"
    ).out
    assert json.loads(photons)["unit"] == "photons"
    assert "alone" in said("mask", raw / "raw.h5", "-o", raw / "m.tif", *constants[:2], status=2).err


@pytest.fixture
def incomplete(tmp_path):
    """Four frames, two of them in a file that is gone."""
    with h5py.File(tmp_path / "there.h5", "w") as file:
        file["d"] = FRAMES[:2]
    layout = h5py.VirtualLayout((4, 64, 64), np.float32)
    layout[:2] = h5py.VirtualSource("there.h5", "d", (2, 64, 64))
    layout[2:] = h5py.VirtualSource("gone.h5", "d", (2, 64, 64))
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file.create_virtual_dataset("entry/data/data", layout)
    return tmp_path / "v.h5"


def test_absent_sources_are_refused_unless_allowed(incomplete, said):
    words = ["mask", incomplete, "-o", incomplete.with_name("m.tif"), "--threshold", "2"]
    refusal = said(*words, status=2).err
    assert "gone.h5" in refusal
    assert "--allow-missing" in refusal
    assert "gone.h5" in said(*words, "--allow-missing").err


def test_no_result_is_written_over_a_virtual_source(incomplete, said):
    words = ["mask", incomplete, "-o", incomplete.with_name("there.h5"), "--threshold", "2", "--allow-missing"]
    before = incomplete.with_name("there.h5").read_bytes()
    assert "is an input itself" in said(*words, status=2).err
    assert incomplete.with_name("there.h5").read_bytes() == before


def test_mask_bits_are_named(said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["mask", "x.h5", "-o", "m.tif", "--mask-bits", "NO_SUCH_BIT"])
    assert ended.value.code == 2
    assert "WRONG_GAIN_VALUE" in capsys.readouterr().err
