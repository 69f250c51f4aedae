"""What people do today, and what nobody can: frames (y, x) in photons enter, estimates leave."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.denoising.gaps import filled
from napari_unveil.inspection.cells import cell_sums
from napari_unveil.types import Frame, Mask

MEDIAN_PX = 5
CLIP_SIGMAS = 2.0
"""Of 2, 3, 4, 5 and 8 the one with the lowest usable intensity in the validation campaigns."""
FIRST_CELL_PX = 8
FIRST_SIGMA_PX, LEAST_WEIGHT = 1.0, 0.1


@dataclass(frozen=True, slots=True)
class Input:
    """The frame as it is."""

    name: str = "input"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Everything is signal."""
        return Estimate(exposure.frame)


@dataclass(frozen=True, slots=True)
class Constant:
    """The mean of a signal-free region of the frame, subtracted everywhere."""

    name: str = "constant"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Frame minus mean."""
        level = np.nanmean(exposure.frame[~exposure.beamtime.background], dtype=np.float64)
        return Estimate(exposure.frame - np.float32(level))


@dataclass(frozen=True, slots=True)
class Median:
    """The median of 5 x 5 pixels."""

    name: str = "median"

    def estimate(self, exposure: Exposure) -> Estimate:
        """The median, no pixel kept."""
        return Estimate(_where_known(exposure.frame, _median(filled(exposure.frame))))


@dataclass(frozen=True, slots=True)
class Clip:
    """Pixels too bright for photon noise about the median m of their 5 x 5 neighbourhood become that median.

    Too bright is x > m + k sqrt(max(m, 1) + r^2) photons, with the readout noise r: the variance of counts, taken for
    at least one photon, since a median of 0 does not tell that there is none.
    """

    sigmas: float = CLIP_SIGMAS
    name: str = "clip"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Frame with the bright pixels replaced."""
        frame = filled(exposure.frame)
        median = _median(frame)
        spread = np.sqrt(np.maximum(median, 1) + exposure.beamtime.readout**2)
        return Estimate(_where_known(exposure.frame, np.where(frame > median + self.sigmas * spread, median, frame)))


@dataclass(frozen=True, slots=True)
class LACosmic:
    """Laplacian edges (P. G. van Dokkum, PASP 113, 1420 (2001)), by astroscrappy with its own parameters."""

    detect: Any
    name: str = "lacosmic"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Frame with the pixels that were found replaced by the mean around."""
        missing = ~np.isfinite(exposure.frame)
        _, clean = self.detect(
            filled(exposure.frame), inmask=missing, gain=1.0, readnoise=exposure.beamtime.readout, satlevel=np.inf
        )
        return Estimate(_where_known(exposure.frame, clean))


@dataclass(frozen=True, slots=True)
class Oracle:
    """Knows the hit pixels and fills them with the mean of the others in their 8 x 8 cell: a bound, not a method.

    A pixel is hit where its hits left more than the readout noise. Where a cell has no other pixel, the mean comes
    from the cell twice, four times ... as large.
    """

    name: str = "oracle"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Frame with the hit pixels filled."""
        hit = exposure.noise > exposure.beamtime.readout
        known = np.isfinite(exposure.frame) & ~hit
        means = _means_of_known(np.where(known, exposure.frame, 0), known)
        return Estimate(_where_known(exposure.frame, np.where(hit, means, exposure.frame)))


@dataclass(frozen=True, slots=True)
class NearOracle:
    """Knows the hit pixels and fills them with the mean of the nearest others, weighted by a Gaussian.

    Its standard deviation is 1 pixel, or 2, 4, 8 ... where the others weigh less than a tenth of all.
    """

    name: str = "oracle-near"

    def estimate(self, exposure: Exposure) -> Estimate:
        """Frame with the hit pixels filled."""
        hit = exposure.noise > exposure.beamtime.readout
        known = np.isfinite(exposure.frame) & ~hit
        means = _means_nearby(np.where(known, exposure.frame, 0), known)
        return Estimate(_where_known(exposure.frame, np.where(hit, means, exposure.frame)))


def _median(frame: Frame) -> Frame:
    return np.asarray(ndimage.median_filter(frame, MEDIAN_PX, mode="reflect"), np.float32)


def _where_known(frame: Frame, estimate: np.ndarray) -> Frame:
    return np.where(np.isfinite(frame), estimate, np.nan).astype(np.float32)


def _means_of_known(values: Frame, known: Mask) -> Frame:
    """Mean of the known pixels in the smallest cell that has one, shape (y, x); 0 where nothing is known."""
    means = np.zeros(values.shape)
    missing = np.ones(values.shape, np.bool_)
    side = FIRST_CELL_PX
    while missing.any() and side < 2 * max(values.shape):
        total, count = (_cell_sums(image, side) for image in (values, known))
        there = missing & (count > 0)
        means[there] = total[there] / count[there]
        missing &= count == 0
        side *= 2
    return means.astype(np.float32)


def _means_nearby(values: Frame, known: Mask) -> Frame:
    """Gaussian mean of the known pixels around each, shape (y, x); 0 where nothing is known."""
    means = np.zeros(values.shape)
    missing = np.ones(values.shape, np.bool_)
    sigma = FIRST_SIGMA_PX
    while missing.any() and sigma < max(values.shape):
        total, weight = (ndimage.gaussian_filter(image.astype(np.float64), sigma) for image in (values, known))
        there = missing & (weight >= LEAST_WEIGHT)
        means[there] = total[there] / weight[there]
        missing &= ~there
        sigma *= 2
    return means.astype(np.float32)


def _cell_sums(image: np.ndarray, side: int) -> np.ndarray:
    """Sum over the cell of each pixel, shape (y, x)."""
    repeated = cell_sums(image, np.float64, cell_px=side).repeat(side, axis=0).repeat(side, axis=1)
    return np.asarray(repeated[: image.shape[0], : image.shape[1]])
