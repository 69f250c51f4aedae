"""Scenes with a known signal region."""

from dataclasses import dataclass

import numpy as np
import pytest

from napari_unveil.types import Frame

PHOTON_KEV = 8.0
READOUT_KEV = 0.33
CENTRE_YX = (100, 120)


@dataclass(frozen=True)
class Scene:
    image: Frame
    expected: Frame
    noise_sigma: float


@pytest.fixture(scope="session")
def saxs() -> Scene:
    """Mean of 12 shots, keV: scattering over four decades and more on top of readout noise."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:256, :512]
    radius = np.hypot(y - CENTRE_YX[0], x - CENTRE_YX[1])
    photons = 1000 / (1 + (radius / 8) ** 4)
    shots = 12
    readout = rng.normal(0, READOUT_KEV / np.sqrt(shots), photons.shape)
    image = PHOTON_KEV * rng.poisson(shots * photons) / shots + readout
    return Scene(image.astype(np.float32), (PHOTON_KEV * photons).astype(np.float32), READOUT_KEV / shots**0.5)
