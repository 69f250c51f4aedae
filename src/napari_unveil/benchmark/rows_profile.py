"""Rows about I(q): profiles of a method and of the truth in the same rings enter, sums over shots and numbers leave.

A profile is (mean, standard error, pixels) a ring, photons per pixel; see ``Beamtime.rings``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_unveil.benchmark.exposures import Beamtime, Estimate, Exposure
from napari_unveil.inspection.binning import Profile
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.types import Frame

Array = NDArray[np.float64]

DECADES = ((0.01, 0.1), (0.1, 1.0), (1.0, 10.0), (10.0, 100.0), (100.0, np.inf))
"""Photons per pixel, expected."""
LEAST_COUNTED = 0.05
"""Photons per pixel from which up the largest bias counts."""
REACH_ERROR = 0.1


@dataclass(frozen=True, slots=True)
class RingSums:
    """Sums over shots in every ring, all of shape (ring,); ``+`` pools shots of one campaign.

    Parameters
    ----------
    estimate, signal, expected
        Photons: of the method, in these very shots, and in the mean of infinitely many.
    pixels
        Valid pixels.
    """

    estimate: Array
    signal: Array
    expected: Array
    pixels: Array

    @classmethod
    def of(cls, profile: Profile, exposure: Exposure) -> "RingSums":
        """Sum over one shot; a ring for which the method has no mean counts nowhere."""
        signal, expected = (_profile_of(image, exposure) for image in (exposure.signal, exposure.expected))
        known = np.isfinite(profile.mean) & np.isfinite(signal.mean)
        pixels = np.where(known, signal.pixels, 0).astype(np.float64)
        estimate = np.where(known, profile.mean, 0)
        true, mean = (np.where(known, one.mean, 0) for one in (signal, expected))
        return cls(estimate * pixels, true * pixels, mean * pixels, pixels)

    def __add__(self, other: "RingSums") -> "RingSums":
        return RingSums(
            self.estimate + other.estimate,
            self.signal + other.signal,
            self.expected + other.expected,
            self.pixels + other.pixels,
        )


@dataclass(frozen=True, slots=True)
class PullSums:
    """Sums over pulls p = (I - I_true) / standard error, one for each ring of each shot; ``+`` pools."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    covered: int = 0

    @classmethod
    def of(cls, profile: Profile, exposure: Exposure) -> "PullSums":
        """Sum over the rings of one shot that have a standard error above 0."""
        true = _profile_of(exposure.signal, exposure).mean
        error = profile.standard_error
        known = np.isfinite(profile.mean) & np.isfinite(true) & np.isfinite(error) & (error > 0)
        pulls = (profile.mean[known] - true[known]) / error[known]
        return cls(
            count=pulls.size,
            total=float(pulls.sum()),
            squares=float(pulls @ pulls),
            covered=int(np.count_nonzero(np.abs(pulls) <= 1)),
        )

    def __add__(self, other: "PullSums") -> "PullSums":
        return PullSums(
            self.count + other.count,
            self.total + other.total,
            self.squares + other.squares,
            self.covered + other.covered,
        )


def profile_of(estimate: Estimate, exposure: Exposure) -> Profile:
    """I(q) of an estimate: the mean of a ring, and its standard error as in Inspect; NaN where there is no sigma."""
    error = None if estimate.sigma is None else PixelErrors(estimate.sigma, estimate.correlation)
    profile = _profile_of(estimate.signal, exposure, error=error)
    unknown = np.full(profile.mean.shape, np.nan)
    of_mean = unknown if profile.separation_error is None else profile.separation_error
    return replace(profile, standard_error=of_mean, separation_error=None)


def bias(sums: RingSums) -> Array:
    """Relative bias of each ring, sum of estimates over sum of signals - 1; NaN where there is no signal."""
    relative = np.full(sums.signal.shape, np.nan)
    np.divide(sums.estimate, sums.signal, out=relative, where=sums.signal > 0)
    return relative - 1


def intensity(sums: RingSums) -> Array:
    """Expected photons per pixel of each ring."""
    mean = np.full(sums.expected.shape, np.nan)
    np.divide(sums.expected, sums.pixels, out=mean, where=sums.pixels > 0)
    return mean


def mean_bias(sums: RingSums, low: float, high: float) -> float | None:
    """Mean of abs(bias) over the rings with an expected intensity in [low, high); None where there is none."""
    at = intensity(sums)
    found = np.abs(bias(sums)[(at >= low) & (at < high)])
    found = found[np.isfinite(found)]
    return float(found.mean()) if found.size else None


def largest_bias(sums: RingSums, low: float = LEAST_COUNTED) -> float | None:
    """Largest abs(bias) of the rings with an expected intensity of at least ``low``; None where there is none."""
    found = np.abs(bias(sums)[intensity(sums) >= low])
    found = found[np.isfinite(found)]
    return float(found.max()) if found.size else None


def reach(sums: RingSums, beamtime: Beamtime) -> float:
    """Radius in pixels up to which, from the beam stop on, abs(I / I_expected - 1) stays within 10 %.

    The outer edge of the last such ring; the radius of the beam stop where the first ring fails.
    """
    position = beamtime.rings.position
    right = np.abs(sums.estimate - sums.expected) <= REACH_ERROR * sums.expected
    wrong = np.flatnonzero(~(right & (sums.pixels > 0)))
    last = wrong[0] if wrong.size else position.size
    edges = np.concatenate([[position[0]], (position[1:] + position[:-1]) / 2, [position[-1]]])
    return float(edges[last])


def pull_width(sums: PullSums) -> float | None:
    """Standard deviation of the pulls; None below two."""
    if sums.count < 2:
        return None
    mean = sums.total / sums.count
    return float(np.sqrt(max(sums.squares / sums.count - mean**2, 0)))


def coverage(sums: PullSums) -> float | None:
    """Share of the rings whose interval of one standard error (68 %) holds the true signal."""
    return sums.covered / sums.count if sums.count else None


def _profile_of(image: Frame, exposure: Exposure, *, error: PixelErrors | None = None) -> Profile:
    valid = np.where(np.isfinite(exposure.frame), image, np.float32(np.nan))
    return exposure.beamtime.rings.profile(valid, error=error)
