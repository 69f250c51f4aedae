"""What a training run is asked to do, and the presets."""

import math
from dataclasses import dataclass, field
from typing import Literal

from napari_unveil.errors import Refused
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.registry import recipe_called
from napari_unveil.recipes.separation_settings import RECIPE, SeparationSettings

Schedule = Literal["constant", "cosine"]
Parametrisation = Literal["p4", "escnn"]
Keeps = Literal["last", "best"]


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a recipe is trained.

    Parameters
    ----------
    recipe
        What is trained.
    epochs, minutes
        The run ends with the first of the two that is reached; an epoch shows each training signal patch once, and
        minutes count the whole run, resumed parts included (None: no such limit, but one of them there must be).
    batch
        Patches per step.
    learning_rate, schedule
        AdamW's step size, kept constant or lowered to zero along half a cosine over the run.
    amsgrad
        Whether steps are scaled by the largest second moment so far.
    gradient_limit
        Largest norm of a gradient (None: no limit).
    validation_share
        Share of the frames whose patches are held out.
    seed
        Seed of weights, split and draws.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    photon_energy_keV
        Overrides the library's (None: as in the library).
    parametrisation
        ``p4`` (plain torch) or ``escnn`` (needs the extra; saved as the same kind of model file).
    patience_epochs, least_epochs
        The run ends early when the loss on the held-out patches, measured anew at the end of each epoch, has not
        been lower than before for ``patience_epochs`` (None: never), but not before ``least_epochs``.
    keeps
        Which weights the model file holds: the ``last``, or those with the ``best`` validation loss, which is then
        measured at the end of each epoch.
    """

    recipe: RecipeSettings = field(default_factory=SeparationSettings)
    epochs: int | None = 400
    minutes: float | None = None
    batch: int = 16
    learning_rate: float = 1e-4
    schedule: Schedule = "constant"
    gradient_limit: float | None = None
    validation_share: float = 0.15
    seed: int = 0
    device: str = "auto"
    photon_energy_keV: float | None = None
    parametrisation: Parametrisation = "p4"
    patience_epochs: int | None = None
    least_epochs: int = 20
    keeps: Keeps = "last"
    amsgrad: bool = False

    def __post_init__(self) -> None:
        ends = [end for end in (self.epochs, self.minutes) if end is not None]
        lasting = ends and all(0 < end < math.inf for end in ends)
        if self.batch < 1 or self.seed < 0 or not lasting:
            raise Refused(
                found=f"{self.epochs} epochs, {self.minutes} minutes, batch {self.batch}, seed {self.seed}",
                needed="a positive number of epochs or of minutes, a patch per step, and a seed of at least 0",
                remedy="choose positive numbers",
            )
        if not (0 <= self.learning_rate < math.inf and 0 < self.validation_share < 1):
            raise Refused(
                found=f"a learning rate of {self.learning_rate} and a held-out share of {self.validation_share}",
                needed="a finite learning rate that is not negative, and a share between 0 and 1",
                remedy="choose other numbers, such as those of a preset",
            )
        if self.gradient_limit is not None and not self.gradient_limit > 0:
            raise Refused(
                found=f"a gradient limit of {self.gradient_limit}",
                needed="a positive number, or none",
                remedy="leave the limit out, or choose 1",
            )
        if self.least_epochs < 0 or (self.patience_epochs is not None and self.patience_epochs < 1):
            raise Refused(
                found=f"early stopping after {self.patience_epochs} epochs, not before {self.least_epochs}",
                needed="a patience of at least one epoch",
                remedy="choose larger numbers, or do without early stopping",
            )
        group = getattr(self.recipe.network, "group", "plain")
        if self.parametrisation == "escnn" and group != "p4":
            raise Refused(
                found=f"escnn for a network of the group {group!r}",
                needed="a network that commutes with quarter turns",
                remedy="choose the parametrisation p4, which builds both, or the group p4",
            )

    @property
    def watches(self) -> bool:
        """Whether the held-out loss is measured at the end of each epoch, because something depends on it."""
        return self.patience_epochs is not None or self.keeps == "best"


def separation_in(settings: TrainingSettings) -> SeparationSettings:
    """What ``settings`` say of the recipe ``separation``; a mistake of the program where they are another recipe's."""
    if not isinstance(settings.recipe, SeparationSettings):
        raise TypeError(f"settings of the recipe {settings.recipe.recipe!r}")
    return settings.recipe


def preset(name: str, recipe: str = RECIPE) -> TrainingSettings:
    """The preset called ``name`` of a recipe, or a refusal that lists them."""
    presets = recipe_called(recipe).presets
    if name not in presets:
        raise Refused(found=f"preset {name!r}", needed=f"one of {', '.join(presets)}", remedy="choose another preset")
    return TrainingSettings(presets[name].settings, **presets[name].run)
