"""Networks in training: a variant and a patch library enter, a model file and its budget leave.

A training that was interrupted goes on from its last report.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
from torch.utils.flop_counter import FlopCounterMode

from napari_unveil.benchmark.table import Budget
from napari_unveil.benchmark.variants import Schooling, Variant
from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.unet import parameter_count
from napari_unveil.training import TrainingPlan, plan_training, read_record, resume, train
from napari_unveil.training.learner import learner_of
from napari_unveil.training.report import TrainingReport
from napari_unveil.types import Progress


def train_variant(
    variant: Variant, library: PatchLibrary, path: Path, schooling: Schooling
) -> Iterator[tuple[Progress, Budget | None]]:
    """Train into the file ``path``, or go on with a training that was interrupted; the last report has the budget.

    Raises
    ------
    Refused, Failed
        As :func:`napari_unveil.training.plan_training` and :func:`napari_unveil.training.train`.
    """
    plan = plan_training(library, schooling.settings(variant), path)
    steps = plan.steps_per_epoch * schooling.epochs
    flop, parameters = cost_of_step(plan)
    for report in _begun_or_resumed(plan):
        words = f"{variant.name}: loss {report.training_loss:.4g}, held out {report.validation_loss:.4g}"
        budget = Budget(_patches_seen(plan, report), steps * flop, report.elapsed_s, parameters)
        yield Progress(report.step, steps, words), budget if report.ended else None
    plan.state_path.unlink(missing_ok=True)


def cost_of_step(plan: TrainingPlan) -> tuple[float, int]:
    """Floating-point operations of one step, and trainable numbers of the network.

    Counted are convolutions and matrix products, forwards and backwards.
    """
    learner = learner_of(plan)
    rng = np.random.default_rng(plan.settings.seed)
    examples = learner.draw(plan.training.shown[: plan.settings.batch], plan.training.partners, rng)
    with FlopCounterMode(display=False) as counter:
        learner.loss(examples).backward()  # type: ignore[no-untyped-call]
    flop = float(counter.get_total_flops()) * plan.settings.batch / len(examples.signal)
    return flop, parameter_count(learner.network)


def _begun_or_resumed(plan: TrainingPlan) -> Iterator[TrainingReport]:
    """Reports from the start of the training, gone on with where an earlier one of the same kind was interrupted."""
    try:
        record = read_record(plan.state_path)
        if record.complete or replace(record.settings(), device=plan.settings.device) != plan.settings:
            return train(plan)
        reports = resume(plan)
        return chain([next(reports)], reports)
    except Refused:
        return train(plan)


def _patches_seen(plan: TrainingPlan, report: TrainingReport) -> int:
    epochs, left = divmod(report.step, plan.steps_per_epoch)
    count = len(plan.training.shown)
    return epochs * count + min(left * plan.settings.batch, count)
