"""The step TRAIN: a model."""
