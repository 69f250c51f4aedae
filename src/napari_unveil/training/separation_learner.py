"""The recipe ``separation`` under training: mixtures of patches enter, losses and previews leave."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import torch

from napari_unveil.harvest import Batch, draw_batch
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.unet import UNet
from napari_unveil.recipes.mixing import mixing_of
from napari_unveil.recipes.separation import Separator
from napari_unveil.recipes.settings import RECIPE, settings_as_values
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.training.calibrating import error_bars_of
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.report import Preview
from napari_unveil.types import Frame, Frames, Indices

PREVIEWS_TO_CHOOSE_FROM = 16

FIRST_LOGIT = -2.0
"""A network with the share head begins by calling an eighth of everything noise."""


class SeparationLearner:
    """A U-Net that learns to take the sum of two patches apart; weights begin by chance or from the plan's parent."""

    name = RECIPE

    def __init__(self, plan: TrainingPlan) -> None:
        self._plan = plan
        self.network = _network(plan).to(plan.device)
        self.separator = Separator(plan.settings.recipe, self.network)
        self._mixing = mixing_of(plan.library, plan.training.noise, plan.settings.recipe)
        self._shown: Batch | None = None

    def draw(self, signal: Indices, noise: Indices, rng: np.random.Generator) -> Batch:
        """Each patch of ``signal`` with a factor and a partner of its own."""
        return draw_batch(
            self._plan.library,
            signal,
            noise,
            batch=len(signal),
            mixing=self._mixing,
            rng=rng,
        )

    def loss(self, examples: Batch) -> Tensor:
        """The recipe's loss, convolutions in the precision of the plan."""
        with self._precision():
            return self.separator.batch_loss(examples, self._plan.photon, self._plan.device)

    @torch.no_grad()
    def preview(self, step: int) -> Preview:
        """One held-out pair, the same in each run with this seed: of a few, one with much of both."""
        pair = self._pair_to_show()
        mixed = pair.signal + pair.noise
        self.network.eval()
        finite = torch.from_numpy(np.nan_to_num(mixed)).unsqueeze(1).to(self._plan.device)
        with self._precision():
            signal, noise, _ = self.separator(finite, self._plan.photon)
        missing = ~np.isfinite(mixed[0])
        return Preview(
            input=mixed[0],
            signal=_frame(signal, missing),
            noise=_frame(noise, missing),
            truth=np.where(missing, np.float32(np.nan), pair.signal[0]),
            unit=self._plan.library.unit,
            step=step,
        )

    def settings(self) -> Mapping[str, Any]:
        """The recipe's settings for the model card."""
        return settings_as_values(self._plan.settings.recipe)

    def deployed(self, weights: Mapping[str, Tensor]) -> torch.nn.Module:
        """A U-Net with ``weights``, which are given by the names of the trained network."""
        network = deepcopy(self.network)
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(weights[name])
        if self._plan.settings.parametrisation == "escnn":
            from napari_unveil.network.escnn_unet import converted

            return converted(network)
        return network

    def error_bars(self, network: torch.nn.Module) -> ErrorBars | None:
        """What the held-out patches say of the error bars of ``network``, as :meth:`deployed` gave it."""
        plan = self._plan
        return error_bars_of(
            Separator(plan.settings.recipe, network),
            plan.library,
            (plan.validation.signal, plan.validation.noise),
            mixing=self._mixing,
            photon=plan.photon,
            seed=plan.settings.seed,
        )

    def _precision(self) -> torch.autocast:
        kind, dtype = self._plan.device.type, self._plan.precision
        return torch.autocast(kind, dtype=dtype, enabled=dtype != torch.float32)

    def _pair_to_show(self) -> Batch:
        if self._shown is None:
            held_out, rng = self._plan.validation, np.random.default_rng([self._plan.settings.seed, 3])
            chosen = rng.permutation(held_out.signal)[:PREVIEWS_TO_CHOOSE_FROM]
            pairs = self.draw(chosen, held_out.noise, rng)
            telling = int(np.argmax(_rank(pairs.signal) + _rank(pairs.noise)))
            self._shown = Batch(pairs.signal[[telling]], pairs.noise[[telling]])
        return self._shown


def _network(plan: TrainingPlan) -> torch.nn.Module:
    torch.manual_seed(plan.settings.seed)
    if plan.settings.parametrisation == "escnn":
        from napari_unveil.network.escnn_unet import EscnnUNet

        return EscnnUNet(plan.settings.recipe.network)
    network = UNet(plan.settings.recipe.network)
    if plan.settings.recipe.head == "subtract":
        for parameter in network.projection.parameters():
            parameter.data.abs_()  # on latent maps >= 0: ReLU(l) begins alive; else it may never be
    if plan.settings.recipe.head == "share":
        biases = network.projection.get_parameter("bias").data
        biases[: len(biases) // network.settings.outputs] = FIRST_LOGIT
    if plan.parent is not None and plan.parent.weights:
        network.load_state_dict(dict(plan.parent.weights))
    return network


def _rank(patches: Frames) -> Indices:
    """Place of each patch (n,) in the order of intensity."""
    return np.argsort(np.argsort(np.nansum(patches, axis=(1, 2))))


def _frame(images: ImageBatch, missing: Any) -> Frame:
    frame: Frame = images[0, 0].float().cpu().numpy()
    return np.where(missing, np.float32(np.nan), frame)
