"""Samples for napari: a simulated beamtime, a few frames of it."""

from collections.abc import Callable, Iterator

import numpy as np

from napari_unveil.frames import stack_from_array
from napari_unveil.plugin.reader import LayerData, stack_layer
from napari_unveil.simulate import Campaign, Shot, full_shots, xray_only_shots

FRAMES = 4
SHAPE = (512, 1024)
XRAY_NAME, FULL_NAME = "X-ray only", "full shots"


def xray_only() -> list[LayerData]:
    """Shots of the X-ray laser alone."""
    return [sample_layer(xray_only_shots, XRAY_NAME, seed=0)]


def full() -> list[LayerData]:
    """Shots of X-ray laser and optical laser together."""
    return [sample_layer(full_shots, FULL_NAME, seed=0)]


def sample_layer(shots: Callable[..., Iterator[Shot]], name: str, *, seed: int, count: int = FRAMES) -> LayerData:
    """Simulate ``count`` shots and give them as napari's layer data."""
    campaign = Campaign(shape=SHAPE, seed=seed)
    rng = np.random.default_rng([seed, int(name == FULL_NAME)])
    frames = np.stack([shot.frame for shot in shots(campaign, count=count, rng=rng)])
    stack = stack_from_array(frames, name=f"simulated {name}", unit="keV", photon_energy_keV=campaign.photon_energy_keV)
    return stack_layer(stack, name=name)
