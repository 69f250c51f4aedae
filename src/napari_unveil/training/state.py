"""The state of a run on disk: weights, optimiser and reports, in one safetensors file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from napari_unveil.errors import Refused
from napari_unveil.network.model_file import load_tensors, save_tensors
from napari_unveil.tensors import Tensor
from napari_unveil.training.plan import TrainingPlan

KEY = "napari_unveil_state"
NETWORK, OPTIMIZER = "network.", "optimizer."
FREE_TO_CHANGE = ("epochs", "minutes", "device")
"""Settings that a resumed run may change."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """One line of a run's progress; the run can be resumed from each.

    Parameters
    ----------
    step, epoch
        Steps done, and epochs they make (a fraction).
    training_loss, validation_loss
        Mean loss since the last report, and on the held-out patches as last measured.
    patches_per_second
        Since the last report.
    elapsed_s, left_s
        Time spent in the run, resumed parts included, and a guess of what is left.
    ended
        "" while it runs; then why it ended: "epochs", "minutes" or "stopped".
    """

    step: int
    epoch: float
    training_loss: float
    validation_loss: float
    patches_per_second: float
    elapsed_s: float
    left_s: float
    ended: str = ""


def save_state(
    plan: TrainingPlan,
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    reports: list[TrainingReport],
) -> None:
    """Write the state of a run beside its model, whole or not at all."""
    tensors = {NETWORK + name: tensor for name, tensor in network.named_parameters()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"{OPTIMIZER}{index}.{name}": tensor for name, tensor in moments.items()}
    header = {"run": _run_identity(plan), "reports": [asdict(report) for report in reports]}
    save_tensors(plan.state_path, KEY, header, tensors)


def load_state(plan: TrainingPlan, network: torch.nn.Module, optimizer: torch.optim.Optimizer) -> list[TrainingReport]:
    """Bring ``network`` and ``optimizer`` to where the run stopped; gives its reports so far.

    Raises
    ------
    Refused
        When there is no state, or it belongs to other data or settings.
    """
    header, tensors = load_tensors(plan.state_path, KEY, "the state of an earlier run, to resume it")
    _refuse_other_run(plan.state_path, header["run"], _run_identity(plan))
    saved = _under(NETWORK, tensors)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(saved[name])
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _under(OPTIMIZER, tensors).items():
        index, moment = name.split(".")
        moments.setdefault(int(index), {})[moment] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    return [TrainingReport(**report) for report in header["reports"]]


def _run_identity(plan: TrainingPlan) -> dict[str, Any]:
    settings = {name: value for name, value in asdict(plan.settings).items() if name not in FREE_TO_CHANGE}
    return {"library": plan.library_sha256, **_as_json(settings)}


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


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
