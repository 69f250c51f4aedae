"""The model that a run begins from instead of chance: a model file enters, weights and settings leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.tensors import Tensor
from napari_unveil.training.settings import TrainingSettings


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """A model to fine-tune.

    Parameters
    ----------
    name, sha256
        Of its file, for the card of the model that comes of it.
    path, recipe, weights
        The file, its settings and its weights; absent where a run is resumed, which has weights of its own.
    """

    name: str
    sha256: str
    path: Path | None = None
    recipe: RecipeSettings | None = None
    weights: Mapping[str, Tensor] = field(default_factory=dict)

    def as_values(self) -> dict[str, str]:
        """Name and hash, for a header."""
        return {"name": self.name, "sha256": self.sha256}


def parent_from_file(path: Path) -> Parent:
    """The model at ``path``, to begin from.

    Raises
    ------
    Refused
        When the file is no model.
    """
    model, file = model_from_file(path)
    return Parent(path.name, file.sha256, path, model.settings, file.tensors)


def inherited(settings: TrainingSettings, parent: Parent) -> TrainingSettings:
    """The ``settings`` with what belongs to the weights taken from ``parent``, such as network, scaling and head.

    Raises
    ------
    Refused
        When the parent is of another recipe, or the run is to use escnn, whose filters cannot hold just any weights.
    """
    if parent.recipe is None:
        return settings
    if settings.parametrisation == "escnn":
        raise Refused(
            found=f"a run with escnn that begins from {parent.name}",
            needed="the parametrisation p4, which can hold the weights of any model",
            remedy="choose p4, or begin from chance",
        )
    if parent.recipe.recipe != settings.recipe.recipe:
        raise Refused(
            found=f"{parent.name} is a model of the recipe {parent.recipe.recipe!r}",
            needed=f"a model of the recipe {settings.recipe.recipe!r}",
            remedy="choose another model, or begin from chance",
        )
    return replace(settings, recipe=settings.recipe.begun_from(parent.recipe))
