"""Recipe ``separation`` in plain values, without torch: settings, presets and what frames are to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, get_args

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest import library as libraries
from napari_unveil.harvest.roles import Role
from napari_unveil.network.settings import HeadName, ScalingName, UNetSettings, network_settings
from napari_unveil.recipes.recipe import Preset, Recipe
from napari_unveil.types import Indices

LossName = Literal["mae", "poisson", "poisson-cells"]
ReadoutName = Literal["twice", "once"]

RECIPE = libraries.SEPARATION

XRAY_ONLY = Role(
    "signal",
    "X-ray only",
    "Shots of the X-ray laser alone: signal patches are cut from them.",
    certain=r"only|alone|ref|reference",
    likely=r"x ?rays?",
)
FULL_SHOT = Role(
    "noise",
    "full shot",
    "Shots with the optical laser: noise patches are cut from them, outside the signal mask.",
    certain=r"full|laser|pump|pumped",
)


@dataclass(frozen=True, slots=True)
class SeparationSettings:
    """What is trained, apart from how long.

    Parameters
    ----------
    network
        Size of the U-Net.
    scaling, head, loss
        ``percentile``, ``subtract``, ``mae`` are the published ones; ``physical``, ``share``, ``poisson`` keep
        weak flux and give signal + noise = frame exactly. ``poisson-cells`` judges sums over cells, too.
    amplitude
        Range of the log-uniform random factor on each signal patch.
    noise_patches
        Fewest and most noise patches that are added to one signal patch; published: 1 and 1.
    readout
        ``once``: noise patches are taken for hits alone, without their readout noise, so that a sum has that of the
        signal patch only. ``twice``, as published: patches are added as they were measured.
    patch_px
        Side of the patches that the network is trained on (a run takes its library's) and that four passes cut.
    """

    network: UNetSettings = field(default_factory=UNetSettings)
    scaling: ScalingName = "percentile"
    head: HeadName = "subtract"
    loss: LossName = "mae"
    amplitude: tuple[float, float] = (0.5, 2.0)
    patch_px: int = 128
    noise_patches: tuple[int, int] = (1, 1)
    readout: ReadoutName = "twice"

    def __post_init__(self) -> None:
        for name, choices in (
            ("scaling", get_args(ScalingName)),
            ("head", get_args(HeadName)),
            ("loss", get_args(LossName)),
            ("readout", get_args(ReadoutName)),
        ):
            if getattr(self, name) not in choices:
                raise Refused(
                    found=f"{name} {getattr(self, name)!r}",
                    needed=f"one of {', '.join(choices)}",
                    remedy=f"choose another {name}",
                )
        low, high = self.amplitude
        if not 0 < low <= high < float("inf"):
            raise Refused(
                found=f"amplitudes from {low} to {high}",
                needed="a range of positive numbers, the lower one first",
                remedy="choose 1 to 1 to leave amplitudes as they are",
            )
        fewest, most = self.noise_patches
        if not 0 <= fewest <= most or most == 0:
            raise Refused(
                found=f"from {fewest} to {most} noise patches in a mixture",
                needed="a range of whole numbers, the lower one first, the higher one at least 1",
                remedy="choose 1 to 1 for one noise patch each",
            )
        if self.network.outputs > 1 and self.head != "share":
            raise Refused(
                found=f"an error bar with the head {self.head!r}",
                needed="the head 'share', which says how much is removed and so how much may be wrong",
                remedy="choose another head, or a network with one output",
            )

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return RECIPE

    @property
    def counts(self) -> bool:
        """Whether the model counts photons."""
        return self.scaling == "physical"

    def fitted_to(self, library: PatchLibrary, training: Indices) -> Self:
        """The same settings with the side of the patches."""
        del training
        return replace(self, patch_px=library.patch)

    def begun_from(self, parent: Self) -> Self:
        """Network, scaling and head of ``parent``."""
        return replace(self, network=parent.network, scaling=parent.scaling, head=parent.head)


def _from_values(values: Mapping[str, Any]) -> SeparationSettings:
    network = network_settings(values["network"])
    if not isinstance(network, UNetSettings):
        raise TypeError(f"a network of the kind {network.kind!r}, where a U-Net is needed")
    ranges = {name: tuple(values[name]) for name in ("amplitude", "noise_patches") if name in values}
    return SeparationSettings(**{**values, **ranges, "network": network})


def _counting(network: UNetSettings) -> SeparationSettings:
    return SeparationSettings(
        network,
        "physical",
        "share",
        "poisson-cells",
        amplitude=(0.7, 1.4),
        noise_patches=(0, 2),
        readout="once",
    )


SEPARATION = Recipe(
    name=RECIPE,
    title="Separate an additive background",
    roles=(XRAY_ONLY, FULL_SHOT),
    presets={
        "published": Preset(SeparationSettings(), {}, "published (large, slow)"),
        "default": Preset(
            _counting(UNetSettings((8, 16, 32), 8, cell_px=2, outputs=2)),
            {"epochs": 200, "batch": 4, "learning_rate": 2e-3, "schedule": "cosine", "gradient_limit": 1.0},
            "default",
        ),
        "fast": Preset(
            _counting(UNetSettings((4, 8, 16), 4, cell_px=2, outputs=2)),
            {"epochs": 60, "batch": 4, "learning_rate": 3e-3, "schedule": "cosine", "gradient_limit": 1.0},
            "fast (small)",
        ),
    },
    from_values=_from_values,
    model="napari_unveil.recipes.separation:Separator",
)
