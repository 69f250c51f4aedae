"""One simulated shot, separated with the shipped model: the whole way in a few seconds."""

from pathlib import Path
from typing import Any

import numpy as np

from napari_unveil.drawing import draw_separation
from napari_unveil.frames import stack_from_array
from napari_unveil.inspection import Truth, json_values, score
from napari_unveil.simulate import Campaign, full_shots
from napari_unveil.workflow.denoising import denoiser_for
from napari_unveil.workflow.request import DenoisingRequest


def draw_demo(path: Path, *, seed: int) -> dict[str, Any]:
    """Simulate a full shot, separate it, draw it to ``path`` (png), and give the scores against its truth."""
    campaign = Campaign(seed=seed)
    shot = next(full_shots(campaign, count=1, rng=np.random.default_rng([seed, 1])))
    stack = stack_from_array(
        shot.frame[np.newaxis], name="simulated shot", unit="keV", photon_energy_keV=campaign.photon_energy_keV
    )
    denoiser, _ = denoiser_for(stack, DenoisingRequest())
    separation = denoiser.separate(shot.frame)
    draw_separation(path, shot.frame, separation, unit=stack.unit, title="A simulated shot, separated")
    return json_values(score([(shot.frame, separation, Truth(shot.signal, shot.expected))]))
