"""pyFAI's robust integrations give their I(q) in the very rings of the benchmark."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("pyFAI")

from napari_unveil.benchmark.exposures import Estimate
from napari_unveil.benchmark.integrators import azimuthal_median, sigma_clipped
from napari_unveil.benchmark.rows_profile import profile_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def cone(exposure):
    """A signal that falls with the distance from the beam, the same all round, with a hit."""
    y, x = np.indices(exposure.frame.shape)
    cy, cx = exposure.beamtime.centre_yx
    signal = (1000 / (1 + np.hypot(y - cy, x - cx) // 4)).astype(np.float32)
    frame = signal.copy()
    frame[2, 2] = np.nan
    return replace(exposure, frame=frame, signal=signal, noise=0 * signal, expected=signal)


@pytest.mark.parametrize("integrator", [sigma_clipped(), azimuthal_median()], ids=lambda one: one.name)
def test_rings_are_those_of_our_own_profiles(integrator, cone):
    own = profile_of(Estimate(cone.frame), cone)
    found = integrator.profile(cone)
    same = np.isclose(found.mean, own.mean, rtol=1e-4)
    assert same.mean() > 0.9  # a pixel at the edge of a ring may be rounded into the next
    assert found.position.size == own.position.size


@pytest.mark.parametrize("integrator", [sigma_clipped(), azimuthal_median()], ids=lambda one: one.name)
def test_a_hit_does_not_count(integrator, exposure):
    noisy = replace(exposure, frame=exposure.signal + np.random.default_rng(0).normal(0, 0.1, exposure.frame.shape))
    frame = noisy.frame.astype(np.float32)
    y, x = np.unravel_index(exposure.beamtime.rings.pixels[200], frame.shape)
    frame[y, x] += 1e4
    found = integrator.profile(replace(noisy, frame=frame))
    mean = profile_of(Estimate(frame), exposure).mean
    assert np.nanmax(mean) > 5
    assert np.nanmax(np.abs(found.mean - 2)) < 0.5
