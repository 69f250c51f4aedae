"""Azimuthal integration that sorts hits out by itself, with pyFAI: a frame (y, x) in photons enters, I(q) leaves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from napari_unveil.benchmark.exposures import RING_PX, Beamtime, Exposure
from napari_unveil.inspection.binning import Profile

DISTANCE_M = 1.0
SIGMAS = 5.0

How = Callable[[Any, Exposure, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class RobustIntegration:
    """I(q) in the rings of the beamtime, by one of pyFAI's ways.

    Parameters
    ----------
    name
        As in the table.
    how
        Calls an integrator of pyFAI with a frame and with what all ways need.
    """

    name: str
    how: How
    _made: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def profile(self, exposure: Exposure) -> Profile:
        """Mean and standard error; NaN where pyFAI gives nothing."""
        beamtime = exposure.beamtime
        if beamtime.name not in self._made:
            self._made.clear()
            self._made[beamtime.name] = integrator_of(beamtime)
        position = beamtime.rings.position
        first, last = (int(position[place] / RING_PX) for place in (0, -1))
        pitch_mm = beamtime.campaign.pixel_um * 1e-3
        what = {
            "npt": last + 1 - first,
            "radial_range": (first * RING_PX * pitch_mm, (last + 1) * RING_PX * pitch_mm),
            "unit": "r_mm",
            "correctSolidAngle": False,
            "error_model": "poisson",
            "mask": ~np.isfinite(exposure.frame),
            "method": ("no", "csr", "cython"),
        }
        found = self.how(self._made[beamtime.name], exposure, what)
        return _in_rings(np.asarray(found.intensity), np.asarray(found.sigma), beamtime, first)


def sigma_clipped() -> RobustIntegration:
    """The mean of a ring without the pixels beyond 5 standard deviations, again and again."""

    def how(integrator: Any, exposure: Exposure, what: dict[str, Any]) -> Any:
        return integrator.sigma_clip_ng(exposure.frame, thres=SIGMAS, **{**what, "error_model": "azimuthal"})

    return RobustIntegration("sigma-clip", how)


def azimuthal_median() -> RobustIntegration:
    """The median of a ring."""

    def how(integrator: Any, exposure: Exposure, what: dict[str, Any]) -> Any:
        return integrator.medfilt1d_ng(exposure.frame, **what)

    return RobustIntegration("ring-median", how)


def integrator_of(beamtime: Beamtime) -> Any:
    """PyFAI's integrator of a flat detector; a pixel of twice the size counts as one, as in our rings."""
    from pyFAI.detectors import Detector
    from pyFAI.integrator.azimuthal import AzimuthalIntegrator

    pitch = beamtime.campaign.pixel_um * 1e-6
    y, x = beamtime.centre_yx
    detector = Detector(pitch, pitch, max_shape=beamtime.campaign.shape)
    return AzimuthalIntegrator(DISTANCE_M, (y + 0.5) * pitch, (x + 0.5) * pitch, detector=detector)


def _in_rings(mean: np.ndarray, error: np.ndarray, beamtime: Beamtime, first: int) -> Profile:
    rings = beamtime.rings
    which = (rings.position / RING_PX).astype(np.int64) - first
    pixels = np.bincount(rings.bins, minlength=rings.position.size)
    return Profile(rings.position, mean[which].astype(np.float64), error[which].astype(np.float64), pixels)
