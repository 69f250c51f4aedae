"""The patches that networks learn from: campaigns enter, a patch library in photons leaves.

Signal patches hold photons and readout noise, noise patches the energy of the hits alone, so that their sum carries
readout noise once. All patches of a campaign have its number for a frame number: what is held out is held out by
campaign.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from napari_unveil.benchmark.campaigns import SHAPE, TRAINING_CAMPAIGNS, smaller, training_campaigns
from napari_unveil.errors import Refused
from napari_unveil.harvest import Cutting, PatchLibrary, cut
from napari_unveil.harvest.library import Shelf, writing_library
from napari_unveil.simulate import Campaign, Shot, full_shots
from napari_unveil.types import Frame, Progress

TRIES = 400
"""Random places that are tried in a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings:
    """What is simulated.

    Parameters
    ----------
    campaigns
        Number of beamtimes.
    shots
        Full shots of each.
    shape
        Rows and columns of a shot; at least a patch.
    patch
        Side of a patch, pixels; small ones, since for the same work more steps are made with more campaigns in them.
    seed
        Decides campaigns, shots and places.
    """

    campaigns: int = TRAINING_CAMPAIGNS
    shots: int = 2
    shape: tuple[int, int] = SHAPE
    patch: int = 64
    seed: int = 0


def write_library(path: Path, settings: LibrarySettings) -> Iterator[Progress]:
    """Simulate the training campaigns and write their patches; one shot is in memory at a time.

    Raises
    ------
    Refused
        When the place cannot be written to.
    """
    campaigns = _campaigns(settings)
    with writing_library(
        path, patch=settings.patch, unit="photons", photon_energy_keV=None, provenance=provenance_of(settings)
    ) as shelves:
        yield Progress(0, len(campaigns), "campaigns to learn from")
        for number, campaign in enumerate(campaigns):
            _fill(tuple(shelves.values()), number, campaign, settings)
            words = f"campaigns to learn from: {shelves['signal'].count} patches"
            yield Progress(number + 1, len(campaigns), words)


def provenance_of(settings: LibrarySettings) -> dict[str, Any]:
    """What a library is made from, as plain values."""
    return {"campaigns": [asdict(one) for one in _campaigns(settings)], "library": asdict(settings)}


def library_at(path: Path, settings: LibrarySettings) -> Iterator[Progress]:
    """As :func:`write_library`, unless the library is there already."""
    try:
        known = PatchLibrary.open(path).provenance
    except Refused:
        known = None
    if known == json.loads(json.dumps(provenance_of(settings))):
        yield Progress(1, 1, "patches of an earlier run")
    else:
        yield from write_library(path, settings)


def corners(shape: tuple[int, int], *, patch: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Top-left corners (y, x) of squares at random places in a frame of ``shape`` that do not overlap."""
    found: list[tuple[int, int]] = []
    for y, x in rng.integers((0, 0), np.array(shape) - patch + 1, (TRIES, 2)).tolist():
        if all(abs(y - other) >= patch or abs(x - beside) >= patch for other, beside in found):
            found.append((y, x))
    return found


def _campaigns(settings: LibrarySettings) -> list[Campaign]:
    drawn = training_campaigns(settings.campaigns, seed=settings.seed)
    return [smaller(campaign, settings.shape) for campaign in drawn]


def _fill(shelves: Sequence[Shelf], number: int, campaign: Campaign, settings: LibrarySettings) -> None:
    rng = np.random.default_rng([settings.seed, campaign.seed])
    for shot in full_shots(campaign, count=settings.shots, rng=rng):
        for shelf, image in zip(shelves, _summands(shot, campaign), strict=True):
            for corner in corners(campaign.shape, patch=settings.patch, rng=rng):
                shelf.append(Cutting(cut(image, corner, patch=settings.patch), corner, 0.0), frame=number, module=0)


def _summands(shot: Shot, campaign: Campaign) -> tuple[Frame, Frame]:
    energy = np.float32(campaign.photon_energy_keV)
    return shot.signal / energy, shot.noise / energy
