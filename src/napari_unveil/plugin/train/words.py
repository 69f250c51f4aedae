"""A run in sentences, and what its pictures are called."""

from dataclasses import asdict, dataclass

from napari_unveil.network.network_in_words import network_in_words
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.recipes.paired_settings import PairedSettings
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.training import TrainingReport

ENDS = {
    "": "the run goes on",
    "epochs": "all epochs are done",
    "minutes": "the time is over",
    "patience": "ended early, as the validation loss no longer fell",
    "stopped": "stopped",
}


def report_in_words(report: TrainingReport, *, paused: bool) -> str:
    """How far a run is and how fast, or that it waits."""
    if paused:
        return f"paused after epoch {report.epoch:.1f}; its state is on disk, and the time does not count"
    return (
        f"epoch {report.epoch:.1f}, {report.patches_per_second:.0f} patches per second, "
        f"{time_in_words(report.left_s)} left; validation loss {report.validation_loss:.4g}"
    )


def time_in_words(seconds: float) -> str:
    """Seconds, minutes or hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True, slots=True)
class Captions:
    """Names of what a network sees and of what it is to give, with a sentence on each."""

    input: str = "input"
    input_tip: str = "A patch that is not trained on: truth plus noise of another shot."
    truth: str = "truth"
    truth_tip: str = "The signal that it should have found."


OF_PAIRS = Captions(
    "low count",
    "A short exposure that is not trained on.",
    "high count",
    "The long exposure of the same place, brought to the short one's exposure.",
)
OF_PARTS = Captions(
    "other parts",
    "The mean of all parts but one, of a patch that is not trained on.",
    "part left out",
    "The part that was left out: the same signal with noise of its own, which nobody can predict.",
)
OF_ONE_PART = Captions(
    "one part",
    "One part of a patch that is not trained on.",
    "other parts",
    "The mean of the parts that were left out: the same signal with noise of its own, which nobody can predict.",
)


def captions_of(recipe: RecipeSettings) -> Captions:
    """What the pictures of a run are called."""
    if isinstance(recipe, PairedSettings):
        return OF_PAIRS
    if isinstance(recipe, Noise2InverseSettings):
        return OF_PARTS if recipe.strategy == "X:1" else OF_ONE_PART
    return Captions()


def inherited_in_words(parent: RecipeSettings) -> str:
    """What a model that is begun from brings along."""
    if isinstance(parent, SeparationSettings):
        widths = ", ".join(map(str, parent.network.widths))
        return f"The model brings its network ({widths}), scaling ({parent.scaling}) and head ({parent.head})."
    return f"The model brings its network: {network_in_words(asdict(parent.network))}."


def network_of_preset(recipe: RecipeSettings) -> str:
    """The network of a recipe whose network cannot be chosen in parts; empty where it can."""
    if isinstance(recipe, SeparationSettings):
        return ""
    return f"Network: {network_in_words(asdict(recipe.network))}."
