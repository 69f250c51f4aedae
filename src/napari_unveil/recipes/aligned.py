"""Models that learn from images of the same pixels: patches (channel, y, x) enter, pairs of input and target leave."""

from dataclasses import dataclass

import numpy as np

from napari_unveil.recipes.model import RecipeModel
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.types import Frames


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What a network sees and what it is to give, both (batch, y, x) in the unit of the library; NaN where bad."""

    input: Frames
    target: Frames


class AlignedModel(RecipeModel):
    """A model whose patches hold all that it learns from."""

    def example(self, patches: Frames, rng: np.random.Generator) -> Example:
        """Inputs and targets from ``patches`` (batch, channel, y, x)."""
        raise NotImplementedError

    def loss(self, inputs: ImageBatch, targets: ImageBatch, photon: float, rng: np.random.Generator) -> Tensor:
        """Loss, a scalar, of inputs and targets (batch, 1, y, x); NaN pixels of either do not count."""
        raise NotImplementedError

    def hoped_for(self, target: Frames) -> Frames:
        """A target (y, x) as the signal that it stands for, to be shown beside the prediction."""
        return target
