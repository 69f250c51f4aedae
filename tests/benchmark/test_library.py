"""The library that networks learn from: photons, readout noise once, one number for each campaign."""

import numpy as np
import pytest

from napari_unveil.benchmark.campaigns import smaller, training_campaigns
from napari_unveil.benchmark.library import LibrarySettings, corners, write_library
from napari_unveil.harvest import PatchLibrary

SETTINGS = LibrarySettings(campaigns=3, shots=2, shape=(64, 128), patch=32)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "patches.h5"
    reports = list(write_library(path, SETTINGS))
    assert [report.done for report in reports] == [0, 1, 2, 3]
    return PatchLibrary.open(path)


def test_it_is_in_photons(library):
    assert library.unit == "photons"
    assert library.photon_energy_keV is None


def test_all_patches_of_a_campaign_have_its_number(library):
    assert set(library.labels["signal"].frames) == set(library.labels["noise"].frames) == {0, 1, 2}


def test_readout_noise_is_in_the_signal_alone(library):
    noise = library.patches("noise", np.arange(library.count("noise")))
    assert noise.min() >= 0
    assert (noise == 0).any()
    for number, campaign in enumerate(training_campaigns(3)):
        sigma = campaign.readout_noise_keV / campaign.photon_energy_keV
        signal = library.patches("signal", np.flatnonzero(library.labels["signal"].frames == number))
        assert signal.min() < -2 * sigma
        assert signal.min() > -7 * sigma


def test_it_says_what_was_simulated(library):
    campaigns = [smaller(campaign, (64, 128)) for campaign in training_campaigns(3)]
    assert [one["seed"] for one in library.provenance["campaigns"]] == [campaign.seed for campaign in campaigns]


def test_the_same_settings_give_the_same_patches(library, tmp_path):
    for _ in write_library(tmp_path / "again.h5", SETTINGS):
        pass
    again = PatchLibrary.open(tmp_path / "again.h5")
    indices = np.arange(library.count("signal"))
    np.testing.assert_array_equal(again.patches("signal", indices), library.patches("signal", indices))


def test_patches_of_a_frame_do_not_overlap_and_lie_inside():
    found = corners((96, 160), patch=32, rng=np.random.default_rng(0))
    covered = np.zeros((96, 160), int)
    for y, x in found:
        covered[y : y + 32, x : x + 32] += 1
    assert covered.max() == 1
    assert covered.sum() == len(found) * 32**2
    assert len(found) > 5


def test_a_frame_of_the_size_of_a_patch_gives_one():
    assert corners((32, 32), patch=32, rng=np.random.default_rng(0)) == [(0, 0)]
