"""What a result says of the file behind it: where gaps come from, and by which constants raw words were calibrated."""

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import load_calibration, open_frames, parse_address, read_process
from napari_unveil.workflow.denoising import denoise, plan_denoising
from napari_unveil.workflow.inspecting import inspect
from napari_unveil.workflow.request import DenoisingRequest

FRAMES = np.random.default_rng(0).poisson(3, (2, 64, 64)).astype(np.uint32)


def written(stack, path, model):
    list(denoise(plan_denoising(stack, path, DenoisingRequest(model=model, photon_energy_keV=8.0))))
    return read_process(parse_address(path))


@pytest.fixture
def masked(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = np.moveaxis(FRAMES, 0, -1)
        file["entry/data/data"].attrs["units"] = "counts"
        file["entry/instrument/detector/pixel_mask"] = np.eye(64, dtype=np.uint32)
        file["entry/instrument/detector/saturation_value"] = 9
    return path


def test_a_result_names_the_mask_and_the_values_that_left_pixels_out(masked, tmp_path, model):
    stack = open_frames(parse_address(f"{masked}::?axis=last"))
    process = written(stack, tmp_path / "out.h5", model)
    assert process["input"] == f"{masked}::/entry/data/data?axis=last"
    mask, saturation, value = process["excluded"]
    assert mask == "/entry/instrument/detector/pixel_mask, bits 0xffbeffff (all but INTERPOLATED, NON_STANDARD_SIZE)"
    assert saturation == "9 and above, /entry/instrument/detector/saturation_value"
    assert value == "the value 4294967295"
    with h5py.File(tmp_path / "out.h5") as file:
        signal = file["entry/data/signal"][0]
    assert np.isnan(signal[np.eye(64, dtype=bool) | (FRAMES[0] >= 9)]).all()


def test_raw_frames_of_a_result_are_calibrated_again_for_its_report(tmp_path, model):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file["data/JF01T03V01/data"] = (3000 + 320 * FRAMES).astype(np.uint16)
    np.savez(tmp_path / "c.npz", pedestals=[3000, 15000, 15000], gains=[40, -1.5, -0.1])
    constants = load_calibration(str(tmp_path / "c.npz"), str(tmp_path / "c.npz"))
    stack = open_frames(parse_address(tmp_path / "raw.h5"), calibration=constants)
    process = written(stack, tmp_path / "out.h5", model)
    assert process["calibration"] == [str(tmp_path / "c.npz"), str(tmp_path / "c.npz"), "keV"]
    report = inspect(str(tmp_path / "out.h5"), path=tmp_path / "r.html", centre_yx=(32.0, 32.0))
    assert "not found" not in report.path.read_text()


def test_a_result_does_not_replace_the_constants(tmp_path, model):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file["data/JF01T03V01/data"] = (3000 + 320 * FRAMES).astype(np.uint16)
    np.savez(tmp_path / "c.npz", pedestals=[3000, 15000, 15000], gains=[40, -1.5, -0.1])
    constants = load_calibration(str(tmp_path / "c.npz"), str(tmp_path / "c.npz"))
    stack = open_frames(parse_address(tmp_path / "raw.h5"), calibration=constants)
    with pytest.raises(Refused, match="is an input itself"):
        plan_denoising(stack, tmp_path / "c.npz", DenoisingRequest(model=model, photon_energy_keV=8.0))
