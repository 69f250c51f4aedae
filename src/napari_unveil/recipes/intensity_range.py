"""What a model was trained on: patches enter, their intensities leave for its card, and are read there again.

In a model's card they are ``training["range"]``, in photons per pixel: ``percentiles``, and under ``signal`` and
``noise`` the value at each of them over all pixels of the patches, before amplitudes are changed; under ``local``
what windows of their mixtures are like, which frames are held against.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_unveil.harvest import PatchLibrary, draw_batch
from napari_unveil.network.card import ModelCard
from napari_unveil.recipes.local_range import LocalRange, as_values, local_range_from_values, local_range_of
from napari_unveil.recipes.mixing import mixing_of
from napari_unveil.recipes.photons import COUNTING_UNITS
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.types import Frames

PERCENTILES = (1.0, 50.0, 99.9)
SAMPLED_PATCHES = 512
"""Patches of a kind that are looked at, evenly spread over the library."""

MIXTURES = 2048
"""So many at most, and no more than some for each signal patch, are looked at from place to place."""

MIXTURES_PER_PATCH = 8

ENERGY_TOLERANCE = 0.1
"""Relative difference of photon energies that matters: hits look larger or smaller in photons."""

KEY, LOCAL = "range", "local"


def range_of(library: PatchLibrary, photon: float, settings: SeparationSettings) -> dict[str, Any]:
    """What ``training["range"]`` of a model's card holds: plain values, the same each time.

    Parameters
    ----------
    library
        The patches that a model is trained on.
    photon
        One photon in their unit.
    settings
        How they are mixed.
    """
    local = local_range_of(_mixtures(library, settings), photon)
    return {
        "unit": "photons per pixel",
        "percentiles": list(PERCENTILES),
        "signal": _percentiles(library.patches("signal", _spread(library.count("signal"))), photon),
        "noise": _percentiles(library.patches("noise", _spread(library.count("noise"))), photon),
        **({} if local is None else {LOCAL: as_values(local)}),
    }


def cautions_on_unit(card: ModelCard, *, unit: str, photon_energy_keV: float | None) -> tuple[str, ...]:
    """Sentences on frames in ``unit`` with photons of this energy that differ from the training data; best: none.

    A model that was trained on counts is at home with any unit in which one photon is known.
    """
    said = []
    counts = card.unit in COUNTING_UNITS and (unit in COUNTING_UNITS or photon_energy_keV is not None)
    if card.unit and unit != card.unit and not counts:
        said.append(f"the model was trained on frames in {card.unit}, these are in {unit or 'an unknown unit'}")
    trained, here = card.photon_energy_keV, photon_energy_keV
    if trained and here and abs(here / trained - 1) > ENERGY_TOLERANCE:
        said.append(f"the model was trained with photons of {trained:g} keV, these have {here:g} keV")
    return tuple(said)


def local_range_in(card: ModelCard) -> LocalRange | None:
    """What windows of the training mixtures were like, from a model's card; None where it does not say."""
    known = card.training.get(KEY)
    try:
        return local_range_from_values(known[LOCAL]) if isinstance(known, Mapping) else None
    except (KeyError, TypeError, ValueError):
        return None


def _mixtures(library: PatchLibrary, settings: SeparationSettings) -> Frames:
    signal, noise = np.arange(library.count("signal")), np.arange(library.count("noise"))
    batch = draw_batch(
        library,
        signal,
        noise,
        batch=min(MIXTURES, MIXTURES_PER_PATCH * library.count("signal")),
        mixing=mixing_of(library, noise, settings),
        rng=np.random.default_rng(0),
    )
    return batch.signal + batch.noise


def _percentiles(patches: Frames, photon: float) -> list[float]:
    return [float(f"{value:.4g}") for value in np.nanpercentile(patches, PERCENTILES) / photon]


def _spread(count: int) -> np.ndarray:
    return np.linspace(0, count - 1, min(count, SAMPLED_PATCHES)).astype(np.int64)
