"""One model, one file: safetensors weights with everything needed to use them in a JSON header.

No pickle is ever loaded.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from napari_unveil.errors import Refused
from napari_unveil.network.card import FORMAT, HEADER_KEY, KIND, ModelCard, card_of, unreadable
from napari_unveil.saving import replacing
from napari_unveil.tensors import Tensor


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
    header, tensors = load_tensors(path, HEADER_KEY, KIND)
    _refuse_nonsense(path, tensors)
    return ModelFile(card_of(path, header), tensors, hashlib.sha256(path.read_bytes()).hexdigest())


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
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise unreadable(path, kind, error) from error


def _refuse_nonsense(path: Path, tensors: Mapping[str, Tensor]) -> None:
    bad = [name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()]
    if bad:
        raise Refused(
            found=f"{path} holds numbers that are not finite, in {bad[0]}",
            needed="a model that was trained to a finite loss",
            remedy="train the model again, with a lower learning rate or other patches",
        )
