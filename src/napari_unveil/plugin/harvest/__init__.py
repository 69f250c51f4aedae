"""The step HARVEST: patches for a training."""
