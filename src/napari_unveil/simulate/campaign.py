"""What stays the same over a beamtime: detector, beam, target and background settings, in keV and pixels."""

from dataclasses import dataclass, field

import numpy as np

from napari_unveil.simulate.diffraction import Diffraction
from napari_unveil.simulate.ranges import LARGEST_SEED, refuse_outside, refuse_shape

LARGEST_SIDE = 8192
RANGES: dict[str, tuple[float, float]] = {
    "photon_energy_keV": (1.0, 100.0),
    "pixel_um": (30.0, 500.0),
    "peak_photons": (0.0, 1e6),
    "streak_width_px": (0.5, 100.0),
    "fringe_period_px": (4.0, 1000.0),
    "floor_photons": (0.0, 1e3),
    "hits_per_pixel": (0.0, 5.0),
    "temperature_keV": (5.0, 1000.0),
    "electron_fraction": (0.0, 1.0),
    "readout_noise_keV": (0.0, 100.0),
    "bad_fraction": (0.0, 0.5),
}
COUNTS: dict[str, tuple[int, int]] = {"streaks": (0, 8), "seed": (0, LARGEST_SEED)}


@dataclass(frozen=True, slots=True)
class Campaign:
    """Settings of a beamtime; two campaigns that compare equal have the same detector and the same beam.

    Parameters
    ----------
    shape
        Rows and columns of a frame.
    photon_energy_keV
        Energy of the X-ray photons.
    pixel_um
        Pixel pitch.
    peak_photons
        Mean intensity that the brightest streak would have at the edge of the beam stop, photons per pixel, were the
        edge not soft: it lets about half of that through.
    streaks
        Number of streaks through the beam centre.
    streak_width_px
        Standard deviation of a streak across its direction, close to the beam.
    fringe_period_px
        Mean distance between the fringes along a streak; it changes from shot to shot.
    floor_photons
        Diffuse scattering far from the beam, photons per pixel.
    hits_per_pixel
        Bremsstrahlung hits per pixel, mean over the frame and over the shots.
    temperature_keV
        Mean energy above the filter's edge of the exponential bremsstrahlung spectrum.
    electron_fraction
        Share of the hits that are electrons from outside; the others are photons that interact in the sensor.
    readout_noise_keV
        Standard deviation of the readout noise of a pixel.
    bad_fraction
        Share of the pixels that are bad, the same ones in every shot.
    seed
        Decides what is fixed over the beamtime: bad pixels, beam centre, mean angles of the streaks, radii of rings.
    diffraction
        Rings and Bragg spots; none by default.

    Raises
    ------
    Refused
        When a setting lies outside of what the simulation describes.
    """

    shape: tuple[int, int] = (512, 1024)
    photon_energy_keV: float = 8.0
    pixel_um: float = 75.0
    peak_photons: float = 2000.0
    streaks: int = 2
    streak_width_px: float = 3.0
    fringe_period_px: float = 24.0
    floor_photons: float = 2e-3
    hits_per_pixel: float = 0.15
    temperature_keV: float = 100.0
    electron_fraction: float = 0.3
    readout_noise_keV: float = 0.3
    bad_fraction: float = 1e-3
    seed: int = 0
    diffraction: Diffraction = field(default_factory=Diffraction)

    def __post_init__(self) -> None:
        refuse_shape(self.shape, smallest=32, largest=LARGEST_SIDE, example="a Jungfrau module has (512, 1024)")
        refuse_outside(self, numbers=RANGES, counts=COUNTS)

    def fixed_rng(self, purpose: int) -> np.random.Generator:
        """Give the generator of one thing (numbered by ``purpose``) that is fixed over the beamtime."""
        return np.random.default_rng([self.seed, purpose])
