"""Diffraction of a crystal with a charge density wave: settings enter, mean counts per pixel (y, x) leave.

Two strong Bragg peaks with the wide tails of thermal diffuse scattering lie on a smooth background; on the line between
them is the weak satellite of the wave. Only the satellite of the first Bragg peak is there. What changes from pair to
pair: place and bearing of the crystal, its flux, the strength of both Bragg peaks, the bearing of the background, and
the temperature, on which the satellite's intensity depends as the square of a mean-field order parameter does near the
transition, ``1 - T / Tc``.
"""

import math
from dataclasses import dataclass

import numpy as np

from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.diffraction import add_spots
from napari_unveil.simulate.ranges import LARGEST_SEED, refuse_outside, refuse_shape

LARGEST_SIDE = 4096
RANGES: dict[str, tuple[float, float]] = {
    "exposure_ratio": (1.0, 1e3),
    "ratio_spread": (0.0, 0.5),
    "bragg_counts": (0.0, 1e5),
    "bragg_width_px": (0.5, 50.0),
    "spacing_px": (8.0, 4096.0),
    "satellite_counts": (0.0, 1e5),
    "satellite_width_px": (0.5, 50.0),
    "modulation": (0.05, 0.95),
    "hottest": (0.0, 3.0),
    "background_counts": (0.0, 1e3),
    "hot_fraction": (0.0, 0.1),
}
COUNTS: dict[str, tuple[int, int]] = {"seed": (0, LARGEST_SEED)}

DIFFUSE_SHARE = 0.3
"""Counts of the thermal diffuse scattering around a Bragg peak, relative to those of the peak."""
DIFFUSE_RADIUS_PX = 15.0
TILT = 0.5
"""The background rises by this logarithm over a frame."""

FLUX_SPREAD = 0.2
BRAGG_SPREAD = 0.3
WIDTH_SPREAD = 0.15
PLACE_SPREAD_PX = 4.0
BEARING_SPREAD_RAD = math.radians(5.0)
MODULATION_SPREAD = 0.01
BEARING = 1


@dataclass(frozen=True, slots=True)
class PairSettings:
    """Settings of a series of pairs; counts are those of the short exposure, mean over the pairs.

    Parameters
    ----------
    shape
        Rows and columns of a frame.
    exposure_ratio
        The long exposure over the short one.
    ratio_spread
        Relative standard deviation of that ratio from pair to pair.
    bragg_counts
        Counts in a Bragg peak.
    bragg_width_px
        Standard deviation of a Bragg peak.
    spacing_px
        Distance between the Bragg peaks.
    satellite_counts
        Counts in the satellite at zero temperature.
    satellite_width_px
        Standard deviation of the satellite; single pairs differ.
    modulation
        Place of the satellite on the way from the first Bragg peak to the second; single pairs differ a little.
    hottest
        Temperatures are uniform from zero to this one, in units of the transition temperature; there is no satellite
        above 1.
    background_counts
        Counts of the smooth background in a pixel.
    hot_fraction
        Share of the pixels that are hot, the same ones in every frame.
    seed
        Decides what is fixed over a series: mean bearing of the crystal, hot pixels.

    Raises
    ------
    Refused
        When a setting lies outside of what the simulation describes.
    """

    shape: tuple[int, int] = (192, 240)
    exposure_ratio: float = 20.0
    ratio_spread: float = 0.0
    bragg_counts: float = 2e4
    bragg_width_px: float = 2.0
    spacing_px: float = 120.0
    satellite_counts: float = 150.0
    satellite_width_px: float = 3.0
    modulation: float = 0.25
    hottest: float = 1.2
    background_counts: float = 1.0
    hot_fraction: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_shape(self.shape, smallest=16, largest=LARGEST_SIDE, example="the default is (192, 240)")
        refuse_outside(self, numbers=RANGES, counts=COUNTS)

    def fixed_rng(self, purpose: int) -> np.random.Generator:
        """Give the generator of one thing (numbered by ``purpose``) that is fixed over the series."""
        return np.random.default_rng([self.seed, purpose])


@dataclass(frozen=True, slots=True)
class Peak:
    """A round Gaussian peak.

    Parameters
    ----------
    centre_yx
        Place in pixels; 0 is the middle of the first pixel.
    width_px
        Standard deviation.
    counts
        Mean counts in the short exposure, over the whole peak.
    """

    centre_yx: tuple[float, float]
    width_px: float
    counts: float

    @property
    def height(self) -> float:
        """Amplitude: mean counts per pixel on the crest, in the short exposure."""
        return self.counts / (2 * math.pi * self.width_px**2)


@dataclass(frozen=True, slots=True)
class Crystal:
    """The crystal in front of the detector: what changes from pair to pair.

    Parameters
    ----------
    bragg
        The Bragg peaks, without their tails.
    satellite
        The satellite between them; without counts above the transition.
    temperature
        In units of the transition temperature.
    background_counts
        Mean counts of the background in a pixel.
    background_bearing_rad
        Where the background rises to, from x towards y.
    exposure_ratio
        The long exposure over the short one.
    """

    bragg: tuple[Peak, Peak]
    satellite: Peak
    temperature: float
    background_counts: float
    background_bearing_rad: float
    exposure_ratio: float


def draw_crystal(settings: PairSettings, *, rng: np.random.Generator) -> Crystal:
    """Draw what changes from pair to pair around what is fixed over the series."""
    bearing = settings.fixed_rng(BEARING).uniform(-0.5, 0.5) + rng.normal(0, BEARING_SPREAD_RAD)
    step = settings.spacing_px * np.array([math.sin(bearing), math.cos(bearing)])
    middle = (np.array(settings.shape) - 1) / 2 + rng.normal(0, PLACE_SPREAD_PX, 2)
    flux = _with_mean_one(FLUX_SPREAD, rng)
    first, second = (
        Peak(_point(middle + side * step), settings.bragg_width_px, _bragg_counts(settings, flux, rng))
        for side in (-0.5, 0.5)
    )
    temperature = rng.uniform(0, settings.hottest)
    along = settings.modulation + rng.normal(0, MODULATION_SPREAD)
    satellite = Peak(
        centre_yx=_point(middle + (along - 0.5) * step),
        width_px=settings.satellite_width_px * _with_mean_one(WIDTH_SPREAD, rng),
        counts=settings.satellite_counts * flux * max(0.0, 1 - temperature),
    )
    return Crystal(
        bragg=(first, second),
        satellite=satellite,
        temperature=temperature,
        background_counts=settings.background_counts * flux,
        background_bearing_rad=rng.uniform(0, 2 * math.pi),
        exposure_ratio=settings.exposure_ratio * _with_mean_one(settings.ratio_spread, rng),
    )


def expected_counts(crystal: Crystal, *, shape: tuple[int, int]) -> Real:
    """Mean counts per pixel of the short exposure, shape (y, x), hot pixels left out.

    Peaks are integrated over each pixel, tails and background are taken in its middle.
    """
    y, x = (np.linspace(-0.5, 0.5, side) for side in shape)
    bearing = crystal.background_bearing_rad
    pattern = np.exp(TILT * (math.sin(bearing) * y[:, None] + math.cos(bearing) * x))
    image: Real = crystal.background_counts * pattern / pattern.mean()
    for peak in crystal.bragg:
        image += _diffuse(peak, shape)
    for peak in (*crystal.bragg, crystal.satellite):
        add_peak(image, peak)
    return image


def add_peak(image: Real, peak: Peak) -> None:
    """Add to ``image`` (y, x; counts per pixel) the exact integral of a peak over each pixel."""
    y, x = peak.centre_yx
    add_spots(image, ((y + 0.5, x + 0.5, peak.counts),), width_px=peak.width_px)


def _diffuse(peak: Peak, shape: tuple[int, int]) -> Real:
    """Tails that fall with the third power of the distance; over the plane they hold a share of the peak's counts."""
    dy = np.arange(shape[0])[:, None] - peak.centre_yx[0]
    dx = np.arange(shape[1]) - peak.centre_yx[1]
    density = DIFFUSE_RADIUS_PX / (2 * math.pi * (DIFFUSE_RADIUS_PX**2 + dy**2 + dx**2) ** 1.5)
    return np.asarray(DIFFUSE_SHARE * peak.counts * density)


def _bragg_counts(settings: PairSettings, flux: float, rng: np.random.Generator) -> float:
    return settings.bragg_counts * flux * _with_mean_one(BRAGG_SPREAD, rng)


def _point(yx: Real) -> tuple[float, float]:
    return float(yx[0]), float(yx[1])


def _with_mean_one(spread: float, rng: np.random.Generator) -> float:
    return float(rng.lognormal(-(spread**2) / 2, spread))
