"""The best that single pixels allow: a simulated campaign and its true mean intensity enter, a bound leaves."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.simulate import Campaign, full_shots
from napari_unveil.types import Frame

SHOTS = 8
"""From which a campaign is known; none of them is among those that methods are judged by."""
SEED = 1_000_003

EXPECTED_EDGES = np.geomspace(1e-3, 3e4, 61)
VALUE_EDGES = np.concatenate((np.arange(-1.0, 8.0, 0.05), np.geomspace(8.0, 1e5, 81)))
"""In photons per pixel; readout noise is about as wide as the narrowest step."""
COLUMNS = len(VALUE_EDGES) + 1


@dataclass(frozen=True, slots=True)
class PosteriorOracle:
    """Knows the mean intensity at each pixel and the hits of the campaign: the mean of the signal given one value.

    Nothing that looks at pixels one by one has a smaller mean square error than ``E[signal | value, intensity]``, and
    over a campaign it has no bias in sums; how many hits this very shot has it does not know. A network sees the pixels
    around, but has to guess intensity and hits from them. A bound, not a method.
    """

    name: str = "oracle-posterior"

    def estimate(self, exposure: Exposure) -> Estimate:
        """The posterior mean of each pixel, with the posterior's standard deviation."""
        places = _places(exposure.frame, exposure.expected)
        removed, spread = (column[places] for column in _table_of(exposure.beamtime.campaign))
        unseen = np.isnan(removed)
        signal = np.where(unseen, np.minimum(exposure.frame, exposure.expected), exposure.frame - removed)
        return Estimate(signal.astype(np.float32), np.where(unseen, 0, spread).astype(np.float32))


@lru_cache(maxsize=1)
def _table_of(campaign: Campaign) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of the noise in photons, by place; NaN where nothing was seen.

    Signal and hits of different shots are independent, so each signal is shown with the hits of every shot.
    """
    photon = np.float32(campaign.photon_energy_keV)
    shots = list(full_shots(campaign, count=SHOTS, rng=np.random.default_rng([SEED, campaign.seed])))
    count, total, squares = (np.zeros(COLUMNS * (len(EXPECTED_EDGES) + 1)) for _ in range(3))
    for shot in shots:
        for other in shots:
            values = (shot.signal + other.noise) / photon
            seen = np.isfinite(values)
            noise = (other.noise[seen] / photon).astype(np.float64)
            places = _places(values[seen], shot.expected[seen] / photon)
            count += np.bincount(places, minlength=count.size)
            total += np.bincount(places, noise, minlength=count.size)
            squares += np.bincount(places, noise**2, minlength=count.size)
    with np.errstate(invalid="ignore"):
        mean = total / count
        return mean, np.sqrt(np.maximum(squares / count - mean**2, 0))


def _places(values: Frame, expected: Frame) -> NDArray[np.int64]:
    """Row of the intensity and column of the value, as one number."""
    numbers: NDArray[np.int64] = np.digitize(expected, EXPECTED_EDGES) * COLUMNS + np.digitize(values, VALUE_EDGES)
    return numbers
