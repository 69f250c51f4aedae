"""Which simulated beamtimes networks learn from, and which they are judged by; split by campaign, never by frame."""

import math
from dataclasses import dataclass, replace

import numpy as np

from napari_unveil.simulate import Campaign, Diffraction

SHAPE = (512, 1024)
TRAINING_CAMPAIGNS = 96

LOG_RANGES: dict[str, tuple[float, float]] = {
    "photon_energy_keV": (5.0, 18.0),
    "peak_photons": (20.0, 2e4),
    "streak_width_px": (1.5, 8.0),
    "fringe_period_px": (10.0, 80.0),
    "floor_photons": (1e-3, 3.0),
    "hits_per_pixel": (0.01, 1.0),
    "temperature_keV": (30.0, 500.0),
    "readout_noise_keV": (0.15, 0.6),
}
"""Training campaigns are drawn from these, log-uniformly."""

RARE: dict[str, tuple[float, tuple[float, float]]] = {
    "floor_photons": (0.15, (3.0, 1e3)),
    "readout_noise_keV": (0.1, (5e-3, 0.15)),
}
"""Share of the training campaigns that have a setting from another range, so that frames of other detectors are not
strange: bright everywhere, or almost no readout noise."""

ELECTRON_FRACTIONS = (0.1, 0.6)
MOST_STREAKS = 3
SHARE_WITH_RINGS = 0.5
SHARE_WITH_SPOTS = 0.3
RINGS = (1, 8)
SPOTS = (10, 600)
LOG_RANGES_DIFFRACTION: dict[str, tuple[float, float]] = {
    "ring_photons": (0.01, 50.0),
    "ring_width_px": (1.0, 100.0),
    "spot_photons": (5.0, 2e4),
    "spot_width_px": (0.6, 2.5),
}


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """A beamtime that methods are judged by.

    Parameters
    ----------
    name
        As in the table.
    campaign
        Its settings.
    inside
        Whether each setting lies within the range of the training campaigns.
    """

    name: str
    campaign: Campaign
    inside: bool


def training_campaigns(count: int = TRAINING_CAMPAIGNS, *, seed: int = 0) -> tuple[Campaign, ...]:
    """Beamtimes to learn from; the first ones are the same whatever the ``count``."""
    return tuple(_drawn(np.random.default_rng([seed, number]), 1000 + number) for number in range(count))


def validation_campaigns() -> tuple[NamedCampaign, ...]:
    """Beamtimes by which choices are made; none of them is trained on or tested with."""
    return (
        NamedCampaign("streaks", Campaign(seed=101, hits_per_pixel=0.2, temperature_keV=80.0), inside=True),
        NamedCampaign(
            "halo",
            Campaign(
                seed=102,
                streaks=0,
                photon_energy_keV=10.0,
                hits_per_pixel=0.4,
                temperature_keV=200.0,
                diffraction=Diffraction(rings=1, ring_photons=1.0, ring_width_px=80.0, spots=100, spot_photons=500.0),
            ),
            inside=True,
        ),
    )


def testing_campaigns() -> tuple[NamedCampaign, ...]:
    """Beamtimes that methods are judged by; the last two lie outside the training range."""
    return (
        NamedCampaign("sparse", Campaign(seed=201, hits_per_pixel=0.1), inside=True),
        NamedCampaign(
            "dense",
            Campaign(seed=202, hits_per_pixel=0.5, temperature_keV=60.0, streaks=1, fringe_period_px=40.0),
            inside=True,
        ),
        NamedCampaign(
            "crowded",
            Campaign(
                seed=203,
                hits_per_pixel=1.0,
                temperature_keV=150.0,
                photon_energy_keV=12.0,
                streaks=3,
                streak_width_px=5.0,
                readout_noise_keV=0.5,
            ),
            inside=True,
        ),
        NamedCampaign(
            "hard",
            Campaign(
                seed=204,
                hits_per_pixel=0.03,
                temperature_keV=400.0,
                electron_fraction=0.15,
                photon_energy_keV=6.0,
                peak_photons=300.0,
                floor_photons=0.05,
            ),
            inside=True,
        ),
        NamedCampaign(
            "powder",
            Campaign(
                seed=205,
                streaks=0,
                photon_energy_keV=15.0,
                hits_per_pixel=0.2,
                floor_photons=0.1,
                diffraction=Diffraction(rings=6, ring_photons=3.0, ring_width_px=2.5, spots=150, spot_photons=400.0),
            ),
            inside=True,
        ),
        NamedCampaign(
            "large pixels",
            Campaign(seed=206, pixel_um=172.0, photon_energy_keV=25.0, readout_noise_keV=1.5, hits_per_pixel=0.2),
            inside=False,
        ),
        NamedCampaign(
            "flooded",
            Campaign(seed=207, hits_per_pixel=2.5, temperature_keV=800.0, electron_fraction=0.9),
            inside=False,
        ),
    )


def smaller(campaign: Campaign, shape: tuple[int, int]) -> Campaign:
    """The same beamtime on another detector size, for shorter runs."""
    return replace(campaign, shape=shape)


def _drawn(rng: np.random.Generator, seed: int) -> Campaign:
    settings = {name: _log_uniform(rng, *limits) for name, limits in LOG_RANGES.items()}
    rare = {name: _log_uniform(rng, *limits) for name, (share, limits) in RARE.items() if rng.random() < share}
    return Campaign(
        shape=SHAPE,
        seed=seed,
        streaks=int(rng.integers(MOST_STREAKS + 1)),
        electron_fraction=float(rng.uniform(*ELECTRON_FRACTIONS)),
        bad_fraction=0.0,
        diffraction=_drawn_diffraction(rng),
        **(settings | rare),
    )


def _drawn_diffraction(rng: np.random.Generator) -> Diffraction:
    settings = {name: _log_uniform(rng, *limits) for name, limits in LOG_RANGES_DIFFRACTION.items()}
    rings, spots = rng.integers(*RINGS, endpoint=True), round(_log_uniform(rng, *SPOTS))
    return Diffraction(
        rings=int(rings) if rng.random() < SHARE_WITH_RINGS else 0,
        spots=spots if rng.random() < SHARE_WITH_SPOTS else 0,
        **settings,
    )


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))
