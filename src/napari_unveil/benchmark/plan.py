"""What is asked of ``unveil benchmark quality``: settings enter, a plan leaves, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from napari_unveil.benchmark.campaigns import SHAPE, NamedCampaign, smaller, testing_campaigns
from napari_unveil.benchmark.catalogue import Choice, choose
from napari_unveil.benchmark.folder import MARKDOWN_FILE, RunFolder
from napari_unveil.benchmark.judging import Showing
from napari_unveil.benchmark.library import LibrarySettings
from napari_unveil.benchmark.table import Budget
from napari_unveil.benchmark.variants import Schooling, made_from
from napari_unveil.errors import Refused
from napari_unveil.saving import make_folder, refuse_unwritable

QUICK_CAMPAIGNS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySettings:
    """What is asked.

    Parameters
    ----------
    output
        Folder for the results; made when it is absent.
    names
        Methods; empty: all that can be had here.
    model
        A model file to judge as well.
    seed
        Decides every shot, patch and weight.
    shape
        Rows and columns of the shots that methods are judged by.
    showing
        How many shots.
    library
        What networks learn from.
    epochs
        How often each network sees every signal patch.
    device
        Where networks are trained and run.
    """

    output: Path
    names: tuple[str, ...] = ()
    model: Path | None = None
    seed: int = 0
    shape: tuple[int, int] = SHAPE
    showing: Showing = field(default_factory=Showing)
    library: LibrarySettings = field(default_factory=LibrarySettings)
    epochs: int = 30
    device: str = "auto"

    @property
    def schooling(self) -> Schooling:
        """What the trained networks have in common."""
        return Schooling(epochs=self.epochs, seed=self.seed, device=self.device)


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """A run that can begin; nothing is checked after this.

    Parameters
    ----------
    settings, choice, campaigns
        What is judged by what.
    kept
        What the training of those networks took that an earlier run left in the output folder, by variant.
    """

    settings: QualitySettings
    choice: Choice
    campaigns: tuple[NamedCampaign, ...]
    kept: Mapping[str, Budget]


def long_settings(output: Path, *, seed: int = 0, shots: int | None = None) -> QualitySettings:
    """Whole frames and a budget for a machine of its own."""
    return QualitySettings(
        output=output,
        seed=seed,
        showing=Showing(references=8, shots=8 if shots is None else shots, null_shots=3, seed=seed),
        library=LibrarySettings(seed=seed),
    )


def quick_settings(output: Path, *, seed: int = 0, shots: int | None = None) -> QualitySettings:
    """Smaller frames and a budget for two cores and a quarter of an hour."""
    return QualitySettings(
        output=output,
        seed=seed,
        shape=(256, 512),
        showing=Showing(references=4, shots=4 if shots is None else shots, null_shots=1, streaked=2, seed=seed),
        library=LibrarySettings(campaigns=QUICK_CAMPAIGNS, shots=1, seed=seed),
        epochs=2,
    )


def plan_quality(settings: QualitySettings) -> QualityPlan:
    """Resolve ``settings``, or refuse before anything is computed.

    Raises
    ------
    Refused
        When a method is unknown or cannot be had, the model is none, the device is absent, or nothing can be written.
    """
    if settings.seed < 0 or settings.showing.shots < 1:
        raise Refused(
            found=f"seed {settings.seed}, {settings.showing.shots} shots",
            needed="a seed of at least 0 and at least one shot",
            remedy="correct them",
        )
    choice = choose(settings.names)
    if settings.model is not None:
        from napari_unveil.network.card import read_card
        from napari_unveil.recipes.registry import settings_of_model

        settings_of_model(settings.model, read_card(settings.model))
    _refuse_absent_device(settings, choice)
    make_folder(settings.output)
    refuse_unwritable(settings.output / MARKDOWN_FILE)
    campaigns = tuple(
        NamedCampaign(one.name, smaller(one.campaign, settings.shape), one.inside) for one in testing_campaigns()
    )
    return QualityPlan(settings, choice, campaigns, _kept(settings, choice))


def _refuse_absent_device(settings: QualitySettings, choice: Choice) -> None:
    if choice.has_networks or settings.model is not None:
        from napari_unveil.network.device import choose_device

        choose_device(settings.device)


def _kept(settings: QualitySettings, choice: Choice) -> dict[str, Budget]:
    folder, schooling = RunFolder(settings.output), settings.schooling
    found = {
        one.name: folder.kept_budget(one.name, made_from(one, settings.library, schooling)) for one in choice.variants
    }
    return {name: budget for name, budget in found.items() if budget is not None}
