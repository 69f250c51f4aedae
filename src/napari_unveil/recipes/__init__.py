"""RECIPES: how examples are made, which loss is minimised, and how a prediction becomes signal and noise."""
