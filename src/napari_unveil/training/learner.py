"""What the loop knows of a recipe: how examples are drawn, what they cost, and what is saved."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from torch import nn

from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.tensors import Tensor
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.report import Preview
from napari_unveil.training.separation_learner import SeparationLearner
from napari_unveil.types import Indices


class Learner(Protocol):
    """A network that learns by a recipe.

    Parameters
    ----------
    name
        Of the recipe.
    network
        What is trained, on the plan's device.
    """

    name: str
    network: nn.Module

    def draw(self, signal: Indices, noise: Indices, rng: np.random.Generator) -> Any:
        """Examples made of the patches ``signal`` (n,), each once, and of partners out of ``noise`` (m,)."""
        ...

    def loss(self, examples: Any) -> Tensor:
        """Their loss, a scalar."""
        ...

    def preview(self, step: int) -> Preview:
        """A held-out patch, taken apart by the network as it is after ``step`` steps."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The recipe's settings for the model card."""
        ...

    def deployed(self, weights: Mapping[str, Tensor]) -> nn.Module:
        """The network to save, with ``weights`` by the names of the trained one."""
        ...

    def error_bars(self, network: nn.Module) -> ErrorBars | None:
        """What held-out patches say of the error bars of a network that is to be saved; None: nothing."""
        ...


def learner_of(plan: TrainingPlan) -> Learner:
    """The learner that the plan asks for."""
    return SeparationLearner(plan)
