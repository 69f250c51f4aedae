"""Recipe ``noise2inverse`` in plain values, without torch: settings, presets and what frames are to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, get_args

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary, Role
from napari_unveil.network.settings import MSDSettings, NetworkSettings, UNetSettings, network_settings
from napari_unveil.recipes.photons import COUNTING_UNITS
from napari_unveil.recipes.recipe import Preset, Recipe
from napari_unveil.types import Indices

RECIPE = "noise2inverse"

SplitEstimate = Literal["auto", "rate", "standardised"]
Strategy = Literal["X:1", "1:X"]

MEASUREMENT = Role(
    "measurement",
    "measurement",
    "Reconstructed slices, or frames, that know their independent parts.",
    certain=r"measurement|reconstruction|slices|split",
)
PATCHES_LOOKED_AT = 256


@dataclass(frozen=True, slots=True)
class Noise2InverseSettings:
    """What is trained, apart from how long.

    Parameters
    ----------
    network
        Kind and size of the network; published: MS-D of 100 layers.
    strategy
        ``X:1``: from the mean of all parts but one to that one, published as the better one. ``1:X``: from one part to
        the mean of the others.
    estimate
        ``standardised``: squared error, published. ``rate``: photons, Poisson likelihood. ``auto``: ``rate`` where
        the unit is a count, else ``standardised``.
    turned
        Whether patches are turned and mirrored by chance.
    offset, span
        Mean and standard deviation of what the network was trained on, in its unit; None: not known yet.
    split
        How the measurement was taken apart (:class:`~napari_unveil.splitting.SplitSettings` as plain values).
    patch_px
        Side of the patches that the network is trained on.
    """

    network: NetworkSettings = field(default_factory=MSDSettings)
    strategy: Strategy = "X:1"
    estimate: SplitEstimate = "standardised"
    turned: bool = False
    offset: float | None = None
    span: float | None = None
    split: Mapping[str, Any] = field(default_factory=dict)
    patch_px: int = 128

    def __post_init__(self) -> None:
        for name, choices in (("strategy", get_args(Strategy)), ("estimate", get_args(SplitEstimate))):
            if getattr(self, name) not in choices:
                raise Refused(
                    found=f"{name} {getattr(self, name)!r}",
                    needed=f"one of {', '.join(choices)}",
                    remedy=f"choose another {name}",
                )

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return RECIPE

    @property
    def counts(self) -> bool:
        """Whether the model counts photons."""
        return self.estimate == "rate"

    def fitted_to(self, library: PatchLibrary, training: Indices) -> Self:
        """The same settings with what the library says, and the mean and spread of its patches at ``training``."""
        some = training[np.linspace(0, len(training) - 1, min(len(training), PATCHES_LOOKED_AT)).astype(np.int64)]
        (kind,) = library.kinds
        values = library.patches(kind, some).mean(axis=1)
        spread = float(np.nanstd(values, dtype=np.float64))
        counted: SplitEstimate = "rate" if library.unit in COUNTING_UNITS else "standardised"
        return replace(
            self,
            estimate=counted if self.estimate == "auto" else self.estimate,
            offset=float(np.nanmean(values, dtype=np.float64)),
            span=spread if spread > 0 else 1.0,
            split=dict(library.provenance.get("split", {})),
            patch_px=library.patch,
        )

    def begun_from(self, parent: Self) -> Self:
        """Network and estimate of ``parent``."""
        return replace(self, network=parent.network, estimate=parent.estimate)


def _from_values(values: Mapping[str, Any]) -> Noise2InverseSettings:
    return Noise2InverseSettings(**{**values, "network": network_settings(values["network"])})


_RUN: Mapping[str, Any] = {"batch": 4, "learning_rate": 2e-3, "schedule": "cosine", "gradient_limit": 1.0}

NOISE2INVERSE = Recipe(
    name=RECIPE,
    title="Without clean data, from independent parts",
    roles=(MEASUREMENT,),
    presets={
        "published": Preset(
            Noise2InverseSettings(),
            {"epochs": 100, "batch": 8, "learning_rate": 1e-3},
            "published: MS-D, squared error (slow)",
        ),
        "default": Preset(
            Noise2InverseSettings(UNetSettings((8, 16, 32, 64), 8), estimate="auto", turned=True),
            {"epochs": 100, **_RUN},
            "default",
        ),
        "fast": Preset(
            Noise2InverseSettings(UNetSettings((4, 8, 16), 4), estimate="auto", turned=True),
            {"epochs": 40, **_RUN},
            "fast (small)",
        ),
    },
    from_values=_from_values,
    model="napari_unveil.recipes.noise2inverse:Noise2InverseModel",
)
