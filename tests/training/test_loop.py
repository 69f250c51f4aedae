from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from napari_unveil.errors import Failed, Refused
from napari_unveil.network.model_file import load_model, load_tensors, save_tensors
from napari_unveil.network.unet import UNetSettings
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.separation import SeparationSettings, Separator
from napari_unveil.training import loop as loop_module
from napari_unveil.training import resume, train
from napari_unveil.training.learner import learner_of
from napari_unveil.training.record import KEY, KIND
from napari_unveil.training.separation_learner import FIRST_LOGIT

pytestmark = pytest.mark.usefixtures("report_each_step")


def weights(path):
    return torch.cat([tensor.flatten() for tensor in load_model(path).tensors.values()])


def test_a_run_ends_with_a_model_that_learned_something(make_plan):
    plan = make_plan(epochs=20)
    reports = list(train(plan))
    assert reports[-1].ended == "epochs"
    assert reports[-1].step == 20 * plan.steps_per_epoch
    assert [report.step for report in reports] == list(range(1, reports[-1].step + 1))
    assert reports[-1].validation_loss < 0.7 * reports[0].validation_loss
    separator, file = model_from_file(plan.path)
    assert separator.settings == plan.settings.recipe
    assert file.card.photon_energy_keV == 8.0
    assert file.card.training["library_sha256"] == plan.library_sha256


@pytest.mark.usefixtures("report_at_both_ends")
def test_the_published_head_begins_alive_and_learns(make_plan):
    recipe = SeparationSettings(UNetSettings((2, 2), 2), "percentile", "subtract", "mae")
    for seed in range(4):
        plan = make_plan(recipe=recipe, epochs=20, learning_rate=1e-2, seed=seed)
        reports = list(train(plan))
        assert reports[-1].validation_loss < 0.9 * reports[0].validation_loss


@pytest.mark.usefixtures("report_at_both_ends")
@pytest.mark.parametrize("cell_px", [1, 2])
def test_ordinary_convolutions_begin_as_the_others_do_and_learn(make_plan, settings, cell_px):
    network = UNetSettings((2, 2), 2, cell_px, outputs=2, group="plain")
    plan = make_plan(recipe=replace(settings.recipe, network=network), epochs=20)
    biases = learner_of(plan).network.projection.bias
    assert (biases == FIRST_LOGIT).sum() == (biases == 0).sum() == cell_px**2
    reports = list(train(plan))
    assert reports[-1].validation_loss < 0.8 * reports[0].validation_loss
    assert model_from_file(plan.path)[0].settings.network.group == "plain"


def test_escnn_has_no_ordinary_convolutions(settings):
    with pytest.raises(Refused, match="escnn for a network of the group 'plain'"):
        replace(settings, recipe=replace(settings.recipe, network=UNetSettings(group="plain")), parametrisation="escnn")


def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(make_plan, tmp_path):
    whole = make_plan()
    expected = list(train(whole))
    expected_weights = weights(whole.path)
    whole.path.unlink()
    whole.state_path.unlink()

    before = list(islice(train(make_plan()), 5))  # and never asked again, as after kill -9
    assert not whole.path.exists()
    after = list(resume(make_plan()))
    assert [report.step for report in after] == [report.step for report in expected]
    assert [report.training_loss for report in after[:5]] == [report.training_loss for report in before]
    np.testing.assert_allclose(
        [report.validation_loss for report in after],
        [report.validation_loss for report in expected],
        rtol=1e-5,
    )
    assert [report.elapsed_s for report in after] == sorted(report.elapsed_s for report in after)
    torch.testing.assert_close(weights(whole.path), expected_weights)


def test_a_run_stops_when_asked_keeps_a_model_and_can_go_on(make_plan):
    asked = iter([False, False, True])
    reports = list(train(make_plan(), stop=lambda: next(asked)))
    assert [report.ended for report in reports] == ["", "", "stopped"]
    assert make_plan().path.exists()
    assert list(resume(make_plan()))[-1].ended == "epochs"


def test_minutes_bound_a_run(make_plan):
    plan = make_plan(epochs=None, minutes=1e-6)
    assert [report.ended for report in train(plan)] == ["minutes"]
    assert plan.path.exists()


def test_a_run_that_is_resumed_may_be_given_more_epochs(make_plan):
    list(train(make_plan(epochs=1, schedule="constant")))
    reports = list(resume(make_plan(epochs=2, schedule="constant")))
    assert reports[-1].step == 2 * make_plan().steps_per_epoch


def test_a_run_that_had_ended_is_not_trained_further(make_plan):
    expected = list(train(make_plan()))
    before = make_plan().path.read_bytes()
    assert list(resume(make_plan())) == expected
    assert make_plan().path.read_bytes() == before


def test_the_model_knows_the_size_of_the_patches_it_was_trained_on(make_plan, library):
    assert make_plan().settings.recipe.patch_px == library.patch


def test_every_draw_of_a_signal_patch_meets_a_fresh_noise_patch(make_plan):
    plan = make_plan()
    run = loop_module._Run(plan)
    first, again, next_epoch = (run._training_batch(step) for step in (0, 0, plan.steps_per_epoch))
    np.testing.assert_array_equal(first.noise, again.noise)
    assert not np.array_equal(first.noise, next_epoch.noise)


def test_an_epoch_shows_each_training_patch_once(make_plan):
    plan = make_plan()
    run, seen = loop_module._Run(plan), []
    run.learner.draw = lambda signal, noise, rng: seen.extend(signal)
    for step in range(plan.steps_per_epoch):
        run._training_batch(step)
    assert sorted(seen) == sorted(plan.training.shown)


def test_memory_that_runs_out_is_a_failure_that_says_what_was_kept(make_plan, monkeypatch):
    plan = make_plan()
    plain, steps = loop_module._Run._step, []

    def short_of_memory(self, step, progress):
        steps.append(step)
        if len(steps) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, step, progress)

    monkeypatch.setattr(loop_module._Run, "_step", short_of_memory)
    with pytest.raises(Failed, match=r"memory ran out.*state after step 3.*smaller preset"):
        list(train(plan))
    monkeypatch.undo()
    assert next(resume(plan)).step == 1


def test_a_loss_that_is_no_number_ends_the_run(make_plan, monkeypatch):
    monkeypatch.setattr(loop_module._Run, "_step", lambda self, step, progress: torch.tensor(float("nan")))
    with pytest.raises(Failed, match="no longer finite"):
        list(train(make_plan()))
    assert not make_plan().path.exists()


def test_nothing_to_resume_is_refused(make_plan):
    with pytest.raises(Refused, match="is absent"):
        list(resume(make_plan()))


def test_another_run_is_not_resumed(make_plan):
    next(train(make_plan()))
    with pytest.raises(Refused, match="differs in batch"):
        list(resume(make_plan(batch=4)))


def test_a_state_of_a_version_without_a_setting_goes_on(make_plan):
    plan = make_plan()
    next(train(plan))
    header, tensors = load_tensors(plan.state_path, KEY, KIND)
    del header["run"]["recipe"]["network"]["group"]
    save_tensors(plan.state_path, KEY, header, tensors)
    assert list(resume(plan))[-1].ended == "epochs"


def test_a_state_that_was_cut_short_is_refused(make_plan):
    plan = make_plan()
    next(train(plan))
    plan.state_path.write_bytes(plan.state_path.read_bytes()[:-100])
    with pytest.raises(Refused, match="cannot be read"):
        list(resume(plan))


@pytest.mark.escnn
def test_a_network_trained_with_escnn_is_saved_as_an_ordinary_model(make_plan):
    pytest.importorskip("escnn", reason="escnn is not in this environment")
    plan = make_plan(parametrisation="escnn")
    next(train(plan))
    reports = list(resume(plan))
    assert reports[-1].ended == "epochs"
    separator, _ = model_from_file(plan.path)
    run = loop_module._Run(plan)
    run.go_back()
    trained = Separator(plan.settings.recipe, run.trained).eval()
    x = torch.rand(1, 1, 32, 32) * 20
    torch.testing.assert_close(separator(x, 8.0)[0], trained(x, 8.0)[0], rtol=1e-4, atol=1e-4)
