"""What the loop knows of a recipe: how examples are drawn, what they cost, and what is saved."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import nn

from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.recipes.model import RecipeModel
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.report import Preview
from napari_unveil.types import Frame, Indices, Mask

PREVIEWS_TO_CHOOSE_FROM = 16
PREVIEW_SEED = 3


class Learner(ABC):
    """A model that learns by a recipe, on the plan's device.

    Parameters
    ----------
    plan
        What is trained.
    model
        With its network, as the run begins.
    """

    def __init__(self, plan: TrainingPlan, model: RecipeModel) -> None:
        self.plan, self.model = plan, model.to(plan.device)

    @property
    def network(self) -> nn.Module:
        """What is trained."""
        return self.model.network

    @abstractmethod
    def draw(self, shown: Indices, partners: Indices, rng: np.random.Generator) -> Any:
        """Examples made of the patches ``shown`` (n,), each once, and of partners out of ``partners`` (m,)."""

    @abstractmethod
    def loss(self, examples: Any) -> Tensor:
        """Their loss, a scalar; convolutions in the precision of the plan."""

    @abstractmethod
    def example(self) -> tuple[Frame, Frame]:
        """A telling held-out patch (y, x), the same in each run with this seed, and what it is hoped to become."""

    @torch.no_grad()
    def preview(self, step: int) -> Preview:
        """A held-out patch, taken apart by the network as it is after ``step`` steps."""
        shown, truth = self.example()
        missing = ~np.isfinite(shown)
        self.network.eval()
        finite = torch.from_numpy(np.nan_to_num(shown)).view(1, 1, *shown.shape).to(self.plan.device)
        with self.precision():
            signal, noise, _ = self.model(finite, self.model.scale_of(shown, self.plan.photon))
        return Preview(
            input=shown,
            signal=_frame(signal, missing),
            noise=_frame(noise, missing),
            truth=np.where(missing, np.float32(np.nan), truth),
            unit=self.plan.library.unit,
            step=step,
        )

    def settings(self) -> Mapping[str, Any]:
        """The recipe's settings for the model card."""
        return asdict(self.plan.settings.recipe)  # type: ignore[call-overload, no-any-return]  # a dataclass

    def deployed(self, weights: Mapping[str, Tensor]) -> nn.Module:
        """The network to save, with ``weights`` by the names of the trained one."""
        network = deepcopy(self.network)
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(weights[name])
        return network

    def described(self) -> Mapping[str, Any]:
        """What the card of the model says of the patches, beside where they come from."""
        return {}

    def error_bars(self, network: nn.Module) -> ErrorBars | None:
        """What held-out patches say of the error bars of a network that is to be saved; None: nothing."""
        del network
        return None

    def precision(self) -> torch.autocast:
        """The precision of the plan, for a block."""
        kind, dtype = self.plan.device.type, self.plan.precision
        return torch.autocast(kind, dtype=dtype, enabled=dtype != torch.float32)


def learner_of(plan: TrainingPlan) -> Learner:
    """The learner that the plan asks for: of mixtures where the library has two kinds of patches, else of examples."""
    if len(plan.library.kinds) > 1:
        from napari_unveil.training.separation_learner import SeparationLearner

        return SeparationLearner(plan)
    from napari_unveil.training.aligned_learner import AlignedLearner

    return AlignedLearner(plan)


def _frame(images: ImageBatch, missing: Mask) -> Frame:
    frame: Frame = images[0, 0].float().cpu().numpy()
    return np.where(missing, np.float32(np.nan), frame)
