"""The same frames in each layout: a run folder as NXdata has them, whole photons as rounding says."""

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, open_layers, parse_address, read_process
from napari_unveil.frames.merging import merge_virtually
from napari_unveil.frames.parts import plan_merge
from napari_unveil.workflow.denoising import denoise, plan_denoising
from napari_unveil.workflow.inspecting import inspect
from napari_unveil.workflow.request import DenoisingRequest

DETECTOR, PHOTON = "SPB_IRDA_JF4M", 8.0
SOURCES = tuple(f"{DETECTOR}/CORR/JNGFR{module:02}:daqOutput" for module in (1, 2))


@pytest.fixture
def run(tmp_path):
    """Two modules, four trains in two sequences, one of them without data in the second module."""
    folder, rng = tmp_path / "run", np.random.default_rng(4)
    folder.mkdir()
    for module, source in enumerate(SOURCES, start=1):
        for sequence in (0, 1):
            trains = np.array([100, 101]) + 2 * sequence
            count = np.array([1, 0 if (module, sequence) == (2, 1) else 1])
            with h5py.File(folder / f"CORR-R0012-JNGFR{module:02}-S{sequence:05}.h5", "w") as file:
                file["INDEX/trainId"] = trains.astype(np.uint64)
                file[f"INDEX/{source}/data/first"] = np.cumsum(count) - count
                file[f"INDEX/{source}/data/count"] = count
                frames = PHOTON * rng.poisson(3, (2, 1, 64, 96)) + rng.normal(0, 0.3, (2, 1, 64, 96))
                file[f"INSTRUMENT/{source}/data/adc"] = frames.astype(np.float32)
                file[f"INSTRUMENT/{source}/data/mask"] = np.eye(64, 96, dtype=np.uint32) * np.ones((2, 1, 1, 1), "u4")
    return folder


def written(run, path, model, *, tell=lambda _: None, rows=slice(None), part=(1, 1), **how):
    request = DenoisingRequest(model=model, photon_energy_keV=PHOTON, **how)
    plan = plan_denoising(open_frames(parse_address(run)), path, request, tell=tell, rows=rows, part=part)
    list(denoise(plan))
    return plan


def test_a_run_folder_holds_what_nxdata_holds(run, tmp_path, model_with_errors):
    extra_data = pytest.importorskip("extra_data")
    written(run, tmp_path / "out.h5", model_with_errors)
    plan = written(run, tmp_path / "out", model_with_errors, layout="euxfel")
    with h5py.File(tmp_path / "out.h5") as file:
        nexus = {name: file[f"entry/data/{name}"][:] for name in ("signal", "noise", "signal_errors")}
        trains = file["entry/data/trainId"][:]
        correlation = file["entry/data/signal_errors"].attrs["correlation"]
    assert np.isfinite(nexus["signal"]).any(axis=(2, 3)).tolist() == [[True, True]] * 3 + [[True, False]]
    with extra_data.RunDirectory(tmp_path / "out") as opened:
        assert opened.train_ids == trains.tolist() == [100, 101, 102, 103]
        for name, expected in nexus.items():
            for module, source in enumerate(SOURCES):
                key = f"data.{'adc' if name == 'signal' else name}"
                found = opened[source, key].xarray()
                there = np.isin(trains, found.trainId.values)
                np.testing.assert_array_equal(found.values[:, 0], expected[there, module])
                assert np.isnan(expected[~there, module]).all()
    first = tmp_path / "out" / "CORR-R0012-JNGFR01-S00000.h5"
    process = read_process(parse_address(first))
    assert process["input"] == plan.process["input"]
    assert process["model_sha256"] == plan.process["model_sha256"]
    with h5py.File(first) as file:
        assert file[f"INSTRUMENT/{SOURCES[0]}/data/signal_errors"].attrs["correlation"] == correlation


@pytest.mark.parametrize("photons", [False, True])
def test_pixels_that_never_have_a_value_are_the_mask_of_the_file(run, tmp_path, model, photons):
    for number in (1, 2):
        written(run, tmp_path / f"{number}.h5", model, part=(number, 2), photons=photons)
    list(merge_virtually(plan_merge([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "all.h5")))
    expected = np.eye(64, 96, dtype=np.uint32)[None].repeat(2, axis=0) << 8
    for name in ("1.h5", "all.h5"):
        with h5py.File(tmp_path / name) as file:
            np.testing.assert_array_equal(file["entry/instrument/detector/pixel_mask"], expected)
    with h5py.File(tmp_path / "2.h5") as file:
        assert "pixel_mask" in file["entry/instrument/detector"]
    signal = open_frames(parse_address(tmp_path / "all.h5"))
    assert np.isnan(signal.read(0)).sum() == 64


def test_the_mask_of_one_module_is_one_image(run, tmp_path, model):
    written(f"{run}::/{DETECTOR}/CORR/JNGFR01", tmp_path / "out.h5", model)
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["entry/instrument/detector/pixel_mask"].shape == (64, 96)
    layers = dict(open_layers(parse_address(tmp_path / "out.h5")))
    assert sorted(layers) == ["noise", "signal"]
    assert layers["signal"].exclusions[0].startswith("/entry/instrument/detector/pixel_mask")
    assert np.isnan(layers["signal"].read(0)).sum() == 64


def test_a_part_of_a_run_folder_is_refused_and_a_range_is_a_folder(run, tmp_path, model):
    with pytest.raises(Refused, match="the folder appears whole; give each job a range and a folder of its own"):
        written(run, tmp_path / "out", model, layout="euxfel", part=(1, 2))
    written(run, tmp_path / "out", model, layout="euxfel", rows=slice(1, 3))
    assert open_frames(parse_address(tmp_path / "out")).coordinates["trainId"].tolist() == [101, 102]


def test_the_folder_of_the_input_and_a_full_one_are_refused(run, model):
    with pytest.raises(Refused, match="is an input itself"):
        written(run, run, model, layout="euxfel")
    with pytest.raises(Refused, match="holds something"):
        written(run, run.parent, model, layout="euxfel")


def test_a_run_folder_of_whole_photons_is_refused(run, tmp_path, model):
    with pytest.raises(Refused, match="whole numbers are taken for raw words"):
        written(run, tmp_path / "out", model, layout="euxfel", photons=True)


def test_a_signal_of_whole_photons_is_the_signal_to_half_a_photon(run, tmp_path, model_with_errors):
    written(run, tmp_path / "keV.h5", model_with_errors)
    said = []
    written(run, tmp_path / "photons.h5", model_with_errors, photons=True, tell=said.append)
    exact, whole = (dict(open_layers(parse_address(tmp_path / name))) for name in ("keV.h5", "photons.h5"))
    assert {name: stack.unit for name, stack in whole.items()} == dict.fromkeys(exact, "photons")
    for index in range(8):
        signal, expected = whole["signal"].read(index), exact["signal"].read(index) / PHOTON
        np.testing.assert_array_equal(signal, np.maximum(np.rint(expected), 0))
        for name in ("noise", "signal_errors"):
            np.testing.assert_array_equal(whole[name].read(index), exact[name].read(index) / np.float32(PHOTON))
    with h5py.File(tmp_path / "photons.h5") as file:
        stored = file["entry/data/signal"]
        assert stored.dtype == np.uint16
        assert stored[0, 0, 5, 5] == stored.fillvalue == 2**16 - 1, "a masked pixel"
        assert (stored.chunks, stored.attrs["interpretation"]) == ((1, 1, 64, 96), "image")
        assert "32008" in stored._filters
        assert file["entry/data/signal_errors"].attrs["correlation"] >= 0
    assert "to half a photon" in read_process(parse_address(tmp_path / "photons.h5"))["rounding"]
    assert "rounding" not in read_process(parse_address(tmp_path / "keV.h5"))
    (sentence,) = [line for line in said if "whole photons (uint16)" in line]
    assert "without rounding" in sentence


def test_a_report_on_whole_photons_is_in_photons(run, tmp_path, model):
    written(run, tmp_path / "out.h5", model, photons=True, rows=slice(0, 1))
    report = inspect(str(tmp_path / "out.h5"), path=tmp_path / "r.html", centre_yx=(32.0, 48.0))
    assert "signal + noise stands in for it" in report.path.read_text()
    written(run, tmp_path / "keV.h5", model, rows=slice(0, 1))
    with pytest.raises(Refused, match=r"true signal .* in photons"):
        inspect(str(tmp_path / "out.h5"), truth=str(tmp_path / "keV.h5"), path=tmp_path / "r.html")


def test_whole_photons_of_frames_without_a_photon_energy_are_refused(run, tmp_path, model):
    request = DenoisingRequest(model=model, photons=True)
    with pytest.raises(Refused, match="give the photon energy"):
        plan_denoising(open_frames(parse_address(run)), tmp_path / "out.h5", request)
