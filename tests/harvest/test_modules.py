"""Patches of shots with several modules: each lies outside its own module's mask, and a shot stays together."""

import dataclasses

import h5py
import numpy as np
import pytest

from napari_unveil.harvest import PatchLibrary, harvest, plan_harvest, remove_patches, split_by_frame


@pytest.fixture
def masks(mask):
    """The second module is free where the first is masked, and the other way round."""
    return np.stack([mask, np.roll(mask, 80, axis=1)])


@pytest.fixture
def modular(plan, in_modules, masks):
    settings = dataclasses.replace(plan.settings, max_excluded=0.0, min_intensity=1.0, noises=60)
    return plan_harvest(in_modules(plan.signal), in_modules(plan.noise), masks, settings)


@pytest.fixture
def cut(modular, tmp_path):
    list(harvest(modular, tmp_path / "patches.h5"))
    return PatchLibrary.open(tmp_path / "patches.h5")


def test_a_patch_says_which_train_and_module_it_was_cut_from(cut, modular):
    assert set(cut.labels["signal"].frames) == set(cut.labels["noise"].frames) == {0, 1, 2}
    assert set(cut.labels["signal"].modules) == set(cut.labels["noise"].modules) == {0, 1}
    assert cut.provenance["modules"] == 2
    assert cut.provenance["signal_frame_counts"] == [3]
    with h5py.File(cut.path) as file:
        corners = file["noise/position"][...]
    for index, (shot, module) in enumerate(zip(cut.labels["noise"].frames, cut.labels["noise"].modules, strict=True)):
        row, column = corners[index]
        there = modular.noise.data[shot, module, row : row + 32, column : column + 32].compute()
        np.testing.assert_array_equal(cut.patches("noise", np.array([index]))[0], there)
    assert cut.place("noise", 0) == f"frame {cut.labels['noise'].frames[0]}, module {cut.labels['noise'].modules[0]}"


def test_no_noise_patch_has_a_pixel_that_is_masked_in_its_own_module(cut, masks):
    with h5py.File(cut.path) as file:
        corners = file["noise/position"][...]
    under_the_other = 0
    for (row, column), module in zip(corners, cut.labels["noise"].modules, strict=True):
        place = np.s_[row : row + 32, column : column + 32]
        assert not masks[module][place].any()
        under_the_other += masks[1 - module][place].any()
    assert under_the_other, "test invalid: the masks of both modules leave the same places"


def test_training_and_validation_share_no_shot_whatever_the_module(cut):
    training, validation = split_by_frame(cut.labels["noise"].frames, share=0.3, rng=np.random.default_rng(0))
    assert not set(cut.labels["noise"].frames[training]) & set(cut.labels["noise"].frames[validation])
    assert set(cut.labels["noise"].modules[validation]) == {0, 1}


def test_patches_that_stay_keep_their_module(cut):
    before = cut.labels["noise"].modules
    list(remove_patches(cut, {"noise": np.array([2, 5])}))
    np.testing.assert_array_equal(PatchLibrary.open(cut.path).labels["noise"].modules, np.delete(before, [2, 5]))


def test_a_library_that_names_no_modules_has_one(library, tmp_path):
    path = tmp_path / "old.h5"
    path.write_bytes(library.path.read_bytes())
    with h5py.File(path, "r+") as file:
        del file["signal/module"], file["noise/module"]
    old = PatchLibrary.open(path)
    assert not old.labels["signal"].modules.any()
    assert old.place("signal", 3) == f"frame {library.labels['signal'].frames[3]}"
    list(remove_patches(old, {"signal": np.array([0])}))
    assert PatchLibrary.open(path).count("signal") == library.count("signal") - 1
