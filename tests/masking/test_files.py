import json

import h5py
import numpy as np
import pytest
import tifffile

from napari_unveil.errors import Refused
from napari_unveil.masking import load_mask, save_mask

SUFFIXES = [".tif", ".tiff", ".npy", ".npz", ".edf", ".msk", ".h5", ".hdf5", ".TIF"]


@pytest.fixture
def mask():
    return np.random.default_rng(0).random((6, 11)) > 0.5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_saved_mask_is_loaded_again(tmp_path, mask, suffix):
    path = tmp_path / f"mask{suffix}"
    save_mask(path, mask)
    loaded = load_mask(path, shape=(6, 11))
    assert loaded.dtype == np.bool_
    np.testing.assert_array_equal(loaded, mask)
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_eight_bit(tmp_path, mask):
    save_mask(tmp_path / "mask.tif", mask)
    assert tifffile.imread(tmp_path / "mask.tif").dtype == np.uint8


def test_any_nonzero_number_excludes(tmp_path):
    np.save(tmp_path / "mask.npy", np.array([[0, 1, 7, -1]], np.int32))
    np.testing.assert_array_equal(load_mask(tmp_path / "mask.npy"), [[False, True, True, True]])


def test_hdf5_keeps_the_provenance(tmp_path, mask):
    save_mask(tmp_path / "mask.h5", mask, provenance={"threshold": 0.3})
    with h5py.File(tmp_path / "mask.h5") as file:
        assert json.loads(file["mask"].attrs["provenance"]) == {"threshold": 0.3}


def test_another_shape_is_refused(tmp_path, mask):
    save_mask(tmp_path / "mask.tif", mask)
    with pytest.raises(Refused, match=r"shape \(6, 11\); needed: the shape of the frames, \(11, 6\)"):
        load_mask(tmp_path / "mask.tif", shape=(11, 6))


def test_unknown_suffixes_are_refused(tmp_path, mask):
    with pytest.raises(Refused, match=r"\.tif"):
        save_mask(tmp_path / "mask.png", mask)
    with pytest.raises(Refused, match="ends in nothing"):
        load_mask(tmp_path / "mask")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"not a mask at all, whatever its name says"])
def test_unreadable_files_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"mask{suffix}"
    path.write_bytes(content)
    with pytest.raises(Refused, match=f"mask{suffix}"):
        load_mask(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_absent_files_are_refused(tmp_path, suffix):
    with pytest.raises(Refused, match="no mask could be read"):
        load_mask(tmp_path / f"mask{suffix}")


def test_hdf5_files_without_a_mask_are_refused(tmp_path):
    h5py.File(tmp_path / "run.h5", "w").close()
    with pytest.raises(Refused, match="at /mask"):
        load_mask(tmp_path / "run.h5")


def test_pickles_are_refused(tmp_path):
    np.save(tmp_path / "mask.npy", np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(Refused):
        load_mask(tmp_path / "mask.npy")


def test_a_folder_that_is_absent_is_refused(tmp_path, mask):
    with pytest.raises(Refused, match="nothing can be written"):
        save_mask(tmp_path / "absent" / "mask.tif", mask)


@pytest.mark.parametrize("suffix", [".tif", ".npy", ".npz", ".edf", ".h5"])
def test_masks_along_an_axis_are_loaded_again(tmp_path, suffix):
    masks = np.random.default_rng(0).random((3, 6, 11)) > 0.5
    save_mask(tmp_path / f"mask{suffix}", masks)
    np.testing.assert_array_equal(load_mask(tmp_path / f"mask{suffix}", shape=(6, 11)), masks)


@pytest.mark.parametrize("suffix", [".tif", ".npy", ".npz", ".h5"])
def test_a_mask_of_each_train_and_module_is_loaded_again(tmp_path, suffix):
    masks = np.random.default_rng(0).random((4, 2, 6, 11)) > 0.5
    save_mask(tmp_path / f"mask{suffix}", masks)
    np.testing.assert_array_equal(load_mask(tmp_path / f"mask{suffix}", shape=(6, 11)), masks)


@pytest.mark.parametrize(("suffix", "shape"), [(".edf", (4, 2, 6, 11)), (".msk", (3, 6, 11))])
def test_formats_that_hold_fewer_axes_say_so(tmp_path, suffix, shape):
    with pytest.raises(Refused, match=r"the mask has the shape \(.*at most"):
        save_mask(tmp_path / f"mask{suffix}", np.zeros(shape, bool))
    assert not list(tmp_path.iterdir())


def test_a_single_row_is_no_mask(tmp_path):
    np.save(tmp_path / "mask.npy", np.zeros(4, np.uint8))
    with pytest.raises(Refused, match="two-dimensional"):
        load_mask(tmp_path / "mask.npy")


def test_levels_of_silx_in_an_edf_are_all_masked(tmp_path):
    from fabio.edfimage import EdfImage

    levels = np.array([[0, 1, 2], [0, 0, -1]], np.int8)
    EdfImage(data=levels).write(str(tmp_path / "silx.edf"))
    np.testing.assert_array_equal(load_mask(tmp_path / "silx.edf"), levels != 0)


def test_a_dataset_is_named_behind_two_colons(tmp_path, mask):
    with h5py.File(tmp_path / "silx.h5", "w") as file:
        file["entry/first"] = mask.astype(np.uint8)
        file["entry/second"] = ~mask
    np.testing.assert_array_equal(load_mask(f"{tmp_path / 'silx.h5'}::/entry/second"), ~mask)
    with pytest.raises(Refused, match=r"/entry/first, /entry/second.*::/entry/first"):
        load_mask(tmp_path / "silx.h5")
    with pytest.raises(Refused, match="no mask could be read"):
        load_mask(f"{tmp_path / 'silx.h5'}::/entry/third")


def test_the_only_image_of_whole_numbers_is_the_mask(tmp_path, mask):
    with h5py.File(tmp_path / "detector.h5", "w") as file:
        file["entry/detector/bad"] = mask.astype(np.uint32)
        file["entry/detector/data"] = np.ones((3, 6, 11), np.uint16)
        file["entry/detector/gain"] = np.ones((6, 11), np.float32)
    np.testing.assert_array_equal(load_mask(tmp_path / "detector.h5"), mask)


def test_the_pixel_mask_is_preferred_to_other_images(tmp_path, mask):
    with h5py.File(tmp_path / "nexus.h5", "w") as file:
        file["entry/counts"] = np.ones((6, 11), np.int32)
        file["entry/instrument/detector/pixel_mask"] = mask.astype(np.uint32)
    np.testing.assert_array_equal(load_mask(tmp_path / "nexus.h5"), mask)
