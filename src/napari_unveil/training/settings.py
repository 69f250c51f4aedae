"""What a training run is asked to do, and the presets."""

import math
from dataclasses import dataclass, field
from typing import Literal

from napari_unveil.errors import Refused
from napari_unveil.network.settings import UNetSettings
from napari_unveil.recipes.settings import SeparationSettings

Schedule = Literal["constant", "cosine"]
Parametrisation = Literal["p4", "escnn"]


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
    """

    recipe: SeparationSettings = field(default_factory=SeparationSettings)
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

    def __post_init__(self) -> None:
        ends = [end for end in (self.epochs, self.minutes) if end is not None]
        lasting = ends and all(0 < end < math.inf for end in ends)
        if self.batch < 1 or self.seed < 0 or not lasting:
            raise Refused(
                found=f"{self.epochs} epochs, {self.minutes} minutes, batch {self.batch}, seed {self.seed}",
                needed="a positive number of epochs or of minutes, a patch per step, and a seed of at least 0",
                remedy="choose positive numbers",
            )


PRESETS: dict[str, TrainingSettings] = {
    "published": TrainingSettings(),
    "default": TrainingSettings(
        recipe=SeparationSettings(
            UNetSettings((8, 16, 32, 64), 8), "physical", "share", "poisson", amplitude=(0.7, 1.4)
        ),
        epochs=200,
        learning_rate=2e-3,
        schedule="cosine",
        gradient_limit=1.0,
    ),
    "fast": TrainingSettings(
        recipe=SeparationSettings(
            UNetSettings((4, 8, 16, 32), 4), "physical", "share", "poisson", amplitude=(0.7, 1.4)
        ),
        epochs=60,
        learning_rate=3e-3,
        schedule="cosine",
        gradient_limit=1.0,
    ),
}


def preset(name: str) -> TrainingSettings:
    """The preset called ``name``, or a refusal that lists them."""
    if name not in PRESETS:
        raise Refused(found=f"preset {name!r}", needed=f"one of {', '.join(PRESETS)}", remedy="choose another preset")
    return PRESETS[name]
