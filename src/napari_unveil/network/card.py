"""What a model is and where it comes from, read from the header of its file without torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from napari_unveil.errors import Refused

FORMAT = 1
HEADER_KEY = "napari_unveil"
KIND = "a model file of napari-unveil"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is and where it comes from.

    Parameters
    ----------
    recipe, settings
        Name of the recipe and its settings, as plain values.
    unit, photon_energy_keV
        Unit of the training frames, and the energy that turned keV into photons (None: not needed).
    training
        Settings of the run, patches seen, data hash, seed, final losses.
    scores
        Figures measured on held-out data, by name.
    version, created
        Version of this program and date (ISO 8601) of the run.
    errors
        ``scale`` and ``correlation`` of :class:`~napari_unveil.network.error_bars.ErrorBars`, as measured on patches
        that were held out; empty where they were not.
    """

    recipe: str
    settings: Mapping[str, Any]
    unit: str
    photon_energy_keV: float | None
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    version: str = ""
    created: str = ""
    errors: Mapping[str, float] = field(default_factory=dict)


def read_card(path: Path) -> ModelCard:
    """The card of the model file at ``path``; its weights are not read.

    Raises
    ------
    Refused
        When the file is absent, truncated, foreign or of another format version.
    """
    return card_of(path, read_header(path, HEADER_KEY, KIND))


def card_of(path: Path, header: Mapping[str, Any]) -> ModelCard:
    """The card in the ``header`` of the file at ``path``, or a refusal."""
    values = dict(header)
    found = values.pop("format", None)
    if found != FORMAT:
        raise Refused(
            found=f"{path} has model format {found}",
            needed=f"format {FORMAT}",
            remedy="use the version of napari-unveil that wrote it, or train the model again",
        )
    try:
        return ModelCard(**values)
    except TypeError as error:
        raise damaged(path, error) from error


def read_header(path: Path, key: str, kind: str) -> dict[str, Any]:
    """The JSON header under ``key`` of a safetensors file; ``kind`` names the file in the refusal."""
    try:
        with safe_open(path, "numpy") as file:
            return dict(json.loads((file.metadata() or {})[key]))
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise unreadable(path, kind, error) from error


def unreadable(path: Path, kind: str, error: Exception) -> Refused:
    """The refusal of a safetensors file that could not be opened because of ``error``."""
    reason = f"cannot be read ({error})"
    if isinstance(error, FileNotFoundError):
        reason = "is absent"
    elif isinstance(error, KeyError):
        reason = "is a safetensors file of another program"
    return Refused(found=f"{path} {reason}", needed=kind, remedy="choose another file, or train first")


def damaged(path: Path, error: Exception) -> Refused:
    """The refusal of a model file whose header is not as this program writes it."""
    return Refused(
        found=f"the header of {path} is damaged ({type(error).__name__}: {error})",
        needed="a model file as written by `unveil train`",
        remedy="train the model again, or get another copy",
    )
