import shutil
from collections import namedtuple

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary, remove_patches

Usage = namedtuple("Usage", "total used free")
NONE = np.array([], np.int64)


@pytest.fixture
def copy(library, tmp_path) -> PatchLibrary:
    path = tmp_path / "patches.h5"
    path.write_bytes(library.path.read_bytes())
    return PatchLibrary.open(path)


def contents(path):
    with h5py.File(path) as file:
        return {
            f"{kind}/{name}": file[kind][name][...]
            for kind in ("signal", "noise")
            for name in ("patches", "frame", "module", "position", "angle_deg")
        }


def test_what_stays_is_the_old_library_without_the_marked_patches(copy):
    before = contents(copy.path)
    removed = {"signal": np.array([0, 4, 29]), "noise": np.array([7])}
    *_, last = remove_patches(copy, removed)
    after = contents(copy.path)
    for name, values in before.items():
        expected = np.delete(values, removed[name.split("/")[0]], axis=0)
        np.testing.assert_array_equal(after[name], expected)
        assert after[name].dtype == values.dtype
    assert (last.done, last.total, last.removed) == (66, 66, 4)
    assert [path.name for path in copy.path.parent.iterdir()] == ["patches.h5"]


def test_the_provenance_counts_what_was_removed_by_hand(copy):
    list(remove_patches(copy, {"signal": np.array([1, 2]), "noise": NONE}))
    once = PatchLibrary.open(copy.path)
    assert once.provenance["removed_by_hand"] == {"signal": 2, "noise": 0}
    list(remove_patches(once, {"noise": np.array([3])}))
    twice = PatchLibrary.open(copy.path)
    assert twice.provenance["removed_by_hand"] == {"signal": 2, "noise": 1}
    assert {**twice.provenance, "removed_by_hand": None} == {**copy.provenance, "removed_by_hand": None}
    assert (twice.unit, twice.photon_energy_keV, twice.patch) == (copy.unit, copy.photon_energy_keV, copy.patch)


def test_a_removal_that_is_cancelled_changes_nothing(copy):
    before = copy.sha256
    work = remove_patches(copy, {"signal": np.array([0])})
    next(work)
    work.close()
    assert copy.sha256 == before
    assert list(copy.path.parent.iterdir()) == [copy.path]


def test_a_full_disk_leaves_the_original(copy, monkeypatch):
    before = copy.sha256
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 0))
    with pytest.raises(Refused, match="No space left"):
        list(remove_patches(copy, {"signal": np.array([0])}))
    monkeypatch.undo()
    assert copy.sha256 == before
    assert list(copy.path.parent.iterdir()) == [copy.path]


def test_removing_nothing_or_everything_is_refused(copy):
    with pytest.raises(Refused, match="no patch is marked"):
        list(remove_patches(copy, {"signal": NONE, "noise": NONE}))
    with pytest.raises(Refused, match="every noise patch is marked"):
        list(remove_patches(copy, {"noise": np.arange(40)}))


def test_a_library_that_was_written_again_meanwhile_is_refused(copy):
    list(remove_patches(copy, {"signal": np.array([0])}))
    with pytest.raises(Refused, match="has been written again"):
        list(remove_patches(copy, {"signal": np.array([0])}))
    with pytest.raises(Refused, match="written again"):
        copy.patches("signal", np.array([0]))
