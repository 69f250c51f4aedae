"""Bremsstrahlung hits: a campaign enters, electrons set free in the sensor or entering it leave (um, keV).

Hard photons of an exponential spectrum hit the sensor along its normal and set free a photoelectron or a
Compton electron anywhere in depth; the rest of the hits are electrons knocked out of the surroundings, of the
same spectrum. The spectrum is that of the particles that interact, which is all a frame can show. What the
scattered photon does next is left out: one in a hundred interacts again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.detector import SENSOR_THICKNESS_UM, sensor_shape
from napari_unveil.simulate.silicon import ELECTRON_REST_KEV

FILTER_EDGE_KEV = 10.0
"""Softer radiation stays in the filters in front of the detector."""
EQUAL_CROSS_SECTIONS_KEV = 57.0
"""Photoelectric absorption and Compton scattering are equally likely in silicon (NIST XCOM)."""
LEVEL_SPREAD = 0.3
WAVES = 4
WAVE_AMPLITUDE = 0.15
GRADIENT = 0.5


@dataclass(frozen=True, slots=True)
class Electrons:
    """Electrons at their start.

    Parameters
    ----------
    position_um
        Shape (3, n): depth, y, x from the outer corner of the sensor.
    direction
        Shape (3, n): unit vectors in the same order.
    energy_keV
        Shape (n,): kinetic energies.
    """

    position_um: Real
    direction: Real
    energy_keV: Real


def illumination(campaign: Campaign, *, rng: np.random.Generator) -> Real:
    """Mean hits per cell of the sensor grid for one shot: smooth, uneven, brighter in some shots."""
    y, x = (np.linspace(-0.5, 0.5, side) for side in sensor_shape(campaign.shape))
    bearing = rng.uniform(0, 2 * np.pi)
    field = GRADIENT * (np.sin(bearing) * y[:, None] + np.cos(bearing) * x)
    for ky, kx, phase in rng.uniform((-1, -1, 0), (1, 1, 1), (WAVES, 3)):
        field += WAVE_AMPLITUDE * np.cos(2 * np.pi * (ky * y[:, None] + kx * x + phase))
    level = rng.lognormal(-(LEVEL_SPREAD**2) / 2, LEVEL_SPREAD)
    pattern = np.exp(field)
    mean_hits: Real = pattern * (campaign.hits_per_pixel * level / pattern.mean())
    return mean_hits


def draw_hits(hits: Real, *, campaign: Campaign, rng: np.random.Generator) -> Electrons:
    """Draw the electrons of one shot.

    Parameters
    ----------
    hits
        Mean hits per cell of the sensor grid, shape (y, x).
    """
    cell = np.repeat(np.arange(hits.size), rng.poisson(hits).ravel())
    row, column = np.divmod(cell, hits.shape[1])
    yx_um = (np.stack([row, column]) + rng.random((2, cell.size))) * campaign.pixel_um
    energy = FILTER_EDGE_KEV + rng.exponential(campaign.temperature_keV, cell.size)
    entered = rng.random(cell.size) < campaign.electron_fraction
    outside = _entering(yx_um[:, entered], energy[entered], rng)
    inside = _set_free(yx_um[:, ~entered], energy[~entered], rng)
    return Electrons(
        np.concatenate([outside.position_um, inside.position_um], axis=1),
        np.concatenate([outside.direction, inside.direction], axis=1),
        np.concatenate([outside.energy_keV, inside.energy_keV]),
    )


def compton_electrons(photon_keV: Real, *, rng: np.random.Generator) -> tuple[Real, Real]:
    """Energies (keV) and cosines to the photon's direction of electrons hit by photons, shape (n,) each.

    Klein and Nishina's cross section, drawn by composition and rejection after J. C. Butcher and H. Messel,
    Nucl. Phys. 20, 15 (1960).
    """
    k = photon_keV / ELECTRON_REST_KEV
    kept = np.empty_like(k)
    open_ = np.arange(k.size)
    while open_.size:
        trial, accepted = _klein_nishina_trial(k[open_], rng)
        kept[open_[accepted]] = trial[accepted]
        open_ = open_[~accepted]
    cosine = np.clip(1 - (1 - kept) / (k * kept), -1, 1)
    half_tangent = np.sqrt((1 - cosine) / np.maximum(1 + cosine, 1e-12))
    return photon_keV * (1 - kept), np.cos(np.arctan2(1, (1 + k) * half_tangent))


def _klein_nishina_trial(k: Real, rng: np.random.Generator) -> tuple[Real, NDArray[np.bool_]]:
    least = 1 / (1 + 2 * k)
    inverse, linear = -np.log(least), (1 - least**2) / 2
    u, v, w = rng.random((3, k.size))
    from_inverse = u * (inverse + linear) < inverse
    ratio = np.where(from_inverse, least**v, np.sqrt(least**2 + (1 - least**2) * v))
    one_minus_cosine = (1 - ratio) / (k * ratio)
    sine2 = one_minus_cosine * (2 - one_minus_cosine)
    return ratio, w < 1 - ratio * sine2 / (1 + ratio**2)


def _entering(yx_um: Real, energy_keV: Real, rng: np.random.Generator) -> Electrons:
    """Start electrons at either face, with the cosine law of diffuse emission."""
    count = energy_keV.size
    down = np.where(rng.random(count) < 0.5, 1.0, -1.0)
    depth = np.where(down > 0, 0.0, SENSOR_THICKNESS_UM)
    direction = _at_random_azimuth(down * np.sqrt(rng.random(count)), rng)
    return Electrons(np.concatenate([depth[None], yx_um]), direction, energy_keV)


def _set_free(yx_um: Real, photon_keV: Real, rng: np.random.Generator) -> Electrons:
    """Start photoelectrons (all of the energy, any direction) and Compton electrons (forward) inside."""
    count = photon_keV.size
    absorbed = rng.random(count) < 1 / (1 + (photon_keV / EQUAL_CROSS_SECTIONS_KEV) ** 3)
    recoil_keV, recoil_cosine = compton_electrons(photon_keV, rng=rng)
    cosine = np.where(absorbed, rng.uniform(-1, 1, count), recoil_cosine)
    depth = rng.uniform(0, SENSOR_THICKNESS_UM, count)
    return Electrons(
        np.concatenate([depth[None], yx_um]),
        _at_random_azimuth(cosine, rng),
        np.where(absorbed, photon_keV, recoil_keV),
    )


def _at_random_azimuth(cosine: Real, rng: np.random.Generator) -> Real:
    azimuth = rng.uniform(0, 2 * np.pi, cosine.size)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    return np.stack([cosine, sine * np.sin(azimuth), sine * np.cos(azimuth)])
