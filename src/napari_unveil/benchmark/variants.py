"""The networks that are trained for the benchmark, all on one library and with one budget."""

from dataclasses import dataclass, replace
from typing import Any

from napari_unveil.network.settings import UNetSettings
from napari_unveil.training.settings import TrainingSettings, preset

QUARTER_WIDTH = UNetSettings((8, 16, 32, 64), 8)


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
    """The published recipe in a quarter of its width: a patch costs a sixteenth."""
    published = preset("published")
    return replace(published, recipe=replace(published.recipe, network=QUARTER_WIDTH), **changes)


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
