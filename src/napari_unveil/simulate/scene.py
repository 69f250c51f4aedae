"""Small-angle scattering of a shot: mean photons per cell of the sensor grid (y, x), before detection.

Streaks of a sheet or grating through the beam centre (fringes along the streak, a Gaussian across), the
isotropic power law of rough interfaces, a weak diffuse floor, rings and spots of crystals, and the shadow of a beam
stop with a soft edge.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.detector import pixel_of_sensor, sensor_shape
from napari_unveil.simulate.diffraction import Spot, add_spots, draw_spots, ring_photons

BEAM_STOP_PX = 12.0
BEAM_STOP_EDGE_PX = 1.2
BEAM_STOP_TRANSMISSION = 1e-4
STREAK_SLOPE = 3.0
STREAK_DIVERGENCE = 0.012
FRINGE_CONTRAST = 0.92
ISOTROPIC_SLOPE = 3.5
ISOTROPIC_SHARE = 0.05

FLUX_SPREAD = 0.4
ANGLE_SPREAD_RAD = math.radians(4.0)
PERIOD_SPREAD = 0.2
CENTRE_JITTER_PX = 0.5
CENTRE, ANGLES, RINGS = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Scene:
    """What changes from shot to shot.

    Parameters
    ----------
    centre_yx
        Beam centre in pitches from the outer corner of the sensor grid.
    angles_rad
        Direction of each streak, from x towards y.
    brightness
        Intensity of each streak, relative to ``Campaign.peak_photons``.
    fringe_period_px
        Distance between fringes.
    flux
        Intensity of the shot relative to the campaign's mean.
    spots
        Bragg spots.
    """

    centre_yx: tuple[float, float]
    angles_rad: tuple[float, ...]
    brightness: tuple[float, ...]
    fringe_period_px: float
    flux: float
    spots: tuple[Spot, ...] = ()


def beam_centre(campaign: Campaign) -> tuple[float, float]:
    """Mean beam centre over the campaign, (y, x) in pixels; 0 is the middle of the first pixel."""
    y, x = _sensor_centre(campaign)
    return pixel_of_sensor(y, side=campaign.shape[0]), pixel_of_sensor(x, side=campaign.shape[1])


def draw_scene(campaign: Campaign, *, rng: np.random.Generator) -> Scene:
    """Draw what changes from shot to shot around what is fixed over the campaign."""
    fixed = campaign.fixed_rng(ANGLES)
    even = fixed.uniform(0, np.pi) + np.arange(campaign.streaks) * np.pi / max(campaign.streaks, 1)
    mean_angles = even + fixed.uniform(-0.3, 0.3, campaign.streaks)
    y, x = np.array(_sensor_centre(campaign)) + rng.normal(0, CENTRE_JITTER_PX, 2)
    return Scene(
        centre_yx=(float(y), float(x)),
        angles_rad=tuple((mean_angles + rng.normal(0, ANGLE_SPREAD_RAD, campaign.streaks)).tolist()),
        brightness=tuple((0.4 ** np.arange(campaign.streaks)).tolist()),
        fringe_period_px=campaign.fringe_period_px * _positive_with_mean_one(PERIOD_SPREAD, rng),
        flux=_positive_with_mean_one(FLUX_SPREAD, rng),
        spots=draw_spots(campaign.diffraction, shape=sensor_shape(campaign.shape), rng=rng),
    )


def expected_photons(scene: Scene, *, campaign: Campaign) -> Real:
    """Mean photons per cell of the sensor grid, shape ``sensor_shape(campaign.shape)``."""
    rows, columns = sensor_shape(campaign.shape)
    dy = np.arange(rows)[:, None] + 0.5 - scene.centre_yx[0]
    dx = np.arange(columns) + 0.5 - scene.centre_yx[1]
    radius = np.hypot(dy, dx)
    relative = ISOTROPIC_SHARE * _decay(radius, ISOTROPIC_SLOPE)
    for angle, brightness in zip(scene.angles_rad, scene.brightness, strict=True):
        along = dx * math.cos(angle) + dy * math.sin(angle)
        across = dy * math.cos(angle) - dx * math.sin(angle)
        relative += brightness * _streak(along, across, scene.fringe_period_px, campaign.streak_width_px)
    scattered = campaign.peak_photons * relative + campaign.floor_photons
    scattered += ring_photons(campaign.diffraction, radius, rng=campaign.fixed_rng(RINGS))
    add_spots(scattered, scene.spots, width_px=campaign.diffraction.spot_width_px)
    scattered *= scene.flux
    return _beam_stop_transmission(radius) * scattered


def _streak(along: Real, across: Real, period_px: float, width_px: float) -> Real:
    """Smeared sinc^2 along the streak: fringes that do not quite reach zero, on a power law."""
    fringes = (1 - FRINGE_CONTRAST * np.cos(2 * np.pi * along / period_px)) / (1 + FRINGE_CONTRAST)
    width = np.hypot(width_px, STREAK_DIVERGENCE * along)
    profile: Real = fringes * _decay(np.abs(along), STREAK_SLOPE) * np.exp(-0.5 * (across / width) ** 2)
    return profile


def _decay(radius: Real, slope: float) -> Real:
    """Power law of ``slope`` that is 1 at the edge of the beam stop and finite inside."""
    decay: Real = (0.5 + 0.5 * (radius / BEAM_STOP_PX) ** 2) ** (-slope / 2)
    return decay


def _beam_stop_transmission(radius: Real) -> Real:
    edge: Real = expit((radius - BEAM_STOP_PX) / BEAM_STOP_EDGE_PX)
    return BEAM_STOP_TRANSMISSION + (1 - BEAM_STOP_TRANSMISSION) * edge


def _sensor_centre(campaign: Campaign) -> tuple[float, float]:
    y, x = (0.5 + campaign.fixed_rng(CENTRE).uniform(-0.1, 0.1, 2)) * sensor_shape(campaign.shape)
    return float(y), float(x)


def _positive_with_mean_one(spread: float, rng: np.random.Generator) -> float:
    return float(rng.lognormal(-(spread**2) / 2, spread))
