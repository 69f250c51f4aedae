"""The loss on patches that are not trained on, when it was measured, and the best of it."""

import math
from collections.abc import Mapping

import numpy as np
import torch

from napari_unveil.tensors import Tensor
from napari_unveil.training.clock import Spacing
from napari_unveil.training.learner import Learner
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.record import Best
from napari_unveil.training.state import Weights, weights_of

HELD_OUT_PATCHES = 64
"""As many are measured on at most: always the same ones, with the same partners."""


class HeldOut:
    """Measures a learner's loss on the held-out patches of a plan.

    Parameters
    ----------
    share
        Of the time that measuring may take while nothing depends on it.

    Attributes
    ----------
    loss, step
        As last measured (NaN at first), and after how many steps.
    best, best_weights
        The lowest loss at the end of an epoch or of the run, and the weights it was measured with; both only where
        the settings ask for them.
    """

    def __init__(self, plan: TrainingPlan, learner: Learner, *, share: float) -> None:
        self._plan, self._learner, self._spacing = plan, learner, Spacing(share)
        self.loss, self.step = math.nan, 0
        self.best: Best | None = None
        self.best_weights: Weights = {}

    def go_back(self, best: Best | None, best_weights: Mapping[str, Tensor]) -> None:
        """Go on from the best of an earlier part of the run."""
        self.best, self.best_weights = best, dict(best_weights)

    def after_step(self, step: int) -> None:
        """At the end of an epoch, where something depends on it, measure; it is never spaced then."""
        if self._plan.settings.watches and step % self._plan.steps_per_epoch == 0:
            self.measure(step)

    def for_report(self, step: int) -> None:
        """Measure anew where it is old enough; what is measured at the end of each epoch is measured there alone."""
        watched_later = self._plan.settings.watches and math.isfinite(self.loss)
        if self.step != step and self._spacing.due() and not watched_later:
            with self._spacing:
                self.loss, self.step = self._measured(), step

    def measure(self, step: int) -> None:
        """Measure now, unless that was done after this step, and keep what is best."""
        if self.step != step:
            self.loss, self.step = self._measured(), step
        better = self.best is None or self.loss < self.best.validation_loss
        if self._plan.settings.watches and better and math.isfinite(self.loss):
            self.best = Best(step, self.loss)
            if self._plan.settings.keeps == "best":
                self.best_weights = {name: one.clone() for name, one in weights_of(self._learner.network).items()}

    @torch.no_grad()
    def _measured(self) -> float:
        self._learner.network.eval()
        rng = np.random.default_rng([self._plan.settings.seed, 2])
        held_out = self._plan.validation
        chosen = rng.permutation(held_out.shown)[:HELD_OUT_PATCHES]
        size = self._plan.settings.batch
        losses = []
        for first in range(0, len(chosen), size):
            part = chosen[first : first + size]
            losses.append(float(self._learner.loss(self._learner.draw(part, held_out.partners, rng))) * len(part))
        return sum(losses) / len(chosen)
