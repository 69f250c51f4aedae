"""One model, one file: safetensors weights with everything needed to use them in a JSON header.

No pickle is ever loaded.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from napari_unveil.errors import Refused
from napari_unveil.saving import replacing
from napari_unveil.tensors import Tensor

FORMAT = 1
HEADER_KEY = "napari_unveil"


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
    """

    recipe: str
    settings: Mapping[str, Any]
    unit: str
    photon_energy_keV: float | None
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    version: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A loaded model file: its card, its tensors by name, and the SHA-256 of its bytes."""

    card: ModelCard
    tensors: Mapping[str, Tensor]
    sha256: str


def save_model(path: Path, card: ModelCard, network: torch.nn.Module) -> None:
    """Write ``network``'s tensors and ``card`` to ``path``, whole or not at all."""
    save_tensors(path, HEADER_KEY, {"format": FORMAT, **asdict(card)}, network.state_dict())


def load_model(path: Path) -> ModelFile:
    """Read a model file.

    Raises
    ------
    Refused
        When the file is absent, truncated, foreign or of another format version.
    """
    header, tensors = load_tensors(path, HEADER_KEY, "a model file of napari-unveil")
    found = header.pop("format", None)
    _refuse_nonsense(path, tensors)
    if found != FORMAT:
        raise Refused(
            found=f"{path} has model format {found}",
            needed=f"format {FORMAT}",
            remedy="use the version of napari-unveil that wrote it, or train the model again",
        )
    try:
        card = ModelCard(**header)
    except TypeError as error:
        raise damaged(path, error) from error
    return ModelFile(card, tensors, hashlib.sha256(path.read_bytes()).hexdigest())


def damaged(path: Path, error: Exception) -> Refused:
    """The refusal of a model file whose header is not as this program writes it."""
    return Refused(
        found=f"the header of {path} is damaged ({type(error).__name__}: {error})",
        needed="a model file as written by `unveil train`",
        remedy="train the model again, or get another copy",
    )


def save_tensors(path: Path, key: str, header: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write ``tensors`` with ``header`` as JSON under ``key``, whole or not at all."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as partial:
        partial.write_bytes(save(contiguous, {key: json.dumps(header)}))


def load_tensors(path: Path, key: str, kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read what :func:`save_tensors` wrote under ``key``; ``kind`` names it in the refusal."""
    try:
        with safe_open(path, "pt") as file:
            header = dict(json.loads((file.metadata() or {})[key]))
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        reason = "is absent"
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        reason = f"cannot be read ({error})"
    except KeyError:
        reason = "is a safetensors file of another program"
    raise Refused(found=f"{path} {reason}", needed=kind, remedy="choose another file, or train first")


def _refuse_nonsense(path: Path, tensors: Mapping[str, Tensor]) -> None:
    bad = [name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()]
    if bad:
        raise Refused(
            found=f"{path} holds numbers that are not finite, in {bad[0]}",
            needed="a model that was trained to a finite loss",
            remedy="train the model again, with a lower learning rate or other patches",
        )
