import h5py
import numpy as np

from napari_unveil.frames import open_frames, parse_address


def test_pixels_are_nan_where_their_mask_was_never_written(tmp_path, module_writer, mask_name):
    path = module_writer(tmp_path, 1, [101, 102], [1, 1])
    with h5py.File(path, "r+") as file:
        name = mask_name(path)
        shape = file[name].shape
        del file[name]
        masks = file.create_dataset(name, shape, np.uint32, chunks=(1, *shape[1:]))
        masks[0] = 0
    stack = open_frames(parse_address(path))
    assert not np.isnan(stack.read(0)).any()
    assert np.isnan(stack.read(1)).all()


def test_pixels_are_nan_where_the_source_of_their_mask_is_absent(tmp_path):
    path = tmp_path / "x.cxi"
    layout = h5py.VirtualLayout((2, 6, 8), np.uint32)
    layout[:] = h5py.VirtualSource("gone.h5", "mask", (2, 6, 8))
    with h5py.File(path, "w") as file:
        group = file.create_group("entry_1/instrument_1/detector_1")
        group["data"] = np.ones((2, 6, 8), np.float32)
        group.create_virtual_dataset("mask", layout)
    assert np.isnan(open_frames(parse_address(path)).read(0)).all()


def test_a_mask_that_nobody_wrote_at_all_is_left_out_with_a_warning(tmp_path, module_writer, mask_name):
    path = module_writer(tmp_path, 1, [101], [1])
    with h5py.File(path, "r+") as file:
        name = mask_name(path)
        shape = file[name].shape
        del file[name]
        file.create_dataset(name, shape, np.uint32, chunks=(1, *shape[1:]))
    stack = open_frames(parse_address(path))
    assert not np.isnan(stack.read(0)).any()
    assert "without a mask" in stack.warnings[0]
