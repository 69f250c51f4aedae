"""Pictures of a held-out patch on the way."""

import json

import numpy as np
import pytest
from safetensors import safe_open

from napari_unveil.training import loop as loop_module
from napari_unveil.training import train
from napari_unveil.training.clock import Spacing


def always():
    return True


@pytest.mark.usefixtures("report_each_step")
class TestPreviews:
    def test_they_are_patches_in_the_unit_of_the_library(self, make_plan):
        preview = next(train(make_plan(), preview=always)).preview
        assert preview.unit == "keV"
        for image in (preview.input, preview.signal, preview.noise, preview.truth):
            assert image.shape == (32, 32)
            assert image.dtype == np.float32
        np.testing.assert_allclose(preview.signal + preview.noise, preview.input, rtol=1e-5, atol=1e-3)
        assert np.all(preview.truth <= preview.input)

    def test_they_come_now_and_then_and_at_the_end(self, make_plan):
        reports = list(train(make_plan(), preview=always))
        assert [report.step for report in reports if report.preview] == [1, reports[-1].step]

    def test_nobody_pays_for_what_nobody_looks_at(self, make_plan):
        assert all(report.preview is None for report in train(make_plan()))

    def test_they_are_not_in_the_files(self, make_plan):
        plan = make_plan()
        list(train(plan, preview=always))
        for path, key in ((plan.state_path, "napari_unveil_state"), (plan.path, "napari_unveil")):
            with safe_open(path, "np") as file:
                assert "preview" not in json.dumps(json.loads(file.metadata()[key]))

    def test_looking_does_not_change_what_is_learned(self, make_plan):
        plan = make_plan()
        quiet = [report.training_loss for report in train(plan)]
        assert [report.training_loss for report in train(plan, preview=always)] == quiet

    def test_excluded_pixels_stay_so(self, make_plan, monkeypatch):
        plan = make_plan()
        run = loop_module._Run(plan)
        shown, truth = run.learner.example()
        shown[3, 4] = np.nan
        monkeypatch.setattr(run.learner, "example", lambda: (shown, truth))
        preview = run.learner.preview(0)
        for image in (preview.input, preview.signal, preview.noise, preview.truth):
            assert np.argwhere(np.isnan(image)).tolist() == [[3, 4]]


def test_what_is_spaced_takes_its_share_of_the_time(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("napari_unveil.training.clock.time.perf_counter", lambda: now[0])
    spacing = Spacing(0.01, least_s=4.0)
    assert spacing.due()
    with spacing:
        now[0] += 0.1
    now[0] += 9.9
    assert not spacing.due()
    now[0] += 0.2
    assert spacing.due()
    with spacing:
        now[0] += 0.001
    now[0] += 3.9
    assert not spacing.due()
