"""The networks that are trained for the benchmark, all on one library and with one budget."""

from dataclasses import dataclass, replace
from typing import Any

from napari_unveil.network.settings import UNetSettings
from napari_unveil.training.settings import TrainingSettings, preset

EIGHTH_WIDTH = UNetSettings((4, 8, 16, 32), 4)


@dataclass(frozen=True, slots=True)
class Variant:
    """A network under test.

    Parameters
    ----------
    name
        As in the table.
    settings
        How it is trained; epochs, seed and device are those of the run.
    passes
        In which ways it is put to work, by name: 1 or 4 passes, None the model's own number.
    """

    name: str
    settings: TrainingSettings
    passes: tuple[tuple[str, int | None], ...]


def _published(**changes: Any) -> TrainingSettings:
    """The published recipe in an eighth of its width, so that a patch costs about as much as for the default.

    Its step size of 1e-4 is meant for 400 epochs; within the budget of a benchmark these steps come further.
    """
    published = preset("published")
    return replace(
        published,
        recipe=replace(published.recipe, network=EIGHTH_WIDTH),
        batch=preset("default").batch,
        learning_rate=5e-4,
        schedule="cosine",
        gradient_limit=1.0,
        **changes,
    )


def _default(*, outputs: int | None = None, **recipe: Any) -> TrainingSettings:
    """The default with one thing changed; a head without an error bar has one output."""
    default = preset("default")
    network = default.recipe.network if outputs is None else replace(default.recipe.network, outputs=outputs)
    return replace(default, recipe=replace(default.recipe, network=network, **recipe))


def variants() -> tuple[Variant, ...]:
    """All of them, the published ones first, then the default, then the default with one thing changed."""
    return (
        _one("published", _published()),
        _one("published-escnn", _published(parametrisation="escnn")),
        Variant("default", preset("default"), (("default", None), ("default-4-passes", 4))),
        _one("default-subtract", _default(head="subtract", outputs=1)),
        _one("default-percentile", _default(scaling="percentile")),
        _one("default-mae", _default(loss="mae")),
        _one("published-full-width", preset("published")),
    )


def _one(name: str, settings: TrainingSettings) -> Variant:
    return Variant(name, settings, ((name, None),))
