"""A foam: settings enter, round bubbles in a cylinder leave, and its attenuation slice by slice (y, x).

The radii of the bubbles are drawn first, from a power law; the bubbles are then placed from the largest to the
smallest, each at a random place where it touches nothing; what finds no room is left out. The cylinder and the
bubbles go on above the first and below the last slice. Lengths are in pixels; z is measured from the outer face of
the first slice, y and x from the axis of the cylinder, which is the axis of rotation.
"""

import math
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.simulate.charge import Real
from napari_unveil.simulate.discs import Discs, disc_areas
from napari_unveil.simulate.ranges import LARGEST_SEED, refuse_outside
from napari_unveil.types import Frame

RANGES: dict[str, tuple[float, float]] = {
    "absorption": (0.01, 0.99),
    "porosity": (0.0, 0.6),
    "largest_bubble": (0.02, 0.5),
    "smallest_bubble": (0.01, 0.5),
    "photons": (1.0, 1e6),
    "dark_counts": (0.0, 1e4),
    "axis_offset_px": (-50.0, 50.0),
}
COUNTS: dict[str, tuple[int, int]] = {
    "slices": (1, 512),
    "width": (32, 2048),
    "angles": (1, 10_000),
    "flats": (1, 1000),
    "darks": (1, 1000),
    "supersampling": (1, 8),
    "seed": (0, LARGEST_SEED),
}

CYLINDER_SHARE = 0.9
"""Diameter of the cylinder over the width of the detector."""
MARGIN_PX = 2
"""Between the cylinder's shadow and the edge of the detector."""
WALL_PX = 0.5
"""Solid between two bubbles, and between a bubble and the outside, at the thinnest."""
POWER = 3
"""The density of the radii falls with this power, so that bubbles of all sizes fill about the same volume."""
TRIES, ROUNDS = 16, 12
"""Places looked at together, and how often, before a bubble is given up."""


@dataclass(frozen=True, slots=True)
class FoamSettings:
    """Settings of a foam and of its tomography.

    Parameters
    ----------
    slices
        Rows of the detector, and slices of the volume.
    width
        Columns of the detector, and side of a slice.
    angles
        Number of projections, evenly over 180 degrees.
    absorption
        Share of the photons that the cylinder without bubbles absorbs along its diameter.
    porosity
        Share of the cylinder's volume to fill with bubbles; a little less when there is no room.
    largest_bubble, smallest_bubble
        Radii of bubbles over the radius of the cylinder.
    photons
        Mean photons in a pixel without sample.
    dark_counts
        Mean dark counts in a pixel.
    flats, darks
        Number of frames without sample, and without beam.
    axis_offset_px
        Distance of the axis of rotation from the middle of the detector.
    supersampling
        Cells along each side of a pixel, in each of which the beam is attenuated by itself.
    seed
        Decides what is fixed: pattern of the beam, gain and dark counts of the pixels.

    Raises
    ------
    Refused
        When a setting lies outside of what the simulation describes.
    """

    slices: int = 8
    width: int = 256
    angles: int = 512
    absorption: float = 0.5
    porosity: float = 0.45
    largest_bubble: float = 0.2
    smallest_bubble: float = 0.03
    photons: float = 100.0
    dark_counts: float = 10.0
    flats: int = 20
    darks: int = 20
    axis_offset_px: float = 0.0
    supersampling: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_outside(self, numbers=RANGES, counts=COUNTS)
        if self.smallest_bubble > self.largest_bubble:
            raise Refused(
                found=f"smallest_bubble is {self.smallest_bubble} and largest_bubble is {self.largest_bubble}",
                needed="a smallest bubble no larger than the largest",
                remedy="exchange the two numbers",
            )
        room_px = self.width / 2 - MARGIN_PX - self.cylinder_px
        if abs(self.axis_offset_px) > room_px:
            raise Refused(
                found=f"axis_offset_px is {self.axis_offset_px}",
                needed=f"{room_px:.3g} pixels at most with {self.width} columns, so that the cylinder stays in view",
                remedy="move the axis less, or make the detector wider",
            )

    @property
    def cylinder_px(self) -> float:
        """Radius of the cylinder."""
        return min(CYLINDER_SHARE * self.width, self.width - 2 * MARGIN_PX) / 2

    @property
    def attenuation(self) -> float:
        """Linear attenuation coefficient of the solid, per pixel."""
        return -math.log1p(-self.absorption) / (2 * self.cylinder_px)

    @property
    def axis_px(self) -> float:
        """Column of the axis of rotation on the detector; 0 is the middle of the first pixel."""
        return (self.width - 1) / 2 + self.axis_offset_px

    def fixed_rng(self, purpose: int) -> np.random.Generator:
        """Give the generator of one thing (numbered by ``purpose``) that is fixed."""
        return np.random.default_rng([self.seed, purpose])


@dataclass(frozen=True, slots=True)
class Foam:
    """A cylinder with bubbles.

    Parameters
    ----------
    settings
        What it was made with.
    bubbles
        Shape (n, 4): z, y, x of the middle and radius, pixels.
    """

    settings: FoamSettings
    bubbles: Real

    def discs_at(self, z: float) -> Discs:
        """Cut it at the height ``z``: the cylinder with the weight 1, the bubbles in it with -1."""
        above = z - self.bubbles[:, 0]
        cut = np.abs(above) < self.bubbles[:, 3]
        radius = np.sqrt(self.bubbles[cut, 3] ** 2 - above[cut] ** 2)
        return Discs(
            y=np.append(0.0, self.bubbles[cut, 1]),
            x=np.append(0.0, self.bubbles[cut, 2]),
            radius=np.append(self.settings.cylinder_px, radius),
            weight=np.append(1.0, np.full(radius.size, -1.0)),
        )


def draw_foam(settings: FoamSettings, *, rng: np.random.Generator) -> Foam:
    """Fill a cylinder with bubbles that do not touch."""
    largest = settings.largest_bubble * settings.cylinder_px
    bubbles = np.empty((0, 4))
    for wanted in _radii(settings, rng):
        middle = rng.uniform(-1.5 * largest, settings.slices + 1.5 * largest)
        near = bubbles[np.abs(bubbles[:, 0] - middle) < largest / 2 + wanted + largest + WALL_PX]
        for _ in range(ROUNDS):
            places = _places_in_slab(settings, middle, largest, rng)
            room = _room(places, near, settings.cylinder_px)
            if room.max() >= wanted:
                bubbles = np.vstack([bubbles, [*places[int(room.argmax())], wanted]])
                break
    return Foam(settings, bubbles)


def attenuation_slice(foam: Foam, index: int) -> Frame:
    """Attenuation coefficient per pixel, mean over each voxel of one slice, shape (y, x).

    Exact in the plane; along z the mean over as many planes as ``supersampling`` says.
    """
    areas = [disc_areas(foam.discs_at(z), side=foam.settings.width) for z in planes(foam.settings, index)]
    return np.asarray(foam.settings.attenuation * np.mean(areas, axis=0), dtype=np.float32)


def planes(settings: FoamSettings, index: int) -> Real:
    """Heights of the planes, shape (supersampling,), that stand for one slice."""
    return np.asarray(index + (np.arange(settings.supersampling) + 0.5) / settings.supersampling)


def _radii(settings: FoamSettings, rng: np.random.Generator) -> list[float]:
    """Radii of bubbles that would fill the asked-for share of the cylinder, the largest first."""
    radius = settings.cylinder_px
    small, large = settings.smallest_bubble * radius, settings.largest_bubble * radius
    wanted = settings.porosity * math.pi * radius**2 * (settings.slices + 3 * large)
    drawn: list[float] = []
    while wanted > 0:
        share = rng.random()
        each = (small ** (1 - POWER) * (1 - share) + large ** (1 - POWER) * share) ** (1 / (1 - POWER))
        drawn.append(each)
        wanted -= 4 / 3 * math.pi * each**3
    return sorted(drawn, reverse=True)


def _places_in_slab(settings: FoamSettings, middle: float, thickness: float, rng: np.random.Generator) -> Real:
    """Random places z, y, x in the part of the cylinder around a height, shape (TRIES, 3)."""
    radius = settings.cylinder_px * np.sqrt(rng.random(TRIES))
    azimuth = rng.uniform(0, 2 * math.pi, TRIES)
    z = middle + thickness * rng.uniform(-0.5, 0.5, TRIES)
    return np.stack([z, radius * np.sin(azimuth), radius * np.cos(azimuth)], axis=1)


def _room(places: Real, bubbles: Real, cylinder_px: float) -> Real:
    """Radius, shape (n,), that a bubble at each of the places (n, 3) can have."""
    room = cylinder_px - np.hypot(places[:, 1], places[:, 2])
    if bubbles.size:
        middle = bubbles[:, :3]
        squared = (places**2).sum(axis=1)[:, None] + (middle**2).sum(axis=1) - 2 * places @ middle.T
        room = np.minimum(room, (np.sqrt(np.maximum(squared, 0)) - bubbles[:, 3]).min(axis=1))
    return np.asarray(room - WALL_PX)
