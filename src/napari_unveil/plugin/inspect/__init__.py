"""The step INSPECT: what was taken away."""
