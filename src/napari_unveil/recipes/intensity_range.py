"""The intensities that a model was trained on: patches enter, percentiles leave; frames are held against them.

All in photons per pixel. In a model's card they are ``training["range"]``: ``percentiles``, and under ``signal`` and
``noise`` the value at each of them over all pixels of the patches, before amplitudes are changed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import ModelCard
from napari_unveil.recipes.photons import COUNTING_UNITS
from napari_unveil.types import Frame, Frames

PERCENTILES = (1.0, 50.0, 99.9)
SAMPLED_PATCHES = 512
"""Patches of a kind that are looked at, evenly spread over the library."""

TOLERANCE = 5.0
"""By this factor a frame may lie outside what was trained; statistics of frames and of patches differ."""

SLACK_PHOTONS = 0.5
"""Differences smaller than this say nothing: they are readout noise."""

ENERGY_TOLERANCE = 0.1
"""Relative difference of photon energies that matters: hits look larger or smaller in photons."""

KEY = "range"


def range_of(library: PatchLibrary, photon: float) -> dict[str, Any]:
    """What ``training["range"]`` of a model's card holds: plain values.

    Parameters
    ----------
    library
        The patches that a model is trained on.
    photon
        One photon in their unit.
    """
    return {
        "unit": "photons per pixel",
        "percentiles": list(PERCENTILES),
        "signal": _percentiles(library.signal(_spread(library.signal_count)), photon),
        "noise": _percentiles(library.noise(_spread(library.noise_count)), photon),
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


def cautions_on_frame(card: ModelCard, frame: Frame, photon: float) -> tuple[str, ...]:
    """Sentences on the intensities of ``frame`` (y, x) that lie outside those the model was trained on; best: none.

    Parameters
    ----------
    card
        Of the model; one without a range gives no sentence.
    photon
        One photon in the unit of the frame.
    """
    known = card.training.get(KEY)
    values = frame[np.isfinite(frame)]
    if not isinstance(known, Mapping) or values.size == 0:
        return ()
    said = []
    found = [float(np.percentile(values, percentile)) / photon for percentile in known["percentiles"]]
    strongest = max(card.settings.get("amplitude", (1.0, 1.0)))
    rows = zip(known["percentiles"], found, known["signal"], known["noise"], strict=True)
    for percentile, here, signal, noise in rows:
        low, high = min(signal, noise), max(strongest * signal, 0) + max(noise, 0)
        if here > TOLERANCE * high + SLACK_PHOTONS or here < _below(low):
            word = "more" if here > high else "less"
            said.append(
                f"{word} intensity than trained on: {percentile:g} % of the pixels lie below {here:.3g} photons, "
                f"in training below {low:.3g} to {high:.3g}"
            )
    return tuple(said)


def _below(low: float) -> float:
    """The least that is taken for usual."""
    return min(low / TOLERANCE, low * TOLERANCE) - SLACK_PHOTONS


def _percentiles(patches: Frames, photon: float) -> list[float]:
    return [float(f"{value:.4g}") for value in np.nanpercentile(patches, PERCENTILES) / photon]


def _spread(count: int) -> np.ndarray:
    return np.linspace(0, count - 1, min(count, SAMPLED_PATCHES)).astype(np.int64)
