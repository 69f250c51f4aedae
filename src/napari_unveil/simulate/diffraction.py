"""Wide-angle scattering of crystals and liquids: rings and Bragg spots, mean photons per cell of the sensor grid.

Rings are Gaussian in radius, at radii that are fixed over a beamtime; broad ones stand for the halo of a liquid,
narrow ones for a powder. Spots are round Gaussians in new places in each shot, as from small crystals that are hit
one at a time; their photons are log-normal, since each crystal cuts the Ewald sphere elsewhere.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.ranges import refuse_outside

RANGES: dict[str, tuple[float, float]] = {
    "ring_photons": (0.0, 1e5),
    "ring_width_px": (0.5, 500.0),
    "spot_photons": (0.0, 1e7),
    "spot_width_px": (0.3, 20.0),
}
COUNTS: dict[str, tuple[int, int]] = {"rings": (0, 20), "spots": (0, 10_000)}
WEAKEST_RING = 0.2
SPOT_SPREAD = 1.2
CUT_WIDTHS = 5.0
"""Spots are drawn up to this many standard deviations."""

Spot = tuple[float, float, float]
"""Place (y, x; pitches from the outer corner of the sensor grid) and mean photons."""


@dataclass(frozen=True, slots=True)
class Diffraction:
    """Settings of the rings and spots of a beamtime.

    Parameters
    ----------
    rings
        Number of rings.
    ring_photons
        Mean intensity on the crest of the brightest ring, photons per pixel.
    ring_width_px
        Standard deviation of a ring across its crest.
    spots
        Mean number of Bragg spots in a shot.
    spot_photons
        Mean photons in a spot.
    spot_width_px
        Standard deviation of a spot.

    Raises
    ------
    Refused
        When a setting lies outside of what the simulation describes.
    """

    rings: int = 0
    ring_photons: float = 1.0
    ring_width_px: float = 2.0
    spots: int = 0
    spot_photons: float = 100.0
    spot_width_px: float = 1.0

    def __post_init__(self) -> None:
        refuse_outside(self, numbers=RANGES, counts=COUNTS)


def draw_spots(diffraction: Diffraction, *, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Spot, ...]:
    """Spots of one shot, anywhere on a sensor grid of ``shape``; their number is Poissonian."""
    if diffraction.spots == 0:
        return ()
    count = int(rng.poisson(diffraction.spots))
    places = rng.uniform((0, 0), shape, (count, 2))
    photons = diffraction.spot_photons * rng.lognormal(-(SPOT_SPREAD**2) / 2, SPOT_SPREAD, count)
    return tuple((float(y), float(x), float(each)) for (y, x), each in zip(places, photons, strict=True))


def ring_photons(diffraction: Diffraction, radius: Real, *, rng: np.random.Generator) -> Real:
    """Mean photons per cell of all rings.

    Parameters
    ----------
    radius
        Distance of each cell from the beam centre in pitches, shape (y, x).
    rng
        Decides radii and brightness, which stay the same over a beamtime.
    """
    total = np.zeros_like(radius)
    largest = float(radius.max())
    for at, brightness in rng.uniform((0.1, WEAKEST_RING), (0.9, 1.0), (diffraction.rings, 2)):
        total += brightness * np.exp(-0.5 * ((radius - at * largest) / diffraction.ring_width_px) ** 2)
    return diffraction.ring_photons * total


def add_spots(image: Real, spots: tuple[Spot, ...], *, width_px: float) -> None:
    """Add to ``image`` (y, x; photons per cell) the exact integral of each Gaussian spot over each cell."""
    reach = int(np.ceil(CUT_WIDTHS * width_px))
    for y, x, photons in spots:
        rows, columns = (_cells(at, reach, side) for at, side in zip((y, x), image.shape, strict=True))
        over_y, over_x = _shares(rows, y, width_px), _shares(columns, x, width_px)
        image[rows.start : rows.stop, columns.start : columns.stop] += photons * np.outer(over_y, over_x)


def _cells(at: float, reach: int, side: int) -> range:
    first = min(max(math.floor(at) - reach, 0), side)
    return range(first, max(min(math.floor(at) + reach + 1, side), first))


def _shares(cells: range, at: float, width_px: float) -> Real:
    edges = np.arange(cells.start, cells.stop + 1)
    shares: Real = np.diff(ndtr((edges - at) / width_px))
    return shares
