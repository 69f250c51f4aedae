"""The step MASK: a signal mask."""
