"""Networks under test: a variant and a patch library enter, a model file and its budget leave; models on frames."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from torch.utils.flop_counter import FlopCounterMode

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.benchmark.table import Budget
from napari_unveil.benchmark.variants import Variant
from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.device import choose_device
from napari_unveil.recipes.separation import separator_from_file
from napari_unveil.training import TrainingPlan, plan_training, train
from napari_unveil.training.learner import learner_of
from napari_unveil.training.report import TrainingReport
from napari_unveil.types import Progress

PHOTON = 1.0
"""Frames come in photons."""


@dataclass(frozen=True, slots=True, eq=False)
class NetworkMethod:
    """A model on frames in photons.

    Parameters
    ----------
    name
        As in the table.
    denoiser
        The model at work.
    """

    name: str
    denoiser: Denoiser = field(repr=False)

    @classmethod
    def of(cls, name: str, path: Path, *, passes: int | None = None, device: str = "auto") -> "NetworkMethod":
        """The model in the file at ``path``; ``passes`` None: as many as it was made for.

        Raises
        ------
        Refused
            When the file is no model of the recipe ``separation``.
        """
        separator, _ = separator_from_file(path)
        settings = DenoisingSettings(PHOTON, default_passes(separator) if passes is None else passes)
        return cls(name, Denoiser(separator, choose_device(device), settings))

    def estimate(self, exposure: Exposure) -> Estimate:
        """Signal and noise as the network takes them apart, with its standard error where it gives one."""
        separation = self.denoiser.separate(exposure.frame)
        return Estimate(separation.signal, separation.error, separation.noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schooling:
    """What all trained networks have in common.

    Parameters
    ----------
    epochs
        How often each sees every signal patch.
    seed
        Of weights, split and draws.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    epochs: int
    seed: int = 0
    device: str = "auto"


def train_variant(
    variant: Variant, library: PatchLibrary, folder: Path, schooling: Schooling
) -> Iterator[tuple[Progress, Budget | None]]:
    """Train into ``model_path(variant, folder)``; the last report carries the budget.

    Raises
    ------
    Refused, Failed
        As :func:`napari_unveil.training.plan_training` and :func:`napari_unveil.training.train`.
    """
    settings = replace(
        variant.settings, epochs=schooling.epochs, minutes=None, seed=schooling.seed, device=schooling.device
    )
    plan = plan_training(library, settings, model_path(variant, folder))
    steps = plan.steps_per_epoch * schooling.epochs
    flop = steps * flop_of_step(plan)
    for report in train(plan):
        words = f"{variant.name}: loss {report.training_loss:.4g}, held out {report.validation_loss:.4g}"
        yield Progress(report.step, steps, words), _budget(plan, report, flop) if report.ended else None
    plan.state_path.unlink(missing_ok=True)


def model_path(variant: Variant, folder: Path) -> Path:
    """Where the network of a variant goes."""
    return folder / f"{variant.name}.safetensors"


def flop_of_step(plan: TrainingPlan) -> float:
    """Floating-point operations of one step, forwards and backwards, convolutions and matrix products counted."""
    learner = learner_of(plan)
    rng = np.random.default_rng(plan.settings.seed)
    examples = learner.draw(plan.training.signal[: plan.settings.batch], plan.training.noise, rng)
    with FlopCounterMode(display=False) as counter:
        learner.loss(examples).backward()  # type: ignore[no-untyped-call]
    return float(counter.get_total_flops()) * plan.settings.batch / len(examples.signal)


def _budget(plan: TrainingPlan, report: TrainingReport, flop: float) -> Budget:
    from safetensors import safe_open

    with safe_open(plan.path, "numpy") as file:
        parameters = sum(int(np.prod(file.get_slice(name).get_shape())) for name in file.keys())  # noqa: SIM118
    epochs, left = divmod(report.step, plan.steps_per_epoch)
    seen = epochs * len(plan.training.signal) + min(left * plan.settings.batch, len(plan.training.signal))
    return Budget(patches_seen=seen, flop=flop, seconds=report.elapsed_s, parameters=parameters)
