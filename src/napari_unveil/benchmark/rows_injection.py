"""Rows about weak streaks: three of known amplitude are added to a shot, and looked for in what a method leaves of it.

The streaks are parallel, straight, miss the beam centre, and have no fringes: nothing like them is in the campaigns.
Added photons are Poissonian and independent, so a shot with a streak is the shot plus the streak's own photons.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.simulate import Campaign, draw_photons, fold, sensor_shape, shared_expectation
from napari_unveil.types import Frame

ANGLE_RAD = math.radians(12.0)
WIDTH_PX = 2.5
BAND_WIDTHS = 5.0
AMPLITUDES = (0.05, 0.2, 1.0)
"""Expected photons per pixel on the crest."""
OFFSETS = (0.38, -0.38, -0.24)
"""Distance of each streak from the middle of the frame, in heights of the frame."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FitSums:
    """Sums of the amplitudes that were found, one a streak, and the number of shots; ``+`` pools."""

    shots: int = 0
    found: tuple[float, ...] = (0.0,) * len(AMPLITUDES)

    @classmethod
    def of(cls, estimate: Estimate, exposure: Exposure, *, background: Frame) -> "FitSums":
        """Fit each streak in the estimate of one shot; see :func:`amplitude`."""
        return cls(
            1,
            tuple(
                amplitude(estimate.signal, background, template, readout=exposure.beamtime.readout)
                for template in pixel_templates(exposure.beamtime.campaign)
            ),
        )

    def __add__(self, other: "FitSums") -> "FitSums":
        return FitSums(self.shots + other.shots, tuple(a + b for a, b in zip(self.found, other.found, strict=True)))

    def recovered(self, streak: int) -> float | None:
        """Mean amplitude found over the amplitude added; 1 is right."""
        return self.found[streak] / self.shots / AMPLITUDES[streak] if self.shots else None


def with_streaks(exposure: Exposure, rng: np.random.Generator) -> Exposure:
    """The same shot with the three streaks of ``AMPLITUDES``; the expectation without them stays in the original."""
    beamtime, campaign = exposure.beamtime, exposure.beamtime.campaign
    mean = sum(a * template for a, template in zip(AMPLITUDES, sensor_templates(campaign), strict=True))
    photons = fold(draw_photons(np.asarray(mean), campaign=campaign, rng=rng), shape=campaign.shape)
    added = (photons / beamtime.photon).astype(np.float32)
    expected = sum(a * template for a, template in zip(AMPLITUDES, pixel_templates(campaign), strict=True))
    return replace(
        exposure,
        frame=exposure.frame + added,
        signal=exposure.signal + added,
        expected=(exposure.expected + expected).astype(np.float32),
    )


def amplitude(signal: Frame, background: Frame, template: Array, *, readout: float) -> float:
    """Weighted least-squares amplitude A of a streak, photons per pixel.

    Minimises sum w (e - b - A t - c)^2 over A and c in the pixels within 5 widths of the crest, with w = 1 / (b + r^2):
    estimate e, expectation b without the streak, template t, readout noise r. The constant c takes up what an
    even background leaves.

    Parameters
    ----------
    signal, background
        Shape (y, x), photons per pixel; NaN in the signal where masked.
    template
        Shape (y, x): 1 on the crest.
    """
    used = (template > math.exp(-0.5 * BAND_WIDTHS**2)) & np.isfinite(signal)
    rest = signal[used].astype(np.float64) - background[used]
    weight = 1 / (background[used].astype(np.float64) + max(readout, 1e-3) ** 2)
    shape = template[used] - np.average(template[used], weights=weight)
    return float((weight * shape) @ rest / ((weight * shape) @ shape))


def sensor_templates(campaign: Campaign) -> tuple[Array, ...]:
    """Each streak on the sensor grid, 1 on its crest."""
    return _templates(campaign.shape)


def pixel_templates(campaign: Campaign) -> tuple[Array, ...]:
    """Each streak after charge sharing in pixels, (y, x); up to 4 where a pixel has the size of several."""
    return _shared_templates(replace(campaign, photon_energy_keV=1.0))


@lru_cache(maxsize=4)
def _templates(shape: tuple[int, int]) -> tuple[Array, ...]:
    rows, columns = sensor_shape(shape)
    y, x = np.ogrid[:rows, :columns]
    across = (y - (rows - 1) / 2) * math.cos(ANGLE_RAD) - (x - (columns - 1) / 2) * math.sin(ANGLE_RAD)
    return tuple(np.exp(-0.5 * ((across - offset * rows) / WIDTH_PX) ** 2) for offset in OFFSETS)


@lru_cache(maxsize=2)
def _shared_templates(campaign: Campaign) -> tuple[Array, ...]:
    return tuple(
        fold(shared_expectation(template, campaign=campaign), shape=campaign.shape)
        for template in _templates(campaign.shape)
    )
