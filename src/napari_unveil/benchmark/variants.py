"""The networks that are trained for the benchmark, all on one library and with one budget."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from napari_unveil import __version__
from napari_unveil.benchmark.library import LibrarySettings, provenance_of
from napari_unveil.network.settings import UNetSettings
from napari_unveil.training.settings import TrainingSettings, preset, separation_in

EIGHTH_WIDTH = UNetSettings((4, 8, 16, 32), 4)


@dataclass(frozen=True, slots=True)
class Variant:
    """A network under test.

    Parameters
    ----------
    name
        As in the table.
    words
        What it is, in a sentence for the foot of the table.
    settings
        How it is trained; epochs, seed and device are those of the run.
    passes
        In which ways it is put to work, by name: 1 or 4 passes, None the model's own number.
    """

    name: str
    words: str
    settings: TrainingSettings
    passes: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schooling:
    """What all trained networks have in common.

    Parameters
    ----------
    epochs
        How often each sees every signal patch.
    seed
        Of weights, split and draws.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    epochs: int
    seed: int = 0
    device: str = "auto"

    def settings(self, variant: Variant) -> TrainingSettings:
        """How ``variant`` is trained."""
        return replace(variant.settings, epochs=self.epochs, minutes=None, seed=self.seed, device=self.device)


def made_from(variant: Variant, library: LibrarySettings, schooling: Schooling) -> dict[str, Any]:
    """What decides the weights of a variant, as plain values; where it is trained does not."""
    settings = asdict(schooling.settings(variant))
    settings.pop("device")
    return {"version": __version__, "training": settings, "library": provenance_of(library)}


def _published(**changes: Any) -> TrainingSettings:
    """The published recipe in an eighth of its width, so that a patch costs about as much as for the default.

    Its step size of 1e-4 is meant for 400 epochs; within the budget of a benchmark these steps come further.
    """
    published = preset("published")
    return replace(
        published,
        recipe=replace(separation_in(published), network=EIGHTH_WIDTH),
        batch=preset("default").batch,
        learning_rate=5e-4,
        schedule="cosine",
        gradient_limit=1.0,
        **changes,
    )


def _default(network: Mapping[str, Any] | None = None, **recipe: Any) -> TrainingSettings:
    """The default with something changed in its ``network`` or its recipe."""
    default = preset("default")
    begun = separation_in(default)
    return replace(default, recipe=replace(begun, network=replace(begun.network, **(network or {})), **recipe))


PUBLISHED_HERE = (
    "an eighth of the published width (4, 8, 16 and 32 fields), and for so short a training a step size of 5e-4 that "
    "falls along a cosine instead of 1e-4 throughout, batches of 4 patches instead of 16 and gradients of at most 1"
)
NO_ERROR_BAR: Mapping[str, Any] = {"outputs": 1}
"""Only the Poisson loss of the share head teaches an error bar."""


def variants() -> tuple[Variant, ...]:
    """All of them, the published ones first, then the default, then the default with one thing changed."""
    default, plain = "default", "default-plain"
    return (
        _one("published", f"the published recipe in {PUBLISHED_HERE}", _published()),
        _one(
            "published-escnn",
            "as published, with escnn's filters, which span 24 of the 36 dimensions of ours",
            _published(parametrisation="escnn"),
        ),
        Variant(
            default,
            "the preset default as `unveil train` has it, from chance; its first block works on cells of 2 x 2 pixels",
            preset("default"),
            ((default, None), (f"{default}-4-passes", 4)),
        ),
        _one(
            "default-subtract",
            "default with the published head, n = ReLU(l) and s = ReLU(x - n), which gives no error bar",
            _default(NO_ERROR_BAR, head="subtract"),
        ),
        _one(
            "default-percentile",
            "default with the published scaling, percentiles 1 and 99.95 of each patch, for which four passes are due",
            _default(scaling="percentile"),
        ),
        _one(
            "default-mae",
            "default with the published loss, mean absolute errors of noise and signal, which teaches no error bar",
            _default(NO_ERROR_BAR, loss="mae"),
        ),
        _one(
            "default-pixels",
            "default with the Poisson loss of pixels alone, without that of sums over cells of 8 and 32 pixels",
            _default(loss="poisson"),
        ),
        Variant(
            plain,
            "default with ordinary convolutions of as many channels and products, which nothing ties to quarter turns",
            _default({"group": "plain"}),
            ((plain, None), (f"{plain}-4-passes", 4)),
        ),
        _one(
            "published-full-width",
            "the published recipe as it is, step size, batch and width included; only its epochs are those of the run",
            preset("published"),
        ),
    )


def _one(name: str, words: str, settings: TrainingSettings) -> Variant:
    return Variant(name, words, settings, ((name, None),))
