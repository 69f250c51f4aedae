"""What a library leaves in a model's card, and units held against it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.card import ModelCard
from napari_unveil.recipes.intensity_range import cautions_on_unit, local_range_in, range_of
from napari_unveil.recipes.local_range import local_range_of
from napari_unveil.recipes.separation_settings import SeparationSettings

PHOTON_KEV = 8.0
SETTINGS = SeparationSettings()


@pytest.fixture
def library(tmp_path: Path) -> PatchLibrary:
    """Signal of 0 to 99 photons, noise of 0 and 10, in keV."""
    path = tmp_path / "patches.h5"
    with writing_library(path, patch=10, unit="keV", photon_energy_keV=PHOTON_KEV, provenance={}) as shelves:
        for frame in range(3):
            ramp = np.arange(100, dtype=np.float32).reshape(10, 10) * PHOTON_KEV
            ramp[0, 0] = np.nan
            shelves["signal"].append(Cutting(ramp, (0, 0), 0.0), frame=frame)
            shelves["noise"].append(Cutting(np.where(ramp > 790, 80, 0).astype(np.float32), (0, 0), 0.0), frame=frame)
    return PatchLibrary.open(path)


@pytest.fixture
def card(library: PatchLibrary) -> ModelCard:
    training = {"range": range_of(library, PHOTON_KEV, SETTINGS)}
    return ModelCard("separation", {"amplitude": (0.5, 2.0)}, "keV", PHOTON_KEV, training)


def test_percentiles_are_of_all_pixels_in_photons_gaps_aside(library: PatchLibrary) -> None:
    found = range_of(library, PHOTON_KEV, SETTINGS)
    assert found["signal"][1] == pytest.approx(50, abs=0.5)
    assert found["noise"] == [0, 0, 10]


def test_mixtures_leave_their_bands_the_same_each_time(library: PatchLibrary, card: ModelCard) -> None:
    values = range_of(library, PHOTON_KEV, SETTINGS)
    assert values == card.training["range"]
    read = replace(card, training={"range": json.loads(json.dumps(values))})
    known = local_range_in(read)
    assert known is not None
    assert known.window_px == 8
    assert known == local_range_in(card)


def test_amplitudes_and_added_noise_widen_the_bands(library: PatchLibrary) -> None:
    alone = local_range_of(library.patches("signal", np.arange(3)), PHOTON_KEV)
    narrow, wide = (
        local_range_in(ModelCard("separation", {}, "keV", None, {"range": range_of(library, PHOTON_KEV, settings)}))
        for settings in (replace(SETTINGS, amplitude=(1.0, 1.0), noise_patches=(0, 1)), SETTINGS)
    )
    assert alone is not None
    assert narrow is not None
    assert wide is not None
    assert narrow.level[0] == alone.level[0]
    assert wide.level[-1] > narrow.level[-1]


@pytest.mark.parametrize("training", [{}, {"range": None}, {"range": {}}, {"range": {"local": {"level": [1]}}}])
def test_a_card_without_bands_knows_none(training: dict[str, object]) -> None:
    assert local_range_in(ModelCard("separation", {}, "keV", None, training)) is None


def test_another_unit_and_another_energy_are_said(card: ModelCard) -> None:
    assert cautions_on_unit(card, unit="keV", photon_energy_keV=8.1) == ()
    assert "12 keV" in cautions_on_unit(card, unit="keV", photon_energy_keV=12.0)[0]
    assert cautions_on_unit(replace(card, unit="photons"), unit="keV", photon_energy_keV=8.1) == ()
    assert (
        "in photons, these are in ADU"
        in cautions_on_unit(replace(card, unit="photons"), unit="ADU", photon_energy_keV=None)[0]
    )
    assert "an unknown unit" in cautions_on_unit(card, unit="", photon_energy_keV=8.0)[0]
