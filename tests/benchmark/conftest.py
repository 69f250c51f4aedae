"""A small beamtime and one shot of it, and exposures made by hand."""

import numpy as np
import pytest

from napari_unveil.benchmark.exposures import Beamtime, Exposure
from napari_unveil.simulate import Campaign

SHAPE = (64, 96)


@pytest.fixture(scope="session")
def beamtime():
    """Photons of 8 keV and 0.8 keV readout noise: 0.1 photon."""
    campaign = Campaign(shape=SHAPE, seed=5, readout_noise_keV=0.8, peak_photons=50.0)
    background = np.zeros(SHAPE, np.bool_)
    background[:, :48] = True
    return Beamtime("small", True, campaign, background)


@pytest.fixture
def exposure(beamtime):
    """2 photons in each pixel without readout noise, and one hit of 10 photons at [20, 30]."""
    signal = np.full(SHAPE, 2, np.float32)
    noise = np.zeros(SHAPE, np.float32)
    noise[20, 30] = 10
    return Exposure(beamtime, signal + noise, signal, noise, signal)
