"""The command line with shots of two modules: one mask a module, patches from each, numbers of train and module."""

from pathlib import Path

import numpy as np
import pytest

from napari_unveil.cli.main import main
from napari_unveil.frames import open_frames, parse_address, writing_nxdata
from napari_unveil.harvest import HarvestSettings, PatchLibrary, harvest, plan_harvest
from napari_unveil.masking import load_mask
from napari_unveil.workflow.masking import mask_from_reference


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Four trains of two modules in a file; the scattering lies elsewhere in the second."""
    frames = np.random.default_rng(0).normal(0, 0.1, (4, 2, 64, 64)).astype(np.float32)
    frames[:, 0, 10:24, 10:24] += 20
    frames[:, 1, 40:54, 30:44] += 20
    path = tmp_path / "run.h5"
    trains = {"trainId": np.arange(4) + 1000}
    with writing_nxdata(path, stack_shape=frames.shape, names=("data",), unit="keV", coordinates=trains) as file:
        for number, frame in enumerate(frames.reshape(-1, 64, 64)):
            file.write("data", number, frame)
    return path


@pytest.mark.parametrize("name", ["mask.tif", "mask.edf", "mask.npy", "mask.h5"])
def test_mask_and_harvest_take_each_module_apart(run: Path, tmp_path: Path, name: str) -> None:
    mask, library = tmp_path / name, tmp_path / "patches.h5"
    assert main(["mask", str(run), "-o", str(mask)]) == 0
    stack = open_frames(parse_address(str(run)))
    assert stack.axes == ("train", "module", "y", "x")
    shots = stack.data.compute()
    np.testing.assert_array_equal(load_mask(mask), mask_from_reference(shots).mask)
    words = f"harvest --signal {run} --noise {run} --mask {mask} -o {library} --patch 16 --signals 12 --noises 24"
    assert main(words.split()) == 0
    cut = PatchLibrary.open(library)
    assert (set(cut.labels["noise"].frames), set(cut.labels["noise"].modules)) == ({0, 1, 2, 3}, {0, 1})
    plan = plan_harvest(stack, stack, load_mask(mask), HarvestSettings(patch=16, signals=12, noises=24))
    list(harvest(plan, tmp_path / "again.h5"))
    np.testing.assert_array_equal(
        PatchLibrary.open(tmp_path / "again.h5").patches("noise", np.arange(24)), cut.patches("noise", np.arange(24))
    )
