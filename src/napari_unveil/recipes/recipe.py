"""What a recipe is to the program, in plain values: a new one is a file with settings and a line in the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from napari_unveil.harvest import PatchLibrary, Role
from napari_unveil.network.settings import NetworkSettings
from napari_unveil.types import Indices


class RecipeSettings(Protocol):
    """What is trained, apart from how long: a frozen dataclass of plain values."""

    @property
    def network(self) -> NetworkSettings:
        """Kind and size of the network."""
        ...

    @property
    def patch_px(self) -> int:
        """Side of the patches that the network is trained on."""
        ...

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        ...

    @property
    def counts(self) -> bool:
        """Whether the model counts photons, so that one photon must be known."""
        ...

    def fitted_to(self, library: PatchLibrary, training: Indices) -> Self:
        """The same settings with what a ``library`` and its patches at ``training`` (n,) say; the same each time."""
        ...

    def begun_from(self, parent: Self) -> Self:
        """The same settings with all that belongs to the weights of ``parent``."""
        ...


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings that go well together.

    Parameters
    ----------
    settings
        Of the recipe.
    run
        Of the training run, by the names of :class:`~napari_unveil.training.TrainingSettings`; others are its defaults.
    words
        What it is good for, for the user.
    """

    settings: RecipeSettings
    run: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to learn denoising.

    Parameters
    ----------
    name, title
        For the program, and for the user.
    roles
        What frames are to it.
    presets
        By name; ``default`` is among them.
    from_values
        Settings from what ``dataclasses.asdict`` gave, from a header.
    model
        Module and class that take frames apart, ``module:class``; loaded when it is needed, since it needs torch.
    """

    name: str
    title: str
    roles: tuple[Role, ...]
    presets: Mapping[str, Preset]
    from_values: Callable[[Mapping[str, Any]], RecipeSettings]
    model: str
