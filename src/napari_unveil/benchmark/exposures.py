"""What methods are given and what they give back: simulated shots (y, x) in photons per pixel, with their truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from napari_unveil.benchmark.campaigns import NamedCampaign
from napari_unveil.errors import Refused
from napari_unveil.inspection.binning import Binning, Profile
from napari_unveil.inspection.geometry import around
from napari_unveil.simulate import Campaign, Diffraction, Shot, beam_centre, full_shots, xray_only_shots
from napari_unveil.types import Frame, Mask
from napari_unveil.workflow.masking import mask_from_reference

RING_PX = 4.0
"""Width of a ring of I(q)."""
BEAM_STOP_PX = 18.0
"""Closer to the beam there is the soft edge of the beam stop, and no profile."""
LEAST_BACKGROUND_SHARE = 0.01
GROW_PX = 8

REFERENCES, SHOTS, NULLS, INJECTIONS = range(4)
"""Numbers of the sources of chance of a campaign."""


@dataclass(frozen=True)
class Beamtime:
    """What is known before a method looks at a shot.

    Parameters
    ----------
    name, inside
        As in :class:`~napari_unveil.benchmark.campaigns.NamedCampaign`.
    campaign
        Its settings.
    background
        Shape (y, x): pixels that hold signal in the X-ray-only references; True = excluded from the background.
    """

    name: str
    inside: bool
    campaign: Campaign
    background: Mask

    @property
    def photon(self) -> float:
        """Energy of one photon, keV."""
        return self.campaign.photon_energy_keV

    @property
    def readout(self) -> float:
        """Standard deviation of the readout noise, photons per pixel."""
        return self.campaign.readout_noise_keV / self.photon

    @property
    def centre_yx(self) -> tuple[float, float]:
        """Mean place of the beam, pixels."""
        return beam_centre(self.campaign)

    @cached_property
    def rings(self) -> Binning:
        """Rings of 4 pixels around the beam, outside of the beam stop."""
        geometry = around(self.campaign.shape, self.centre_yx)
        outside = np.asarray(geometry.radial >= BEAM_STOP_PX)
        numbers = (geometry.radial / RING_PX).astype(np.int64)
        return Binning.of(geometry.radial, numbers, inside=outside)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """One shot in photons per pixel, all of shape (y, x); a method looks at ``frame``, only the oracle at more.

    Parameters
    ----------
    beamtime
        What was known before.
    frame, signal, noise, expected
        As in :class:`~napari_unveil.simulate.Shot`, divided by the energy of a photon.
    """

    beamtime: Beamtime
    frame: Frame
    signal: Frame
    noise: Frame
    expected: Frame

    @classmethod
    def of(cls, shot: Shot, beamtime: Beamtime) -> "Exposure":
        """Turn a simulated shot in keV into photons."""
        images = (shot.frame, shot.signal, shot.noise, shot.expected)
        return cls(beamtime, *(np.asarray(image / beamtime.photon, np.float32) for image in images))


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What a method makes of a frame, all (y, x) in photons per pixel.

    Parameters
    ----------
    signal
        The estimated signal; NaN where the frame is.
    sigma
        Its standard error per pixel; None: the method gives none.
    correlation
        Effective correlation of the errors of two pixels.
    noise
        The estimated noise; None: whatever the signal leaves of the frame.
    """

    signal: Frame
    sigma: Frame | None = None
    noise: Frame | None = None
    correlation: float = 0.0

    def taken_from(self, frame: Frame) -> Frame:
        """The noise (y, x) that was taken from ``frame``, estimated or left."""
        return np.asarray(frame - self.signal) if self.noise is None else self.noise


@runtime_checkable
class Method(Protocol):
    """A way to take the noise off a frame."""

    @property
    def name(self) -> str:
        """As in the table."""
        ...

    def estimate(self, exposure: Exposure) -> Estimate:
        """The signal of ``exposure.frame``."""
        ...


class Integrator(Protocol):
    """A way to I(q) that has no image of the signal."""

    @property
    def name(self) -> str:
        """As in the table."""
        ...

    def profile(self, exposure: Exposure) -> Profile:
        """Mean and standard error in ``exposure.beamtime.rings``, photons per pixel."""
        ...


def beamtime_of(named: NamedCampaign, *, references: int, seed: int) -> Beamtime:
    """Look for the signal-free region of a campaign in ``references`` X-ray-only shots.

    Where nothing stands out the whole frame is background; where everything does, the darkest pixels of the references
    are.
    """
    rng = _chance(named.campaign, seed, REFERENCES)
    shots = xray_only_shots(named.campaign, count=references, rng=rng)
    try:
        made = mask_from_reference((shot.frame for shot in shots), grow_px=GROW_PX)
    except Refused:
        return Beamtime(named.name, named.inside, named.campaign, np.zeros(named.campaign.shape, np.bool_))
    mask = made.mask
    if mask.mean() > 1 - LEAST_BACKGROUND_SHARE:
        mask = ~(made.image <= np.nanquantile(made.image, LEAST_BACKGROUND_SHARE))
    return Beamtime(named.name, named.inside, named.campaign, mask)


def exposures(beamtime: Beamtime, *, count: int, seed: int) -> Iterator[Exposure]:
    """Full shots, one at a time."""
    rng = _chance(beamtime.campaign, seed, SHOTS)
    return (Exposure.of(shot, beamtime) for shot in full_shots(beamtime.campaign, count=count, rng=rng))


def null_exposures(beamtime: Beamtime, *, count: int, seed: int) -> Iterator[Exposure]:
    """Shots of the optical laser alone: hits and readout noise, no signal."""
    dark = replace(beamtime.campaign, peak_photons=0.0, floor_photons=0.0, diffraction=Diffraction())
    rng = _chance(beamtime.campaign, seed, NULLS)
    return (Exposure.of(shot, beamtime) for shot in full_shots(dark, count=count, rng=rng))


def injection_rng(beamtime: Beamtime, *, seed: int) -> np.random.Generator:
    """The source of chance of weak streaks that are added."""
    return _chance(beamtime.campaign, seed, INJECTIONS)


def _chance(campaign: Campaign, seed: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, campaign.seed, purpose])
