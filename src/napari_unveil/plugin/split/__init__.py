"""The step SPLIT: a measurement in independent parts."""
