"""A request to train enters, losses and previews on the way and a model file leave."""

import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napari_unveil.errors import Refused
from napari_unveil.frames import size_text
from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import read_card
from napari_unveil.network.host import cpu_in_words
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import Session
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.registry import recipe_called, settings_of_model
from napari_unveil.saving import refuse_unwritable
from napari_unveil.training import RunRecord, TrainingReport, TrainingSettings, read_record, state_path_of
from napari_unveil.training.memory import training_bytes
from napari_unveil.types import Progress
from napari_unveil.workflow.models import model_path

AT_STAKE = "A network is being trained; its state is kept, and the run can be resumed."


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What is to be trained.

    Parameters
    ----------
    library
        Patch library; None: not chosen.
    settings
        How, and how long.
    parent
        The model to begin from: a shipped one by name, or a path; empty: begin from chance.
    path
        The model file to write.
    """

    library: Path | None
    settings: TrainingSettings
    parent: str
    path: Path


@dataclass(frozen=True, slots=True)
class GoOnRequest:
    """Which run is to be gone on with, and for how much longer.

    Parameters
    ----------
    library, path, device
        Patches, the run's model file, and where it runs now.
    minutes, epochs
        To be added to what the run has had; both None: up to the limit that it has.
    """

    library: Path | None
    path: Path
    device: str
    minutes: float | None = None
    epochs: int | None = None


@dataclass(frozen=True, slots=True)
class RunNews:
    """The reports of a run so far (the newest may carry a preview), its device by name and memory, and its recipe."""

    reports: tuple[TrainingReport, ...]
    device: str
    recipe: RecipeSettings


@dataclass(frozen=True, slots=True)
class DeviceNews:
    """A device by name and memory."""

    device: str


def check(request: TrainRequest) -> PatchLibrary:
    """Open the library; refuse what can be refused without loading torch."""
    refuse_unwritable(request.path)
    parent, library = inherited_recipe(request.parent), opened(request.library)
    if parent is not None and parent.recipe != library.recipe:
        raise Refused(
            found=f"{model_path(request.parent).name} is a model of the recipe “{recipe_called(parent.recipe).title}”, "
            f"and the patches are for “{recipe_called(library.recipe).title}”",
            needed="a model of the recipe that the patches are for",
            remedy="choose another model, or begin from random weights",
        )
    return library


def recipe_of(path: Path | None) -> str | None:
    """The recipe that the patches at ``path`` are for; None where there are no such patches."""
    try:
        return opened(path).recipe
    except Refused:
        return None


def opened(path: Path | None) -> PatchLibrary:
    """The library at ``path``, or a refusal."""
    if path is None:
        raise Refused(
            found="no patch library is chosen",
            needed="a file written by a harvest",
            remedy="harvest patches first, or choose a file",
        )
    return PatchLibrary.open(path)


def inherited_recipe(parent: str) -> RecipeSettings | None:
    """The settings of the model to begin from; None where there is none.

    Raises
    ------
    Refused
        When it is no model.
    """
    if not parent:
        return None
    path = model_path(parent)
    return settings_of_model(path, read_card(path))


def needs_in_words(request: TrainRequest, library: PatchLibrary) -> str:
    """How much memory the run takes, about."""
    recipe = inherited_recipe(request.parent) or request.settings.recipe
    settings = replace(request.settings, recipe=recipe)
    return f"The run takes about {size_text(training_bytes(settings, library.patch))}."


def device_is_known(device: str) -> bool:
    """Whether it can be said which device that is without loading torch."""
    return device == "cpu" or "torch" in sys.modules


def device_in_words(device: str) -> str:
    """What is known of a device without loading torch."""
    if "torch" in sys.modules:
        from napari_unveil.network.device import choose_device
        from napari_unveil.network.device import device_in_words as in_words

        return in_words(choose_device(device))
    words = {"cpu": cpu_in_words(), "auto": f"A GPU where there is one, else {cpu_in_words()}"}
    return words.get(device, "A GPU, if there is one")


def stamp_beside(path: Path) -> tuple[Path, int] | None:
    """The state file of the run that trained the model at ``path``, and when it was written; None without one."""
    state = state_path_of(path) if path.name else path
    return (state, state.stat().st_mtime_ns) if state.is_file() else None


def record_beside(path: Path) -> RunRecord | None:
    """What is known of the run that trained the model at ``path``; None where there is no state of it."""
    return read_record(state_path_of(path)) if stamp_beside(path) is not None else None


def start(session: Session, request: TrainRequest) -> None:
    """Train from the start beside the window; the model is announced when it is written."""
    _run(session, lambda control: _training(request, control))


def go_on(session: Session, request: GoOnRequest) -> None:
    """Go on with a run: after an interruption, or for longer."""
    _run(session, lambda control: _going_on(request, control))


def look_at_device(session: Session, device: str) -> None:
    """Load torch and see which device that is."""
    session.task("train").run(lambda _: _looking(device), done=lambda _: None)


def _run(session: Session, work: Callable[[Control], Job]) -> None:
    session.task("train").run(work, done=session.announce_model, at_stake=lambda: AT_STAKE)


def _training(request: TrainRequest, control: Control) -> Job:
    yield from _loading_torch()
    from napari_unveil import training

    yield Progress(0, 0, "reading the patches")
    library = check(request)
    parent = training.parent_from_file(model_path(request.parent)) if request.parent else None
    yield Progress(0, 0, "preparing network and device")
    plan = training.plan_training(library, request.settings, request.path, parent=parent)
    yield from _news(training.train, plan, control)
    return request.path


def _going_on(request: GoOnRequest, control: Control) -> Job:
    yield from _loading_torch()
    from napari_unveil import training

    yield Progress(0, 0, "reading the patches and the state of the run")
    library = opened(request.library)
    record = read_record(state_path_of(request.path))
    settings = replace(record.extended(minutes=request.minutes, epochs=request.epochs), device=request.device)
    yield Progress(0, 0, "preparing network and device")
    plan = training.plan_again(library, request.path, settings, record)
    yield from _news(training.resume, plan, control)
    return request.path


def _looking(device: str) -> Job:
    yield from _loading_torch()
    yield DeviceNews(device_in_words(device))


def _loading_torch() -> Generator[Progress, None, None]:
    if "torch" not in sys.modules:
        yield Progress(0, 0, "loading torch, which takes some seconds the first time")
    from napari_unveil.network.loading import load_torch

    load_torch()
    from napari_unveil.network.device import leave_one_core_free

    leave_one_core_free()


def _news(begin: Callable[..., Iterator[TrainingReport]], plan: Any, control: Control) -> Iterator[Any]:
    """All reports so far, so that none is missed when only the newest is told."""
    from napari_unveil.network.device import device_in_words as in_words

    yield Progress(0, 0, f"the first steps on {in_words(plan.device)}")
    so_far: list[TrainingReport] = []
    for report in begin(plan, stop=control.stop_asked, pause=control.pause_asked, preview=lambda: True):
        so_far.append(replace(report, preview=None))
        yield RunNews((*so_far[:-1], report), in_words(plan.device), plan.settings.recipe)
