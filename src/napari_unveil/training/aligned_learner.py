"""Recipes that learn from images of the same pixels, under training: patches enter, losses and previews leave."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch

from napari_unveil.recipes.aligned import AlignedModel, Example
from napari_unveil.recipes.model import new_model
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.training.learner import PREVIEW_SEED, PREVIEWS_TO_CHOOSE_FROM, Learner
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.types import Frame, Frames, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Examples, and the source of chance of what is done to them."""

    example: Example
    rng: np.random.Generator


class AlignedLearner(Learner):
    """A model that learns to give one image of a patch from others; begins by chance or from the plan's parent."""

    model: AlignedModel

    def __init__(self, plan: TrainingPlan) -> None:
        torch.manual_seed(plan.settings.seed)
        model = cast(AlignedModel, new_model(plan.settings.recipe))
        (self._kind,) = plan.library.kinds
        if plan.parent is not None and plan.parent.weights:
            model.network.load_state_dict(dict(plan.parent.weights))
        super().__init__(plan, model)
        self._shown: tuple[Frame, Frame] | None = None

    def draw(self, shown: Indices, partners: Indices, rng: np.random.Generator) -> Drawn:
        """Each patch of ``shown`` as an input and a target."""
        del partners
        return Drawn(self.model.example(self.plan.library.patches(self._kind, shown), rng), rng)

    def loss(self, examples: Drawn) -> Tensor:
        """The recipe's loss."""
        inputs, targets = (self._tensor(each) for each in (examples.example.input, examples.example.target))
        with self.precision():
            return self.model.loss(inputs, targets, self.plan.photon, examples.rng)

    def example(self) -> tuple[Frame, Frame]:
        """The input and the target with the most contrast of a few."""
        if self._shown is None:
            rng = np.random.default_rng([self.plan.settings.seed, PREVIEW_SEED])
            chosen = rng.permutation(self.plan.validation.shown)[:PREVIEWS_TO_CHOOSE_FROM]
            pairs = self.draw(chosen, np.array([], np.int64), rng).example
            telling = int(np.argmax(np.nanstd(pairs.target, axis=(1, 2))))
            self._shown = pairs.input[telling], self.model.hoped_for(pairs.target[telling])
        return self._shown

    def _tensor(self, patches: Frames) -> ImageBatch:
        return torch.from_numpy(np.asarray(patches, np.float32)).unsqueeze(1).to(self.plan.device)
