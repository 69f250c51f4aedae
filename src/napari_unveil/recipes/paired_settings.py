"""Recipe ``paired`` in plain values, without torch: settings, presets and what frames are to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, get_args

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary, Role
from napari_unveil.network.settings import IRUNetSettings, NetworkSettings, UNetSettings, VDSRSettings, network_settings
from napari_unveil.recipes.recipe import Preset, Recipe
from napari_unveil.types import Indices

RECIPE = "paired"

PairedEstimate = Literal["rate", "published"]

LOW_COUNT = Role(
    "low",
    "low count",
    "Short exposures: what the network sees.",
    certain=r"low|short|weak|lc",
)
HIGH_COUNT = Role(
    "high",
    "high count",
    "Long exposures of the same scenes in the same order: what the network is to give.",
    certain=r"high|long|strong|hc",
)


@dataclass(frozen=True, slots=True)
class PairedSettings:
    """What is trained, apart from how long.

    Parameters
    ----------
    network
        Kind and size of the network; published: VDSR or IRUNet.
    estimate
        ``published``: images divided by their sums and scaled by chance, 0.3 MAE + 0.7 (1 - MS-SSIM); the absolute
        intensity is not learned. ``rate``: photons, the exposure ratio known, Poisson likelihood; flux is kept.
    ratio
        Photons of a high count for each photon of a low count; None: it is taken from the patches.
    patch_px
        Side of the patches that the network is trained on.
    """

    network: NetworkSettings = field(default_factory=VDSRSettings)
    estimate: PairedEstimate = "published"
    ratio: float | None = None
    patch_px: int = 128

    def __post_init__(self) -> None:
        if self.estimate not in get_args(PairedEstimate):
            raise Refused(
                found=f"the estimate {self.estimate!r}",
                needed=f"one of {', '.join(get_args(PairedEstimate))}",
                remedy="choose another one",
            )
        if self.ratio is not None and not 0 < self.ratio < float("inf"):
            raise Refused(
                found=f"an exposure ratio of {self.ratio}",
                needed="a positive number: photons of a high count for each of a low count",
                remedy="leave it out, and it is taken from the patches",
            )
        if self.estimate == "rate" and isinstance(self.network, VDSRSettings):
            raise Refused(
                found="a VDSR network for the estimate 'rate'",
                needed="a network whose output is not its input with a correction",
                remedy="choose the network 'unet' or 'irunet', or the estimate 'published'",
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
        """The same settings with the side of the patches, and the exposure ratio of those at ``training``."""
        ratio = self.ratio if self.ratio is not None else _ratio(library, training)
        return replace(self, patch_px=library.patch, ratio=ratio)

    def begun_from(self, parent: Self) -> Self:
        """Network and estimate of ``parent``."""
        return replace(self, network=parent.network, estimate=parent.estimate)


def _ratio(library: PatchLibrary, training: Indices) -> float:
    (kind,) = library.kinds
    sums = np.zeros(2)
    for index in training:
        low, high = library.patches(kind, np.array([index]))[0]
        valid = np.isfinite(low) & np.isfinite(high)
        sums += low[valid].sum(dtype=np.float64), high[valid].sum(dtype=np.float64)
    if not (sums > 0).all():
        raise Refused(
            found=f"low counts of {sums[0]:.4g} and high counts of {sums[1]:.4g} in all patches together",
            needed="light in both, to know the ratio of exposures",
            remedy="choose other frames, or give the ratio",
        )
    return float(sums[1] / sums[0])


def _from_values(values: Mapping[str, Any]) -> PairedSettings:
    return PairedSettings(**{**values, "network": network_settings(values["network"])})


_COUNTING: Mapping[str, Any] = {"batch": 4, "learning_rate": 2e-3, "schedule": "cosine", "gradient_limit": 1.0}
_PUBLISHED: Mapping[str, Any] = {"epochs": 100, "batch": 8, "learning_rate": 5e-4, "amsgrad": True}

PAIRED = Recipe(
    name=RECIPE,
    title="From low to high counts",
    roles=(LOW_COUNT, HIGH_COUNT),
    presets={
        "published": Preset(PairedSettings(VDSRSettings()), _PUBLISHED, "published: VDSR (large, slow)"),
        "published-irunet": Preset(PairedSettings(IRUNetSettings()), _PUBLISHED, "published: IRUNet (large, slow)"),
        "default": Preset(
            PairedSettings(UNetSettings((8, 16, 32), 8, cell_px=2), "rate"), {"epochs": 100, **_COUNTING}, "default"
        ),
        "fast": Preset(
            PairedSettings(UNetSettings((4, 8, 16), 4, cell_px=2), "rate"), {"epochs": 40, **_COUNTING}, "fast (small)"
        ),
    },
    from_values=_from_values,
    model="napari_unveil.recipes.paired:PairedModel",
)
