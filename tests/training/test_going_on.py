"""Runs that pause, are trained further, end early or keep their best weights."""

import time
from dataclasses import replace
from itertools import chain, islice, repeat

import numpy as np
import pytest
import torch

from napari_unveil.network.model_file import load_model
from napari_unveil.training import loop as loop_module
from napari_unveil.training import read_record, resume, train
from napari_unveil.training.held_out import HeldOut

pytestmark = pytest.mark.usefixtures("report_each_step")


def weights(path):
    return torch.cat([tensor.flatten() for tensor in load_model(path).tensors.values()])


def losses_that_go(monkeypatch, *values):
    """Let the held-out loss, as measured anew, go through ``values``; the last one stays."""
    told = chain(values, repeat(values[-1]))
    monkeypatch.setattr(HeldOut, "_measured", lambda self: next(told))


def test_a_run_that_waited_ends_with_the_weights_of_one_that_did_not(make_plan):
    list(train(make_plan()))
    expected = weights(make_plan().path)
    asked = chain([False, True, True, True], repeat(False))
    reports = list(train(make_plan(), pause=lambda: next(asked)))
    assert reports[-1].ended == "epochs"
    torch.testing.assert_close(weights(make_plan().path), expected, rtol=0, atol=0)


def test_waiting_uses_no_core_and_does_not_count(make_plan):
    began, waited_s, cpu_s = time.perf_counter(), [], []

    def pause():
        if not waited_s and time.perf_counter() - began > 0:
            waited_s.append(time.perf_counter())
            cpu_s.append(time.process_time())
        over = time.perf_counter() - waited_s[0] > 1.0
        if over and len(cpu_s) == 1:
            cpu_s.append(time.process_time())
        return not over

    run = train(make_plan(), pause=pause)
    first = next(run)
    second = next(run)
    assert cpu_s[1] - cpu_s[0] < 0.8
    assert second.elapsed_s - first.elapsed_s < 0.8


def test_the_state_is_on_disk_while_a_run_waits(make_plan):
    run = train(make_plan(), pause=lambda: True)
    report = next(run)
    assert read_record(make_plan().state_path).last == report


def test_a_run_that_is_stopped_while_it_waits_writes_its_model_without_another_step(make_plan):
    asked = chain([False, False], repeat(True))
    reports = list(train(make_plan(), pause=lambda: True, stop=lambda: next(asked)))
    assert [(report.step, report.ended) for report in reports] == [(1, ""), (1, "stopped")]
    assert make_plan().path.exists()


@pytest.mark.usefixtures("report_at_both_ends")
@pytest.mark.parametrize("first", [1, 3])
def test_training_further_equals_one_longer_run_where_the_rate_is_constant(make_plan, first):
    list(train(make_plan(epochs=4, schedule="constant")))
    expected = weights(make_plan().path)
    list(train(make_plan(epochs=first, schedule="constant")))
    record = read_record(make_plan().state_path)
    more = record.extended(epochs=4 - first)
    list(resume(make_plan(epochs=more.epochs, schedule="constant")))
    torch.testing.assert_close(weights(make_plan().path), expected)


@pytest.mark.usefixtures("report_at_both_ends")
def test_a_run_that_is_trained_further_warms_up_and_comes_down_once_more(make_plan, monkeypatch):
    rates = []
    plain = loop_module._Run._step

    def noted(self, step, progress):
        loss = plain(self, step, progress)
        rates.append(self.optimizer.param_groups[0]["lr"])
        return loss

    monkeypatch.setattr(loop_module._Run, "_step", noted)
    list(train(make_plan(epochs=40)))
    at_the_end = rates[-1]
    rates.clear()
    list(resume(make_plan(epochs=80)))
    peak = int(np.argmax(rates))
    assert at_the_end < 1e-2 * rates[peak]
    assert rates[0] < 0.1 * rates[peak]
    assert rates[-1] < 1e-2 * rates[peak]
    assert np.all(np.diff(rates[peak:]) <= 0)


def test_a_run_that_is_trained_further_and_killed_goes_on_in_its_second_part(make_plan):
    list(train(make_plan(epochs=2)))
    list(resume(make_plan(epochs=6)))
    expected = weights(make_plan().path)
    list(train(make_plan(epochs=2)))
    list(islice(resume(make_plan(epochs=6)), 2 * make_plan().steps_per_epoch + 3))
    list(resume(make_plan(epochs=6)))
    torch.testing.assert_close(weights(make_plan().path), expected)


def test_minutes_are_added_to_those_of_the_run(make_plan):
    list(train(make_plan(epochs=1)))
    record = read_record(make_plan().state_path)
    assert record.extended(minutes=5.0).minutes == pytest.approx(5.0 + record.last.elapsed_s / 60)
    assert record.extended(minutes=5.0).epochs is None
    assert record.extended() == replace(make_plan(epochs=1).settings)


@pytest.mark.parametrize(("least", "ended_after"), [(0, 3), (3, 3), (6, 6)])
def test_a_run_ends_early_but_never_before_its_least_epochs(make_plan, monkeypatch, least, ended_after):
    losses_that_go(monkeypatch, 1.0, 2.0)  # best after the first epoch
    reports = list(train(make_plan(epochs=9, patience_epochs=2, least_epochs=least)))
    assert reports[-1].ended == "patience"
    assert reports[-1].epoch == ended_after


def test_no_run_ends_early_unless_asked(make_plan, monkeypatch):
    losses_that_go(monkeypatch, 1.0, 2.0)
    assert list(train(make_plan(epochs=9, least_epochs=0)))[-1].ended == "epochs"


def test_a_loss_that_is_repeated_in_reports_does_not_use_up_patience(make_plan, monkeypatch):
    measured = []

    def falling(self):
        measured.append(1.0 / (1 + len(measured)))
        return measured[-1]

    monkeypatch.setattr(HeldOut, "_measured", falling)
    reports = list(train(make_plan(epochs=6, patience_epochs=1, least_epochs=0)))
    assert len(reports) > len(measured), "test invalid: no report repeats a loss"
    assert reports[-1].ended == "epochs"


def test_reports_say_when_the_held_out_loss_was_measured(make_plan):
    plan = make_plan(epochs=3, keeps="best")
    reports = list(train(plan))
    spe = plan.steps_per_epoch
    assert {report.validated_step for report in reports} == {1, *range(spe, 3 * spe + 1, spe)}


def test_the_best_weights_are_kept_when_asked_for(make_plan, monkeypatch):
    list(train(make_plan(epochs=2, schedule="constant")))
    after_two = weights(make_plan().path)
    losses_that_go(monkeypatch, 5.0, 3.0, 1.0, 2.0)  # first report, then epochs 1, 2, 3, ...
    plan = make_plan(epochs=4, schedule="constant", keeps="best")
    list(train(plan))
    torch.testing.assert_close(weights(plan.path), after_two)
    card = load_model(plan.path).card
    assert card.training["weights"] == {"kept": "best", "epoch": 2.0}
    assert card.scores["validation_loss"] == 1.0


def test_the_best_weights_survive_an_interruption(make_plan, monkeypatch):
    losses_that_go(monkeypatch, 5.0, 1.0, 2.0)
    plan = make_plan(epochs=4, keeps="best")
    list(train(plan))
    expected = weights(plan.path)
    losses_that_go(monkeypatch, 5.0, 1.0, 2.0)
    list(islice(train(plan), 2 * plan.steps_per_epoch))
    list(resume(plan))
    torch.testing.assert_close(weights(plan.path), expected)


def test_the_last_weights_are_kept_otherwise_and_the_card_says_so(make_plan):
    plan = make_plan(epochs=2)
    list(train(plan))
    assert load_model(plan.path).card.training["weights"] == {"kept": "last", "epoch": 2.0}
