"""One linear loop: a plan in, reports out, a model file at the end.

What a step draws depends on the seed and the step alone, so a resumed run goes on as it would have.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from napari_unveil.errors import Failed
from napari_unveil.network.device import free_memory, is_out_of_memory
from napari_unveil.network.model_file import save_model
from napari_unveil.tensors import Tensor
from napari_unveil.training import schedule
from napari_unveil.training.clock import Clock, Spacing
from napari_unveil.training.held_out import HeldOut
from napari_unveil.training.learner import learner_of
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.provenance import card_of_run
from napari_unveil.training.record import Leg
from napari_unveil.training.report import TrainingReport
from napari_unveil.training.state import load_state, record_now, save_state, weights_of

REPORT_EVERY_S = 2.0
REPORT_EVERY_SHARE = 1 / 1800
"""Of the time so far: after an hour reports become rarer, so that a run of a night keeps some thousands of them."""

OVERHEAD_SHARE = 0.05
"""Saving the state, and measuring the held-out loss, are spaced so that each takes about this share of the time."""

PREVIEW_EVERY_S = 4.0
PREVIEW_SHARE = 0.01
"""Previews come at most so often, and take about this share of the time."""

Asked = Callable[[], bool]


def never() -> bool:
    """Nobody asks."""
    return False


def train(
    plan: TrainingPlan, *, stop: Asked = never, pause: Asked = never, preview: Asked = never
) -> Iterator[TrainingReport]:
    """Train from the start: from chance, or from the plan's parent.

    Parameters
    ----------
    plan
        What is trained.
    stop, pause
        Whether the run is to come to a good end, or to wait; asked after each step. A run that waits uses no core,
        its time does not count, and its state is on disk.
    preview
        Whether reports are to carry a preview now and then.

    Yields
    ------
    TrainingReport
        At each one the state of the run is on disk. The last says why the run ended; by then the model is written.

    Raises
    ------
    Failed
        When memory runs out or the loss is no longer finite.
    """
    yield from _Run(plan).until(stop, pause, preview)


def resume(
    plan: TrainingPlan, *, stop: Asked = never, pause: Asked = never, preview: Asked = never
) -> Iterator[TrainingReport]:
    """Go on from the last report of a run: its earlier reports come first, then as :func:`train`.

    A run that was interrupted goes on as if it had not been. One that had reached its limit goes on where the plan's
    is larger, with a learning rate as :mod:`napari_unveil.training.schedule` says; else it ends at once.

    Raises
    ------
    Refused
        When there is nothing to resume, or it was another run.
    """
    run = _Run(plan)
    run.go_back()
    yield from run.reports
    if not run.reports[-1].ended:
        yield from run.until(stop, pause, preview)


class _Run:
    """Network, optimiser and reports of one run in this process."""

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan = plan
        self.learner = learner_of(plan)
        self.trained = self.learner.network
        self.optimizer = torch.optim.AdamW(
            self.trained.parameters(),
            lr=plan.settings.learning_rate,
            weight_decay=0.0,
            amsgrad=plan.settings.amsgrad,
        )
        self.reports: list[TrainingReport] = []
        self.leg = Leg()
        self.clock = Clock()
        self.held_out = HeldOut(plan, self.learner, share=OVERHEAD_SHARE)
        self._previews = Spacing(PREVIEW_SHARE, least_s=PREVIEW_EVERY_S)

    def go_back(self) -> None:
        """Bring everything to where the run on disk stopped."""
        record, best_weights = load_state(self.plan, self.trained, self.optimizer)
        last = record.last
        self.held_out.go_back(record.best, best_weights)
        self.leg, self.clock = record.leg, Clock(last.elapsed_s)
        ended = self._why_over(last.step, last.elapsed_s)
        if record.complete and not ended:
            self.leg = Leg(last.step, last.elapsed_s)
        self.reports = [replace(report, ended="") for report in record.reports[:-1]] + [replace(last, ended=ended)]

    def until(self, stop: Asked, pause: Asked, preview: Asked) -> Iterator[TrainingReport]:
        try:
            yield from self._reports(stop, pause, preview)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            remedy = "resume on another device, or train anew with a smaller batch or a smaller preset"
            raise self._failure("memory ran out", remedy) from error.with_traceback(None)
        finally:
            self._let_go()

    def _reports(self, stop: Asked, pause: Asked, preview: Asked) -> Iterator[TrainingReport]:
        self.clock.go_on()
        report_every_s, ended = REPORT_EVERY_S, ""
        while not ended:
            if self.reports and self.clock.wait(pause, unless=stop) and stop():
                report = self._stopped_report()
            else:
                report = self._next_report(report_every_s, stop, pause)
            ended = report.ended
            self.reports.append(report)
            self._refuse_to_go_on_with_nonsense(report)
            keeping_s = self._seconds_to_keep(ended) / OVERHEAD_SHARE
            report_every_s = max(REPORT_EVERY_S, keeping_s, REPORT_EVERY_SHARE * report.elapsed_s)
            yield self._with_preview(report) if preview() else report

    def _next_report(self, after_s: float, stop: Asked, pause: Asked) -> TrainingReport:
        """Train for ``after_s`` seconds, or to the end of the run or the next pause; at least one step."""
        first_step = step = self.reports[-1].step if self.reports else 0
        began_s, ended, held = self.clock.elapsed_s(), "", False
        losses = torch.zeros((), device=self.plan.device)
        while step == first_step or not (ended or held or self.clock.elapsed_s() - began_s >= after_s):
            losses += self._step(step, self._progress(step, self.clock.elapsed_s()))
            step += 1
            self.held_out.after_step(step)
            ended = self._why_over(step, self.clock.elapsed_s()) or ("stopped" if stop() else "")
            held = pause()
        patches = (step - first_step) * self.plan.settings.batch
        training_loss = float(losses) / (step - first_step)
        speed = patches / (self.clock.elapsed_s() - began_s)
        (self.held_out.measure if ended else self.held_out.for_report)(step)
        elapsed_s = self.clock.elapsed_s()
        return TrainingReport(
            step=step,
            epoch=step / self.plan.steps_per_epoch,
            training_loss=training_loss,
            validation_loss=self.held_out.loss,
            patches_per_second=speed,
            elapsed_s=elapsed_s,
            left_s=schedule.seconds_left(self.leg, elapsed_s=elapsed_s, progress=self._progress(step, elapsed_s)),
            ended=ended,
            validated_step=self.held_out.step,
        )

    def _stopped_report(self) -> TrainingReport:
        """The last report once more, of a run that is stopped while it waits."""
        last = self.reports.pop()
        self.held_out.measure(last.step)
        return replace(last, ended="stopped", validation_loss=self.held_out.loss, validated_step=last.step)

    def _step(self, step: int, progress: float) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.learning_rate(self.plan.settings, self.leg, step=step, progress=progress)
        self.trained.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.learner.loss(self._training_batch(step))
        loss.backward()  # type: ignore[no-untyped-call]
        if self.plan.settings.gradient_limit is not None:
            torch.nn.utils.clip_grad_norm_(self.trained.parameters(), self.plan.settings.gradient_limit)
        self.optimizer.step()
        return loss.detach()

    def _training_batch(self, step: int) -> Any:
        plan = self.plan
        epoch, place = divmod(step, plan.steps_per_epoch)
        order = np.random.default_rng([plan.settings.seed, 0, epoch]).permutation(plan.training.shown)
        size = plan.settings.batch
        return self.learner.draw(
            order[place * size : (place + 1) * size],
            plan.training.partners,
            np.random.default_rng([plan.settings.seed, 1, step]),
        )

    def _with_preview(self, report: TrainingReport) -> TrainingReport:
        if not (report.ended or self._previews.due()):
            return report
        with self._previews:
            return replace(report, preview=self.learner.preview(report.step))

    def _progress(self, step: int, elapsed_s: float) -> float:
        plan = self.plan
        return schedule.progress(plan.settings, plan.steps_per_epoch, self.leg, step=step, elapsed_s=elapsed_s)

    def _why_over(self, step: int, elapsed_s: float) -> str:
        plan = self.plan
        return schedule.why_over(
            plan.settings, plan.steps_per_epoch, self.held_out.best, step=step, elapsed_s=elapsed_s
        )

    def _refuse_to_go_on_with_nonsense(self, report: TrainingReport) -> None:
        if not math.isfinite(report.training_loss + report.validation_loss):
            self.reports.pop()
            raise self._failure(
                "the loss is no longer finite",
                "train anew with another seed, or look at the patches for values that are no intensities",
            )

    def _seconds_to_keep(self, ended: str) -> float:
        began = time.perf_counter()
        record = record_now(self.plan, leg=self.leg, best=self.held_out.best, reports=self.reports)
        save_state(self.plan, self.trained, self.optimizer, record, self.held_out.best_weights)
        if ended:
            self._save_model()
        return time.perf_counter() - began

    def _save_model(self) -> None:
        best_weights = self.held_out.best_weights if self.plan.settings.keeps == "best" else {}
        card = card_of_run(self.plan, self.learner, self.reports[-1], self.held_out.best if best_weights else None)
        network = self.learner.deployed(best_weights or weights_of(self.trained))
        errors = self.learner.error_bars(network)
        save_model(self.plan.path, replace(card, errors=asdict(errors) if errors else {}), network)

    def _failure(self, found: str, remedy: str) -> Failed:
        step = self.reports[-1].step if self.reports else 0
        kept = f"the state after step {step} is in {self.plan.state_path}" if step else "nothing was kept"
        return Failed(found=f"{found} while training on {self.plan.device}", kept=kept, remedy=remedy)

    def _let_go(self) -> None:
        """Hand the memory of the device back: weights, gradients and moments lie on disk by now."""
        self.optimizer.zero_grad(set_to_none=True)
        self.optimizer.state.clear()
        self.trained.to("cpu")
        self.held_out.go_back(None, {})
        free_memory(self.plan.device)
