"""Models by name or path: the shipped ones and the user's own."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_unveil.network.model_file import ModelFile
    from napari_unveil.recipes.model import RecipeModel

SHIPPED_MODEL = "default"


def model_path(name: str) -> Path:
    """The file of the model called ``name``: a shipped one, or a path."""
    shipped = Path(str(files("napari_unveil.models"))) / f"{name}.safetensors"
    return shipped if shipped.is_file() else Path(name)


def open_model(name: str) -> "tuple[RecipeModel, ModelFile]":
    """A model by name or path, ready to use, with its card."""
    from napari_unveil.recipes.model import model_from_file

    return model_from_file(model_path(name))
