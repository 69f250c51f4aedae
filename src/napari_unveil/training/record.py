"""What the state file of a run says of it, apart from its tensors; read without torch."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from napari_unveil.errors import Refused
from napari_unveil.network.card import read_header
from napari_unveil.recipes.registry import recipe_called
from napari_unveil.recipes.separation_settings import RECIPE
from napari_unveil.training.report import TrainingReport
from napari_unveil.training.settings import TrainingSettings

KEY = "napari_unveil_state"
KIND = "the state of an earlier run, to resume it"
RECIPE_NAME = "recipe_name"
"""Key of a run's identity; absent in older states, which are of the recipe ``separation``."""

FREE_TO_CHANGE = ("epochs", "minutes", "device", "patience_epochs", "least_epochs", "keeps")
"""Settings that a resumed run may change."""

ROUNDING = 1e-6
"""A whole number of epochs that was divided and is no longer quite whole is taken for whole."""

LIMIT_REACHED = ("epochs", "minutes", "patience")
"""Reasons to end that are not the user's."""


def state_path_of(model_path: Path) -> Path:
    """Where the state of the run lies that trains the model at ``model_path``."""
    return model_path.with_suffix(".state.safetensors")


@dataclass(frozen=True, slots=True)
class Leg:
    """Where the present part of a run began: a run that had ended and is trained further begins another."""

    step: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Best:
    """The lowest loss on the held-out patches, and after how many steps it was measured."""

    step: int
    validation_loss: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run so far.

    Parameters
    ----------
    identity
        What a resumed run must have in common with it: patches, parent and settings, as plain values.
    limits
        The settings that may change (``FREE_TO_CHANGE``), as they were.
    leg
        Where its present part began.
    best
        Its best validation loss; None where nobody asked for it.
    reports
        All of them, in order.
    parent
        Name and SHA-256 of the model that it began from; empty without.
    """

    identity: Mapping[str, Any]
    limits: Mapping[str, Any]
    leg: Leg
    best: Best | None
    reports: tuple[TrainingReport, ...]
    parent: Mapping[str, str]

    @property
    def last(self) -> TrainingReport:
        """The newest report."""
        return self.reports[-1]

    @property
    def complete(self) -> bool:
        """Whether the run reached its limit."""
        return self.last.ended in LIMIT_REACHED

    def settings(self) -> TrainingSettings:
        """The settings that the run was trained with last."""
        names = {entry.name for entry in fields(TrainingSettings)} - {"recipe"}
        rest = {name: value for name, value in {**self.identity, **self.limits}.items() if name in names}
        recipe = recipe_called(self.identity.get(RECIPE_NAME, RECIPE))
        return TrainingSettings(recipe.from_values(self.identity["recipe"]), **rest)

    def extended(self, *, minutes: float | None = None, epochs: int | None = None) -> TrainingSettings:
        """The settings of a run that goes on for so many more minutes, or epochs, from where it is."""
        if epochs is not None:
            return replace(self.settings(), epochs=math.ceil(self.last.epoch - ROUNDING) + epochs, minutes=None)
        if minutes is not None:
            return replace(self.settings(), epochs=None, minutes=self.last.elapsed_s / 60 + minutes)
        return self.settings()

    def as_header(self) -> dict[str, Any]:
        """Plain values; the way back is :func:`record_of`."""
        return {
            "run": dict(self.identity),
            "limits": dict(self.limits),
            "leg": asdict(self.leg),
            "best": None if self.best is None else asdict(self.best),
            "reports": [report.as_values() for report in self.reports],
            "parent": dict(self.parent),
        }


def read_record(path: Path) -> RunRecord:
    """What the state file at ``path`` says of its run.

    Raises
    ------
    Refused
        When the file is absent, truncated, foreign or of another version.
    """
    return record_of(path, read_header(path, KEY, KIND))


def record_of(path: Path, header: Mapping[str, Any]) -> RunRecord:
    """The record in the ``header`` of the state file at ``path``, or a refusal."""
    try:
        best = header["best"]
        return RunRecord(
            identity=header["run"],
            limits=header["limits"],
            leg=Leg(**header["leg"]),
            best=None if best is None else Best(**best),
            reports=tuple(TrainingReport(**report) for report in header["reports"]),
            parent=header["parent"],
        )
    except (KeyError, TypeError) as error:
        raise Refused(
            found=f"{path} is the state of a run of another version ({type(error).__name__}: {error})",
            needed="a state as this version writes it",
            remedy="train anew, or fine-tune from the model beside it",
        ) from error
