from datetime import UTC, datetime, timedelta

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import Address
from napari_unveil.masking import find_draft, forget_draft, keep_draft
from napari_unveil.masking.drafts import draft_path

SHAPE = (3, 6, 11)


@pytest.fixture
def address(tmp_path):
    return Address(tmp_path / "run.h5", "/entry/data/data")


@pytest.fixture
def masks():
    rng = np.random.default_rng(0)
    return {"signal mask": rng.random((6, 11)) > 0.5, "per / frame": rng.random((3, 6, 11)) > 0.5}


def test_what_was_kept_is_found_again(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    draft = find_draft(tmp_path, address, shape=SHAPE)
    assert datetime.now(UTC) - draft.saved < timedelta(minutes=1)
    found = draft.masks()
    assert list(found) == list(draft.names.values()) == list(masks)
    for name, mask in masks.items():
        np.testing.assert_array_equal(found[name], mask)


def test_frames_of_another_address_or_shape_have_no_draft(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    assert find_draft(tmp_path, Address(address.path), shape=SHAPE) is None
    assert find_draft(tmp_path, address, shape=(3, 11, 6)) is None


def test_the_newest_draft_replaces_the_one_before(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    keep_draft(tmp_path, address, {"other": np.ones((6, 11), bool)})
    assert list(find_draft(tmp_path, address, shape=SHAPE).masks()) == ["other"]
    assert len(list(draft_path(tmp_path, address).parent.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"not HDF5"])
def test_a_damaged_draft_is_none(tmp_path, address, masks, damage):
    keep_draft(tmp_path, address, masks)
    draft_path(tmp_path, address).write_bytes(damage)
    assert find_draft(tmp_path, address, shape=SHAPE) is None


def test_another_files_hdf5_is_no_draft(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    h5py.File(draft_path(tmp_path, address), "w").close()
    assert find_draft(tmp_path, address, shape=SHAPE) is None


def test_a_draft_is_forgotten(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    forget_draft(tmp_path, address)
    forget_draft(tmp_path, address)
    assert find_draft(tmp_path, address, shape=SHAPE) is None


def test_a_draft_that_was_removed_is_refused(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    draft = find_draft(tmp_path, address, shape=SHAPE)
    forget_draft(tmp_path, address)
    with pytest.raises(Refused, match="make the mask again"):
        draft.masks()


def test_masks_that_do_not_line_up_with_the_frames_are_left_out(tmp_path, address, masks):
    keep_draft(tmp_path, address, masks)
    assert list(find_draft(tmp_path, address, shape=(9, 6, 11)).names.values()) == ["signal mask"]
    assert list(find_draft(tmp_path, address, shape=(9, 3, 6, 11)).names.values()) == list(masks), "one a module"
