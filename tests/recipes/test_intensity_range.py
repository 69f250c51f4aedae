"""Percentiles of patches, and frames held against them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.card import ModelCard
from napari_unveil.recipes.intensity_range import cautions_on_frame, cautions_on_unit, range_of

PHOTON_KEV = 8.0


@pytest.fixture
def library(tmp_path: Path) -> PatchLibrary:
    """Signal of 0 to 99 photons, noise of 0 and 10, in keV."""
    path = tmp_path / "patches.h5"
    with writing_library(path, patch=10, unit="keV", photon_energy_keV=PHOTON_KEV, provenance={}) as (signal, noise):
        for frame in range(3):
            ramp = np.arange(100, dtype=np.float32).reshape(10, 10) * PHOTON_KEV
            ramp[0, 0] = np.nan
            signal.append(Cutting(ramp, (0, 0), 0.0), frame=frame)
            noise.append(Cutting(np.where(ramp > 790, 80, 0).astype(np.float32), (0, 0), 0.0), frame=frame)
    return PatchLibrary.open(path)


@pytest.fixture
def card(library: PatchLibrary) -> ModelCard:
    training = {"range": range_of(library, PHOTON_KEV)}
    return ModelCard("separation", {"amplitude": (0.5, 2.0)}, "keV", PHOTON_KEV, training)


def test_percentiles_are_of_all_pixels_in_photons_gaps_aside(library: PatchLibrary) -> None:
    found = range_of(library, PHOTON_KEV)
    assert found["signal"][1] == pytest.approx(50, abs=0.5)
    assert found["noise"] == [0, 0, 10]


@pytest.mark.parametrize("factor", [0.5, 1, 3])
def test_frames_like_those_trained_on_give_no_caution(card: ModelCard, factor: float) -> None:
    frame = np.arange(100, dtype=np.float32).reshape(10, 10) * PHOTON_KEV * factor
    assert cautions_on_frame(card, frame, PHOTON_KEV) == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda x: x * 1000, "more"),
        (lambda x: x - 1000, "less"),
        (lambda x: x + 10_000, "more"),
        (lambda x: 0 * x, "less"),
    ],
)
def test_frames_in_another_unit_or_with_an_offset_give_one(card: ModelCard, change, word: str) -> None:
    frame = change(np.arange(100, dtype=np.float32).reshape(10, 10) * PHOTON_KEV)
    assert any(sentence.startswith(word) for sentence in cautions_on_frame(card, frame, PHOTON_KEV))


def test_a_card_without_a_range_and_a_frame_without_values_give_none(card: ModelCard) -> None:
    bright = np.full((4, 4), 1e9, np.float32)
    assert cautions_on_frame(ModelCard("separation", {}, "keV", PHOTON_KEV), bright, PHOTON_KEV) == ()
    assert cautions_on_frame(card, np.full((4, 4), np.nan, np.float32), PHOTON_KEV) == ()


def test_another_unit_and_another_energy_are_said(card: ModelCard) -> None:
    assert cautions_on_unit(card, unit="keV", photon_energy_keV=8.1) == ()
    assert "12 keV" in cautions_on_unit(card, unit="keV", photon_energy_keV=12.0)[0]
    assert cautions_on_unit(replace(card, unit="photons"), unit="keV", photon_energy_keV=8.1) == ()
    assert (
        "in photons, these are in ADU"
        in cautions_on_unit(replace(card, unit="photons"), unit="ADU", photon_energy_keV=None)[0]
    )
    assert "an unknown unit" in cautions_on_unit(card, unit="", photon_energy_keV=8.0)[0]
