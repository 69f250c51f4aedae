"""One linear loop: a plan in, reports out, a model file at the end.

What a step draws depends on the seed and the step alone, so a resumed run goes on as it would have.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import torch

from napari_unveil import __version__
from napari_unveil.errors import Failed
from napari_unveil.harvest import Batch, draw_batch
from napari_unveil.network.card import ModelCard
from napari_unveil.network.device import free_memory, is_out_of_memory
from napari_unveil.network.model_file import save_model
from napari_unveil.network.unet import UNet
from napari_unveil.recipes import separation
from napari_unveil.recipes.separation import Separator
from napari_unveil.training.plan import VALIDATION_PATCHES, Examples, TrainingPlan
from napari_unveil.training.state import TrainingReport, load_state, save_state

REPORT_EVERY_S = 2.0
OVERHEAD_SHARE = 0.05
"""Saving the state, and measuring the held-out loss, are spaced so that each takes about this share of the time."""

WARM_UP_STEPS = 50

StopAsked = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


def train(plan: TrainingPlan, *, stop: StopAsked = never) -> Iterator[TrainingReport]:
    """Train from the start.

    Yields
    ------
    TrainingReport
        At each one the state of the run is on disk. The last says why the run ended; by then the model is written.

    Raises
    ------
    Failed
        When memory runs out or the loss is no longer finite.
    """
    yield from _Run(plan).until(stop)


def resume(plan: TrainingPlan, *, stop: StopAsked = never) -> Iterator[TrainingReport]:
    """Go on from the last report of an interrupted run: its earlier reports come first, then as :func:`train`.

    Raises
    ------
    Refused
        When there is nothing to resume, or it was another run.
    """
    run = _Run(plan)
    run.reports = [replace(report, ended="") for report in load_state(plan, run.trained, run.optimizer)]
    last = run.reports[-1]
    run.reports[-1] = replace(last, ended=run.ended(last.step, last.elapsed_s, never))
    yield from run.reports
    if not run.reports[-1].ended:
        yield from run.until(stop)


class _Run:
    """Network, optimiser and reports of one run in this process."""

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan = plan
        torch.manual_seed(plan.settings.seed)
        self.trained = _trainable_network(plan).to(plan.device)
        self.separator = Separator(plan.settings.recipe, self.trained)
        self.optimizer = torch.optim.AdamW(self.trained.parameters(), lr=plan.settings.learning_rate, weight_decay=0.0)
        self.reports: list[TrainingReport] = []
        self._last_validation = math.nan
        self._validate_next_at = 0.0

    def until(self, stop: StopAsked) -> Iterator[TrainingReport]:
        try:
            yield from self._reports(stop)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise self._failure(
                "memory ran out", "resume on another device, or train anew with a smaller preset or batch"
            ) from error
        finally:
            free_memory(self.plan.device)

    def _reports(self, stop: StopAsked) -> Iterator[TrainingReport]:
        step = self.reports[-1].step if self.reports else 0
        before_s = self.reports[-1].elapsed_s if self.reports else 0.0
        began, pause_s = time.perf_counter(), REPORT_EVERY_S
        ended = ""
        while not ended:
            first_step, since, losses = step, time.perf_counter(), torch.zeros((), device=self.plan.device)
            while not ended and (step == first_step or time.perf_counter() - since < pause_s):
                elapsed_s = before_s + time.perf_counter() - began
                losses += self._step(step, self._progress(step, elapsed_s))
                step += 1
                ended = self.ended(step, before_s + time.perf_counter() - began, stop)
            patches = (step - first_step) * self.plan.settings.batch
            report = TrainingReport(
                step=step,
                epoch=step / self.plan.steps_per_epoch,
                training_loss=float(losses) / (step - first_step),
                validation_loss=self._validation_loss(due=bool(ended)),
                patches_per_second=patches / (time.perf_counter() - since),
                elapsed_s=before_s + time.perf_counter() - began,
                left_s=0.0,
                ended=ended,
            )
            self.reports.append(replace(report, left_s=self._left_s(report)))
            self._refuse_to_go_on_with_nonsense(report)
            pause_s = max(REPORT_EVERY_S, self._seconds_to_keep(ended) / OVERHEAD_SHARE)
            yield self.reports[-1]

    def _step(self, step: int, progress: float) -> torch.Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate(step, progress)
        self.trained.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._loss(self._training_batch(step))
        loss.backward()  # type: ignore[no-untyped-call]
        if self.plan.settings.gradient_limit is not None:
            torch.nn.utils.clip_grad_norm_(self.trained.parameters(), self.plan.settings.gradient_limit)
        self.optimizer.step()
        return loss.detach()

    def _loss(self, batch: Batch) -> torch.Tensor:
        plan = self.plan
        mixed = plan.precision != torch.float32
        with torch.autocast(plan.device.type, dtype=plan.precision, enabled=mixed):
            return self.separator.batch_loss(batch, plan.photon, plan.device)

    def _training_batch(self, step: int) -> Batch:
        plan = self.plan
        epoch, place = divmod(step, plan.steps_per_epoch)
        order = np.random.default_rng([plan.settings.seed, 0, epoch]).permutation(plan.training.signal)
        size = plan.settings.batch
        return self._draw(
            Examples(order[place * size : (place + 1) * size], plan.training.noise),
            np.random.default_rng([plan.settings.seed, 1, step]),
        )

    def _draw(self, examples: Examples, rng: np.random.Generator) -> Batch:
        return draw_batch(
            self.plan.library,
            examples.signal,
            examples.noise,
            batch=len(examples.signal),
            amplitude=self.plan.settings.recipe.amplitude,
            rng=rng,
        )

    def _validation_loss(self, *, due: bool) -> float:
        """Loss on the held-out patches, measured again when it is ``due`` or old enough, else as last measured."""
        began = time.perf_counter()
        if due or began >= self._validate_next_at:
            self._last_validation = self._measure_validation_loss()
            now = time.perf_counter()
            self._validate_next_at = now + (now - began) / OVERHEAD_SHARE
        return self._last_validation

    @torch.no_grad()
    def _measure_validation_loss(self) -> float:
        self.trained.eval()
        rng = np.random.default_rng([self.plan.settings.seed, 2])
        held_out = self.plan.validation
        chosen = rng.permutation(held_out.signal)[:VALIDATION_PATCHES]
        size = self.plan.settings.batch
        parts = [chosen[first : first + size] for first in range(0, len(chosen), size)]
        losses = [float(self._loss(self._draw(Examples(part, held_out.noise), rng))) * len(part) for part in parts]
        return sum(losses) / len(chosen)

    def _learning_rate(self, step: int, progress: float) -> float:
        rate = self.plan.settings.learning_rate
        if self.plan.settings.schedule == "constant":
            return rate
        return rate * min(1.0, (step + 1) / WARM_UP_STEPS) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))

    def _progress(self, step: int, elapsed_s: float) -> float:
        """Share of the run that is done, 1 at its end."""
        settings, shares = self.plan.settings, [0.0]
        if settings.epochs is not None:
            shares.append(step / (settings.epochs * self.plan.steps_per_epoch))
        if settings.minutes is not None:
            shares.append(elapsed_s / (60 * settings.minutes))
        return max(shares)

    def ended(self, step: int, elapsed_s: float, stop: StopAsked) -> str:
        """Why the run is over after ``step`` steps and ``elapsed_s`` seconds; "" while it is not."""
        settings = self.plan.settings
        if settings.epochs is not None and step >= settings.epochs * self.plan.steps_per_epoch:
            return "epochs"
        if settings.minutes is not None and elapsed_s >= 60 * settings.minutes:
            return "minutes"
        return "stopped" if stop() else ""

    def _left_s(self, report: TrainingReport) -> float:
        progress = self._progress(report.step, report.elapsed_s)
        return max(0.0, report.elapsed_s * (1 - progress) / progress)

    def _refuse_to_go_on_with_nonsense(self, report: TrainingReport) -> None:
        if not math.isfinite(report.training_loss + report.validation_loss):
            self.reports.pop()
            raise self._failure(
                "the loss is no longer finite",
                "train anew with another seed, or look at the patches for values that are no intensities",
            )

    def _seconds_to_keep(self, ended: str) -> float:
        began = time.perf_counter()
        save_state(self.plan, self.trained, self.optimizer, self.reports)
        if ended:
            save_model(self.plan.path, self._card(), _trained_unet(self.plan, self.trained))
        return time.perf_counter() - began

    def _card(self) -> ModelCard:
        plan, last = self.plan, self.reports[-1]
        return ModelCard(
            recipe=separation.NAME,
            settings=separation.settings_as_values(plan.settings.recipe),
            unit=plan.library.unit,
            photon_energy_keV=plan.photon_energy_keV,
            training={
                "library_sha256": plan.library_sha256,
                "library": plan.library.provenance,
                "patches_seen": last.step * plan.settings.batch,
                "run": {name: value for name, value in asdict(plan.settings).items() if name != "recipe"},
                "last_report": asdict(last),
            },
            scores={"validation_loss": last.validation_loss},
            version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _failure(self, found: str, remedy: str) -> Failed:
        step = self.reports[-1].step if self.reports else 0
        kept = f"the state after step {step} is in {self.plan.state_path}" if step else "nothing was kept"
        return Failed(found=f"{found} while training on {self.plan.device}", kept=kept, remedy=remedy)


def _trainable_network(plan: TrainingPlan) -> torch.nn.Module:
    if plan.settings.parametrisation == "escnn":
        from napari_unveil.network.escnn_unet import EscnnUNet

        return EscnnUNet(plan.settings.recipe.network)
    network = UNet(plan.settings.recipe.network)
    if plan.settings.recipe.head == "subtract":
        network.projection.bank.data.abs_()  # on latent maps >= 0: ReLU(l) begins alive; else it may never be
    return network


def _trained_unet(plan: TrainingPlan, network: torch.nn.Module) -> torch.nn.Module:
    if plan.settings.parametrisation == "escnn":
        from napari_unveil.network.escnn_unet import converted

        return converted(network)
    return network
