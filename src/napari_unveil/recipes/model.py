"""What all trained models have in common: frames (batch, 1, y, x) in, signal and noise out, in the frames' unit."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import torch
from torch import nn

from napari_unveil.errors import Refused
from napari_unveil.network.card import damaged
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.heads import Parts
from napari_unveil.network.model_file import ModelFile, load_model
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.registry import RECIPES, settings_of_model
from napari_unveil.tensors import ImageBatch
from napari_unveil.types import Frame, Frames

PREDICTED = ErrorBars()
"""Error bars as the network predicts them."""


class RecipeModel(nn.Module):
    """A network with what a recipe puts before and behind it.

    Parameters
    ----------
    settings, network
        What it is, and its network.
    errors
        How its error bars were found to be.

    Attributes
    ----------
    local
        Whether a pixel depends on its neighbourhood alone, so that tiles with a halo equal the whole frame.
    exact
        Whether signal + noise = frame by construction.
    takes_parts
        Whether it predicts from independent parts (part, y, x) of a frame instead of the frame itself.
    """

    local = True
    exact = True
    takes_parts = False

    def __init__(self, settings: RecipeSettings, network: nn.Module, errors: ErrorBars = PREDICTED) -> None:
        super().__init__()
        self.settings: Any = settings
        self.network = network
        self.errors = errors
        self.precision = torch.float32

    def forward(self, frames: ImageBatch, photon: float) -> Parts:
        """Signal and noise, each (batch, 1, y, x), of finite ``frames``; ``photon`` is one photon in their unit."""
        raise NotImplementedError

    def scale_of(self, frame: Frame, photon: float) -> float:
        """What :meth:`forward` is given for one photon, of a whole ``frame`` (y, x), before it is cut into tiles."""
        del frame
        return photon

    def inputs_of(self, frame: Frame | Frames) -> Sequence[Frame]:
        """Images (y, x) that are predicted from, of which the predictions' mean counts."""
        return (np.asarray(frame),)

    @property
    def gives_errors(self) -> bool:
        """Whether predictions come with a standard error."""
        return getattr(self.settings.network, "outputs", 1) > 1

    def with_network(self, network: nn.Module) -> Self:
        """The same model with another form of its network."""
        other = type(self)(self.settings, network, self.errors)
        other.precision = self.precision
        return other


def model_from_file(path: Path) -> tuple[RecipeModel, ModelFile]:
    """The model that ``path`` holds, ready to use, with its file's card.

    Raises
    ------
    Refused
        When the file is not a model, or of a recipe that is not known here.
    """
    file = load_model(path)
    settings = settings_of_model(path, file.card)
    try:
        model = new_model(settings, ErrorBars(**file.card.errors))
    except (TypeError, ValueError) as error:
        raise damaged(path, error) from error
    try:
        model.network.load_state_dict(dict(file.tensors))
    except RuntimeError as error:
        raise Refused(
            found=f"the tensors in {path} do not fit the network that its header describes",
            needed="a model file as written by `unveil train`",
            remedy="train the model again",
        ) from error
    return model.eval(), file


def new_model(settings: RecipeSettings, errors: ErrorBars = PREDICTED) -> RecipeModel:
    """A model with a new network."""
    module, name = RECIPES[settings.recipe].model.split(":")
    made = getattr(import_module(module), name)(settings, errors=errors)
    return cast(RecipeModel, made)
