"""Tomography of a foam by a parallel beam: a foam enters, counts of projections, flats and darks (z, x) leave.

The beam is attenuated in each cell of a pixel by itself (Beer and Lambert), along chords that are exact; a pixel counts
what passes through its cells. The beam is brighter in the middle, pixels and columns differ in gain. Counts are
Poissonian, dark counts included.
"""

from collections.abc import Iterator

import numpy as np

from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.discs import mean_chords
from napari_unveil.simulate.foam import Foam, FoamSettings, planes
from napari_unveil.types import Frame, Frames

FALL_OFF = 0.3
"""The beam is fainter by this share at the edge of the detector."""
GAIN_SPREAD, COLUMN_SPREAD, DARK_SPREAD = 0.02, 0.03, 0.2
LEAST_GAIN = 0.2
FLAT, DARK = 1, 2
TOGETHER = 16
"""Projections that are computed at once."""


def projection_angles(settings: FoamSettings) -> Real:
    """Angles of the projections in degrees, shape (angle,): evenly from 0 to before 180."""
    angles: Real = np.linspace(0, 180, settings.angles, endpoint=False)
    return angles


def line_integrals(foam: Foam, *, angles_deg: Real) -> Real:
    """Attenuation along the beam, mean over each pixel, shape (angle, z, x), no unit.

    The point (y, x) of a slice, measured from its middle, meets the detector ``x cos a - y sin a`` from the axis of
    rotation. The sum over a row is the sum over the slice at each angle.
    """
    mean: Real = _in_cells(foam, angles_deg).mean(axis=(2, 4))
    return mean


def transmission(foam: Foam, *, angles_deg: Real) -> Real:
    """Share of the photons that pass, mean over each pixel, shape (angle, z, x)."""
    passing: Real = np.exp(-_in_cells(foam, angles_deg)).mean(axis=(2, 4))
    return passing


def projections(foam: Foam, *, rng: np.random.Generator) -> Iterator[Frame]:
    """Give the counts of each projection, shape (z, x), one at a time."""
    angles_deg = projection_angles(foam.settings)
    bright, dark = expected_flat(foam.settings), expected_dark(foam.settings)
    for start in range(0, angles_deg.size, TOGETHER):
        for passing in transmission(foam, angles_deg=angles_deg[start : start + TOGETHER]):
            yield rng.poisson(bright * passing + dark).astype(np.float32)


def flat_frames(settings: FoamSettings, *, rng: np.random.Generator) -> Frames:
    """Counts without sample, shape (frame, z, x)."""
    mean = expected_flat(settings) + expected_dark(settings)
    return rng.poisson(mean, (settings.flats, *mean.shape)).astype(np.float32)


def dark_frames(settings: FoamSettings, *, rng: np.random.Generator) -> Frames:
    """Counts without beam, shape (frame, z, x)."""
    mean = expected_dark(settings)
    return rng.poisson(mean, (settings.darks, *mean.shape)).astype(np.float32)


def expected_flat(settings: FoamSettings) -> Real:
    """Mean counts of the beam without sample, dark counts left out, shape (z, x)."""
    rng = settings.fixed_rng(FLAT)
    z, x = (np.linspace(-1, 1, side) for side in (settings.slices, settings.width))
    beam = (1 - FALL_OFF * z[:, None] ** 2) * (1 - FALL_OFF * x**2)
    gain = 1 + rng.normal(0, GAIN_SPREAD, beam.shape) + rng.normal(0, COLUMN_SPREAD, settings.width)
    pattern = beam * np.maximum(gain, LEAST_GAIN)
    return np.asarray(settings.photons * pattern / pattern.mean())


def expected_dark(settings: FoamSettings) -> Real:
    """Mean dark counts, shape (z, x)."""
    shape = settings.slices, settings.width
    spread = settings.fixed_rng(DARK).lognormal(-(DARK_SPREAD**2) / 2, DARK_SPREAD, shape)
    return np.asarray(settings.dark_counts * spread)


def _in_cells(foam: Foam, angles_deg: Real) -> Real:
    """Attenuation along the beam in the cells of each pixel, shape (angle, z, cell, x, cell)."""
    settings, fine = foam.settings, foam.settings.supersampling
    chords = [
        mean_chords(
            foam.discs_at(z),
            angles_rad=np.deg2rad(angles_deg),
            cells=settings.width * fine,
            cells_per_pixel=fine,
            axis_px=settings.axis_px + 0.5,
        )
        for index in range(settings.slices)
        for z in planes(settings, index)
    ]
    stacked = settings.attenuation * np.stack(chords, axis=1)
    return stacked.reshape(len(angles_deg), settings.slices, fine, settings.width, fine)
