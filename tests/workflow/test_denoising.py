import shutil
from dataclasses import asdict
from pathlib import Path

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import FrameStack, UnreadableFrame, open_frames, open_layers, parse_address, read_process
from napari_unveil.network.card import FORMAT, HEADER_KEY, read_card
from napari_unveil.network.model_file import load_model, save_tensors
from napari_unveil.recipes.intensity_range import local_range_in
from napari_unveil.recipes.local_range import as_values, local_range_of
from napari_unveil.recipes.unlike import unlike_training
from napari_unveil.workflow.denoising import denoise, plan_denoising
from napari_unveil.workflow.request import DenoisingRequest, gives_errors, gives_map


def opened(path):
    return open_frames(parse_address(path))


def test_a_result_holds_signal_and_noise_of_every_frame_and_where_they_come_from(beamtime, model, tmp_path):
    out = tmp_path / "out.h5"
    reports = list(denoise(plan_denoising(opened(beamtime / "full.h5"), out, DenoisingRequest(model=model))))
    assert [(report.done, report.total) for report in reports] == [(n, 4) for n in range(1, 5)]
    layers = dict(open_layers(parse_address(out)))
    full = open_frames(parse_address(beamtime / "full.h5"))
    for index in range(4):
        frame = full.read(index)
        whole = layers["signal"].read(index) + layers["noise"].read(index)
        np.testing.assert_allclose(whole, frame, rtol=1e-5, atol=1e-3)
    assert layers["signal"].unit == "keV"
    assert layers["noise"].photon_energy_keV == 8.0
    process = read_process(parse_address(out))
    assert process["input_range"] == [0, 4, 1]
    assert process["input"].endswith("full.h5::/entry/data/data")
    assert len(process["model_sha256"]) == 64


def test_a_model_that_knows_its_error_writes_it_by_its_name_in_nexus(beamtime, model_with_errors, tmp_path):
    out = tmp_path / "out.h5"
    plan = plan_denoising(opened(beamtime / "full.h5"), out, DenoisingRequest(model=model_with_errors))
    list(denoise(plan))
    expected = plan.denoiser.separate(plan.stack.read(1))
    assert float(np.nanmax(expected.error)) > 0
    with h5py.File(out) as file:
        data = file["/entry/data"]
        assert data.attrs["signal"] == "signal"
        assert list(data.attrs["auxiliary_signals"]) == ["noise"]
        np.testing.assert_allclose(data["signal_errors"][1], expected.error, rtol=1e-5)
        assert data["signal_errors"].attrs["units"] == "keV"
    assert sorted(dict(open_layers(parse_address(out)))) == ["noise", "signal", "signal_errors"]


def test_errors_that_nobody_wants_are_left_out(beamtime, model_with_errors, tmp_path):
    out = tmp_path / "out.h5"
    request = DenoisingRequest(model=model_with_errors, errors=False)
    plan = plan_denoising(opened(beamtime / "full.h5"), out, request)
    list(denoise(plan))
    assert sorted(dict(open_layers(parse_address(out)))) == ["noise", "signal"]
    assert not gives_errors(request)
    assert plan.bytes_out == 2 * 4 * 4 * 64 * 96


def test_parts_put_together_are_the_whole(beamtime, model, tmp_path):
    parts = []
    for number in (1, 2, 3):
        plan = plan_denoising(
            opened(beamtime / "full.h5"), tmp_path / f"{number}.h5", DenoisingRequest(model=model), part=(number, 3)
        )
        parts.extend(plan.frames)
    assert parts == [0, 1, 2, 3]


def test_a_range_of_frames_is_those_frames(beamtime, model, tmp_path):
    request, out = DenoisingRequest(model=model), tmp_path / "out.h5"
    list(denoise(plan_denoising(opened(beamtime / "full.h5"), out, request, rows=slice(1, 3))))
    whole = plan_denoising(opened(beamtime / "full.h5"), tmp_path / "b.h5", request)
    expected = whole.denoiser.separate(whole.stack.read(1)).noise
    np.testing.assert_allclose(dict(open_layers(parse_address(out)))["noise"].read(0), expected, rtol=0.02, atol=0.1)


def test_nothing_is_written_when_the_work_is_cancelled(beamtime, model, tmp_path):
    work = denoise(plan_denoising(opened(beamtime / "full.h5"), tmp_path / "out.h5", DenoisingRequest(model=model)))
    next(work)
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_the_input_is_never_overwritten(beamtime, model):
    with pytest.raises(Refused, match="is an input itself"):
        plan_denoising(opened(beamtime / "full.h5"), beamtime / "full.h5", DenoisingRequest(model=model))


def test_a_frame_that_cannot_be_read_is_missing_and_the_others_are_kept(beamtime, model, tmp_path, monkeypatch):
    plan = plan_denoising(opened(beamtime / "full.h5"), tmp_path / "out.h5", DenoisingRequest(model=model))
    plain = FrameStack.read

    def broken(self, index):
        if index == 1:
            raise UnreadableFrame.at(self.address, (1,), OSError("corrupt"))
        return plain(self, index)

    with monkeypatch.context() as patch:
        patch.setattr(FrameStack, "read", broken)
        with pytest.raises(Failed, match="1 of 4 frames could not be read"):
            list(denoise(plan))
    signal = dict(open_layers(parse_address(tmp_path / "out.h5")))["signal"]
    assert np.isnan(signal.read(1)).all()
    assert np.isfinite(signal.read(2)).any()


@pytest.mark.parametrize("part", [(0, 2), (3, 2), (1, 0)])
def test_an_impossible_part_is_refused(beamtime, model, tmp_path, part):
    with pytest.raises(Refused, match="part"):
        plan_denoising(opened(beamtime / "full.h5"), tmp_path / "out.h5", DenoisingRequest(model=model), part=part)


def test_an_empty_range_is_refused(beamtime, model, tmp_path):
    with pytest.raises(Refused, match="no frame"):
        plan_denoising(
            opened(beamtime / "full.h5"), tmp_path / "out.h5", DenoisingRequest(model=model), rows=slice(4, 9)
        )


def test_an_unknown_photon_is_asked_for(model, tmp_path):
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", np.ones((2, 40, 40), np.float32))
    with pytest.raises(Refused, match="give the photon energy"):
        plan_denoising(opened(tmp_path / "a.tif"), tmp_path / "out.h5", DenoisingRequest(model=model))
    request = DenoisingRequest(model=model, photon_energy_keV=8.0)
    assert len(list(denoise(plan_denoising(opened(tmp_path / "a.tif"), tmp_path / "out.h5", request)))) == 2


def test_a_model_that_is_absent_is_refused(beamtime, tmp_path):
    with pytest.raises(Refused, match="is absent"):
        plan_denoising(opened(beamtime / "full.h5"), tmp_path / "out.h5", DenoisingRequest(model="none.safetensors"))


def test_a_result_is_read_back_after_its_folder_moved(beamtime, model, tmp_path):
    (tmp_path / "a").mkdir()
    list(
        denoise(plan_denoising(opened(beamtime / "full.h5"), tmp_path / "a" / "out.h5", DenoisingRequest(model=model)))
    )
    shutil.move(tmp_path / "a", tmp_path / "b")
    assert len(open_layers(parse_address(tmp_path / "b" / "out.h5"))) == 2


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_frames_without_any_count_are_refused_and_nothing_is_left(model, tmp_path, value):
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", np.full((2, 40, 40), value, np.float32))
    request = DenoisingRequest(model=model, photon_energy_keV=8.0)
    with pytest.raises(Refused, match="zeros and missing pixels"):
        list(denoise(plan_denoising(opened(tmp_path / "a.tif"), tmp_path / "out.h5", request)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


@pytest.fixture
def model_that_knows(beamtime, model, tmp_path):
    """One that was trained on the right end of the frames, if it had been trained."""
    right = np.stack([frame[:, 56:] for frame in opened(beamtime / "full.h5").iterate()])
    file = load_model(Path(model))
    header = asdict(file.card) | {"training": {"range": {"local": as_values(local_range_of(right, 8.0))}}}
    save_tensors(tmp_path / "knows.safetensors", HEADER_KEY, {"format": FORMAT, **header}, file.tensors)
    return str(tmp_path / "knows.safetensors")


def test_a_warning_map_is_written_only_when_it_is_asked_for(beamtime, model_that_knows, tmp_path):
    out, stack = tmp_path / "out.h5", opened(beamtime / "full.h5")
    request = DenoisingRequest(model=model_that_knows, warning_map=True)
    plan = plan_denoising(stack, out, request)
    last = list(denoise(plan))[-1]
    expected = [
        unlike_training(stack.read(index), local_range_in(read_card(Path(request.model))), 8.0) for index in range(4)
    ]
    with h5py.File(out) as file:
        written = file["entry/data/unlike_training"][...]
    np.testing.assert_array_equal(written, [one.pixels for one in expected])
    assert last.unlike == pytest.approx(np.mean([one.share for one in expected]))
    assert 0 < last.unlike < 1, "test invalid: all or nothing is marked"
    assert plan.bytes_out == (2 * 4 + 1) * 4 * 64 * 96
    assert any("unlike the training data" in sentence for sentence in plan.process["cautions"])
    assert sorted(dict(open_layers(parse_address(out)))) == ["noise", "signal", "unlike_training"]
    list(denoise(plan_denoising(stack, out, DenoisingRequest(model=model_that_knows))))
    assert sorted(dict(open_layers(parse_address(out)))) == ["noise", "signal"]


def test_a_model_that_does_not_know_its_training_data_says_so_and_gives_no_map(beamtime, model, tmp_path):
    said = []
    request = DenoisingRequest(model=model, warning_map=True)
    plan = plan_denoising(opened(beamtime / "full.h5"), tmp_path / "out.h5", request, tell=said.append)
    assert any("there is no warning map" in sentence for sentence in said)
    assert plan.parts == ("signal", "noise")
    assert list(denoise(plan))[-1].unlike is None
    assert not gives_map(request)
