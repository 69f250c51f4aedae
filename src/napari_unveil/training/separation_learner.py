"""The recipe ``separation`` under training: mixtures of patches enter, losses and previews leave."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from napari_unveil.harvest import Batch, draw_batch
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.unet import UNet
from napari_unveil.recipes.intensity_range import KEY, range_of
from napari_unveil.recipes.mixing import mixing_of
from napari_unveil.recipes.separation import Separator
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.tensors import Tensor
from napari_unveil.training.calibrating import error_bars_of
from napari_unveil.training.learner import PREVIEW_SEED, PREVIEWS_TO_CHOOSE_FROM, Learner
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.types import Frame, Frames, Indices

FIRST_LOGIT = -2.0
"""A network with the share head begins by calling an eighth of everything noise."""


class SeparationLearner(Learner):
    """A U-Net that learns to take the sum of two patches apart; weights begin by chance or from the plan's parent."""

    model: Separator

    def __init__(self, plan: TrainingPlan) -> None:
        recipe = plan.settings.recipe
        if not isinstance(recipe, SeparationSettings):
            raise TypeError(f"mixtures are learned by the recipe 'separation', not {recipe.recipe!r}")
        super().__init__(plan, Separator(recipe, _network(plan, recipe)))
        self._recipe = recipe
        self._mixing = mixing_of(plan.library, plan.training.partners, recipe)
        self._shown: Batch | None = None

    def draw(self, shown: Indices, partners: Indices, rng: np.random.Generator) -> Batch:
        """Each signal patch of ``shown`` with a factor and noise of its own."""
        return draw_batch(self.plan.library, shown, partners, batch=len(shown), mixing=self._mixing, rng=rng)

    def loss(self, examples: Batch) -> Tensor:
        """The recipe's loss."""
        with self.precision():
            return self.model.batch_loss(examples, self.plan.photon, self.plan.device)

    def example(self) -> tuple[Frame, Frame]:
        """A mixture and its signal: of a few pairs, one with much of both."""
        if self._shown is None:
            held_out, rng = self.plan.validation, np.random.default_rng([self.plan.settings.seed, PREVIEW_SEED])
            chosen = rng.permutation(held_out.shown)[:PREVIEWS_TO_CHOOSE_FROM]
            pairs = self.draw(chosen, held_out.partners, rng)
            telling = int(np.argmax(_rank(pairs.signal) + _rank(pairs.noise)))
            self._shown = Batch(pairs.signal[telling], pairs.noise[telling])
        return self._shown.signal + self._shown.noise, self._shown.signal

    def deployed(self, weights: Mapping[str, Tensor]) -> nn.Module:
        """A U-Net with ``weights``, which are given by the names of the trained network."""
        network = super().deployed(weights)
        if self.plan.settings.parametrisation == "escnn":
            from napari_unveil.network.escnn_unet import converted

            return converted(network)
        return network

    def described(self) -> Mapping[str, Any]:
        """The range of intensities in the library."""
        return {KEY: range_of(self.plan.library, self.plan.photon, self._recipe)}

    def error_bars(self, network: nn.Module) -> ErrorBars | None:
        """What the held-out patches say of the error bars of ``network``, as :meth:`deployed` gave it."""
        plan = self.plan
        return error_bars_of(
            Separator(self._recipe, network),
            plan.library,
            (plan.validation.shown, plan.validation.partners),
            mixing=self._mixing,
            photon=plan.photon,
            seed=plan.settings.seed,
        )


def _network(plan: TrainingPlan, recipe: SeparationSettings) -> nn.Module:
    torch.manual_seed(plan.settings.seed)
    if plan.settings.parametrisation == "escnn":
        from napari_unveil.network.escnn_unet import EscnnUNet

        return EscnnUNet(recipe.network)
    network = UNet(recipe.network)
    if recipe.head == "subtract":
        for parameter in network.projection.parameters():
            parameter.data.abs_()  # on latent maps >= 0: ReLU(l) begins alive; else it may never be
    if recipe.head == "share":
        biases = network.projection.get_parameter("bias").data
        biases[: len(biases) // network.settings.outputs] = FIRST_LOGIT
    if plan.parent is not None and plan.parent.weights:
        network.load_state_dict(dict(plan.parent.weights))
    return network


def _rank(patches: Frames) -> Indices:
    """Place of each patch (n,) in the order of intensity."""
    return np.argsort(np.argsort(np.nansum(patches, axis=(1, 2))))
