import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.workflow.denoising import denoise, plan_denoising
from napari_unveil.workflow.inspecting import inspect
from napari_unveil.workflow.request import DenoisingRequest


def opened(path):
    return open_frames(parse_address(path))


@pytest.fixture(scope="module")
def result(beamtime, model, tmp_path_factory):
    path = tmp_path_factory.mktemp("result") / "out.h5"
    list(denoise(plan_denoising(opened(beamtime / "full.h5"), path, DenoisingRequest(model=model), rows=slice(1, 3))))
    return path


def test_an_inspection_with_truth_scores_the_frames_that_were_denoised(result, beamtime, tmp_path):
    found = inspect(str(result), path=tmp_path / "report.html", truth=str(beamtime / "truth.h5"))
    assert set(found.values["frames"]) == {"frame 1", "frame 2"}
    assert found.values["scores_before"]["noise_removed"] == pytest.approx(0)
    assert found.values["scores_before"]["flux_bright"] == pytest.approx(1, abs=0.2)
    assert "Noise removed" in found.text
    assert found.path.stat().st_size > 1000


def test_an_inspection_without_truth_has_the_numbers_of_the_pair(result, tmp_path):
    found = inspect(str(result), path=tmp_path / "report.png", centre_yx=(30, 40))
    assert found.values["pooled"]["largest_sum_error"] < 1e-2
    assert "scores" not in found.values


def test_a_truth_of_other_frames_is_refused(result, beamtime, tmp_path):
    with pytest.raises(Refused, match="true signal"):
        inspect(str(result), path=tmp_path / "report.html", truth=str(beamtime / "full.h5"))


def test_frames_that_are_no_result_are_refused(beamtime, tmp_path):
    with pytest.raises(Refused, match="denoise frames first"):
        inspect(str(beamtime / "full.h5"), path=tmp_path / "report.html")


def test_the_result_is_never_overwritten(result):
    with pytest.raises(Refused, match="is an input itself"):
        inspect(str(result), path=result)


def test_errors_of_a_result_reach_the_report(beamtime, model_with_errors, tmp_path):
    out = tmp_path / "out.h5"
    request = DenoisingRequest(model=model_with_errors)
    list(denoise(plan_denoising(opened(beamtime / "full.h5"), out, request, rows=slice(1, 3))))
    inspect(str(out), path=tmp_path / "report.html", centre_yx=(30, 40))
    inspect(str(out), path=tmp_path / "report.png", centre_yx=(30, 40))
    assert "with that of the separation" in (tmp_path / "report.html").read_text()
