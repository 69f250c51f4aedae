"""TRAIN: a patch library and settings enter; reports leave, and a model file.

Settings, presets and the record of a run are plain values; what needs torch is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from napari_unveil.training.record import RunRecord, read_record, state_path_of
from napari_unveil.training.report import Preview, TrainingReport
from napari_unveil.training.settings import TrainingSettings, preset

if TYPE_CHECKING:
    from napari_unveil.training.loop import resume, train
    from napari_unveil.training.parent import parent_from_file
    from napari_unveil.training.plan import TrainingPlan, plan_again, plan_training

__all__ = [
    "Preview",
    "RunRecord",
    "TrainingPlan",
    "TrainingReport",
    "TrainingSettings",
    "parent_from_file",
    "plan_again",
    "plan_training",
    "preset",
    "read_record",
    "resume",
    "state_path_of",
    "train",
]

_WITH_TORCH = {
    "TrainingPlan": "plan",
    "parent_from_file": "parent",
    "plan_again": "plan",
    "plan_training": "plan",
    "resume": "loop",
    "train": "loop",
}


def __getattr__(name: str) -> Any:
    if name not in _WITH_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_TORCH[name]}"), name)
