"""TRAIN: a patch library and settings enter; reports leave, and a model file."""

from napari_unveil.training.loop import resume, train
from napari_unveil.training.plan import TrainingPlan, plan_training, state_path_of
from napari_unveil.training.settings import PRESETS, TrainingSettings, preset
from napari_unveil.training.state import TrainingReport

__all__ = [
    "PRESETS",
    "TrainingPlan",
    "TrainingReport",
    "TrainingSettings",
    "plan_training",
    "preset",
    "resume",
    "state_path_of",
    "train",
]
