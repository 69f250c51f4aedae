"""Tomographies of a small foam, and exposures of a scene, all with their truth."""

from collections.abc import Callable

import numpy as np
import pytest

from napari_unveil.frames import FrameStack, Projections, projections_from_arrays, stack_from_array
from napari_unveil.simulate import (
    FoamSettings,
    dark_frames,
    draw_foam,
    flat_frames,
    projection_angles,
    projections,
)


def foam_tomography(settings: FoamSettings) -> Projections:
    """Counts of a foam."""
    foam, rng = draw_foam(settings, rng=np.random.default_rng(0)), np.random.default_rng(1)
    return projections_from_arrays(
        np.stack(list(projections(foam, rng=rng))),
        flats=flat_frames(settings, rng=rng),
        darks=dark_frames(settings, rng=rng),
        angles_deg=projection_angles(settings),
        name="foam",
    )


@pytest.fixture
def foam() -> Callable[[FoamSettings], Projections]:
    return foam_tomography


@pytest.fixture
def exposures() -> Callable[..., FrameStack]:
    """Poissonian frames of a smooth scene, which moves by ``drift_px`` from the first to the last."""

    def make(frames: int = 8, *, drift_px: float = 0.0, hot: float = 0.0, level: float = 4.0) -> FrameStack:
        rng, counts = np.random.default_rng(5), []
        y, x = np.mgrid[:96, :96]
        for moved in np.linspace(0, drift_px, frames):
            scene = level * (0.5 + 4 * np.exp(-((y - 40) ** 2 + (x - 40 - moved) ** 2) / 50))
            scene[70, 20] += hot
            counts.append(rng.poisson(scene))
        return stack_from_array(np.stack(counts).astype(np.float32), name="scene", unit="photons")

    return make
