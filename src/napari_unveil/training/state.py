"""The state of a run on disk: weights, optimiser and record, in one safetensors file."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from napari_unveil.errors import Refused
from napari_unveil.network.model_file import load_tensors, save_tensors
from napari_unveil.tensors import Tensor
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.record import FREE_TO_CHANGE, KEY, KIND, RECIPE_NAME, Best, Leg, RunRecord, record_of
from napari_unveil.training.report import TrainingReport
from napari_unveil.training.settings import TrainingSettings

NETWORK, OPTIMIZER, BEST = "network.", "optimizer.", "best."

Weights = dict[str, Tensor]


def weights_of(network: torch.nn.Module) -> Weights:
    """The trained numbers of ``network`` by name; views, not copies."""
    return {name: parameter.detach() for name, parameter in network.named_parameters()}


def record_now(plan: TrainingPlan, *, leg: Leg, best: Best | None, reports: list[TrainingReport]) -> RunRecord:
    """What is to be said of the run of ``plan`` by now."""
    limits = {name: getattr(plan.settings, name) for name in FREE_TO_CHANGE}
    parent = {} if plan.parent is None else plan.parent.as_values()
    return RunRecord(_identity(plan), limits, leg, best, tuple(reports), parent)


def save_state(
    plan: TrainingPlan,
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    record: RunRecord,
    best_weights: Mapping[str, Tensor],
) -> None:
    """Write the state of a run beside its model, whole or not at all."""
    tensors = {NETWORK + name: tensor for name, tensor in weights_of(network).items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"{OPTIMIZER}{index}.{name}": tensor for name, tensor in moments.items()}
    tensors |= {BEST + name: tensor for name, tensor in best_weights.items()}
    save_tensors(plan.state_path, KEY, record.as_header(), tensors)


def load_state(
    plan: TrainingPlan, network: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[RunRecord, Weights]:
    """Bring ``network`` and ``optimizer`` to where the run stopped; gives its record and its best weights.

    Raises
    ------
    Refused
        When there is no state, or it belongs to other data or settings.
    """
    header, tensors = load_tensors(plan.state_path, KEY, KIND)
    record = record_of(plan.state_path, header)
    _refuse_other_run(plan.state_path, _identity_in(record), _identity(plan))
    saved = _under(NETWORK, tensors)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(saved[name])
    moments: dict[int, Weights] = {}
    for name, tensor in _under(OPTIMIZER, tensors).items():
        index, moment = name.split(".")
        moments.setdefault(int(index), {})[moment] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    return record, _under(BEST, tensors)


def _identity(plan: TrainingPlan) -> dict[str, Any]:
    parent = None if plan.parent is None else plan.parent.sha256
    return {"library": plan.library_sha256, "parent": parent, **_fixed(plan.settings)}


def _identity_in(record: RunRecord) -> dict[str, Any]:
    """As this version reads it: a setting that an older one did not have is what it was then, the default."""
    return {**record.identity, **_fixed(record.settings())}


def _fixed(settings: TrainingSettings) -> dict[str, Any]:
    """Settings that a resumed run may not change, as a header holds them."""
    fixed = {name: value for name, value in asdict(settings).items() if name not in FREE_TO_CHANGE}
    return {RECIPE_NAME: settings.recipe.recipe, **{name: _as_json(value) for name, value in fixed.items()}}


def _refuse_other_run(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    differing = [name for name in wanted if found.get(name) != wanted[name]]
    if differing:
        raise Refused(
            found=f"the run in {path} differs in {', '.join(differing)}",
            needed="the same patches and settings as when it began",
            remedy="resume with those, or train anew instead of resuming",
        )


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _as_json(item) for name, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, tuple) else value


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> Weights:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
