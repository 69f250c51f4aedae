"""What a recipe is asked to train, apart from how long. Plain values, without torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from napari_unveil.errors import Refused
from napari_unveil.network.card import ModelCard, damaged
from napari_unveil.network.settings import HeadName, ScalingName, UNetSettings

LossName = Literal["mae", "poisson", "poisson-cells"]
ReadoutName = Literal["twice", "once"]

RECIPE = "separation"
"""Its name in model files."""


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


def settings_as_values(settings: SeparationSettings) -> dict[str, Any]:
    """Plain values for a header; the way back is :func:`settings_from_values`."""
    return asdict(settings)


def settings_from_values(values: Mapping[str, Any]) -> SeparationSettings:
    """The settings that a header holds as :func:`settings_as_values` gave them.

    Raises
    ------
    KeyError, TypeError
        When a value is missing or of another kind.
    """
    network = UNetSettings(**{**values["network"], "widths": tuple(values["network"]["widths"])})
    ranges = {name: tuple(values[name]) for name in ("amplitude", "noise_patches") if name in values}
    return SeparationSettings(**{**values, **ranges, "network": network})


def settings_of_model(path: Path, card: ModelCard) -> SeparationSettings:
    """The settings in the ``card`` of the model file at ``path``.

    Raises
    ------
    Refused
        When it is a model of another recipe, or its header is damaged.
    """
    if card.recipe != RECIPE:
        raise Refused(
            found=f"{path} is a model of the recipe {card.recipe!r}",
            needed=f"a model of the recipe {RECIPE!r}",
            remedy="choose another model",
        )
    try:
        return settings_from_values(card.settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from error
