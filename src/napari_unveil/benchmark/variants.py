"""The networks that are trained for the benchmark, all on one library and with one budget."""

from dataclasses import dataclass, replace
from typing import Any

from napari_unveil.training.settings import TrainingSettings, preset


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


def _as_published(**changes: Any) -> TrainingSettings:
    """The published recipe in the size of the default network, so that one patch costs both as much."""
    published, size = preset("published"), preset("default").recipe.network
    return replace(published, recipe=replace(published.recipe, network=size), **changes)


def _default(**recipe: Any) -> TrainingSettings:
    default = preset("default")
    return replace(default, recipe=replace(default.recipe, **recipe))


def variants() -> tuple[Variant, ...]:
    """All of them, the published ones first, then the default, then the default with one thing changed."""
    return (
        _one("published", _as_published()),
        _one("published-escnn", _as_published(parametrisation="escnn")),
        Variant("default", preset("default"), (("default", None), ("default-4-passes", 4))),
        _one("default-subtract", _default(head="subtract")),
        _one("default-percentile", _default(scaling="percentile")),
        _one("default-mae", _default(loss="mae")),
        _one("published-full-width", preset("published")),
    )


def _one(name: str, settings: TrainingSettings) -> Variant:
    return Variant(name, settings, ((name, None),))
