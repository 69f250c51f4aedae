import hashlib

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary


def test_a_library_says_what_it_holds(library):
    assert (library.patch, library.unit, library.photon_energy_keV) == (32, "keV", 8.0)
    assert library.labels["signal"].frames.dtype == library.labels["noise"].frames.dtype == np.int64
    assert library.provenance["signal"] == "xray.h5"
    assert library.provenance["settings"]["seed"] == 3
    assert library.provenance["min_intensity"] > 0


def test_patches_come_in_the_order_of_the_indices(library):
    everything = library.patches("signal", np.arange(library.count("signal")))
    assert everything.shape == (30, 32, 32)
    assert everything.dtype == np.float32
    indices = np.array([7, 2, 7, 29, 0])
    np.testing.assert_array_equal(library.patches("signal", indices), everything[indices])
    assert library.patches("noise", np.array([], np.int64)).shape == (0, 32, 32)


def test_patches_are_pixels_of_the_frame_they_name(library, xray_frames, full_frames):
    for index in range(5):
        assert np.isin(
            library.patches("signal", np.array([index])), xray_frames[library.labels["signal"].frames[index]]
        ).all()
        noise = library.patches("noise", np.array([index]))
        assert np.isin(noise[np.isfinite(noise)], full_frames[library.labels["noise"].frames[index]]).all()


def test_positions_and_orientations_are_kept(library):
    with h5py.File(library.path) as file:
        assert file["signal/position"].shape == (30, 2)
        assert len(np.unique(file["signal/angle_deg"])) == 30
        assert not file["noise/angle_deg"][...].any()
        assert file["signal/patches"].chunks == (1, 32, 32)


def test_the_file_is_closed_between_reads(library, tmp_path):
    moved = tmp_path / "moved.h5"
    moved.write_bytes(library.path.read_bytes())
    copy = PatchLibrary.open(moved)
    copy.patches("signal", np.array([0]))
    with h5py.File(moved, "r+"):
        pass


def test_the_hash_is_the_one_of_the_file(library):
    assert library.sha256 == hashlib.sha256(library.path.read_bytes()).hexdigest()


def test_truncated_libraries_are_refused(library, tmp_path):
    path = tmp_path / "short.h5"
    path.write_bytes(library.path.read_bytes()[:-1000])
    with pytest.raises(Refused, match="truncated"):
        PatchLibrary.open(path)


def test_files_of_another_kind_are_refused(tmp_path):
    (tmp_path / "text.h5").write_text("patches")
    h5py.File(tmp_path / "run.h5", "w").close()
    for name in ("text.h5", "run.h5", "absent.h5"):
        with pytest.raises(Refused, match=name):
            PatchLibrary.open(tmp_path / name)


def test_other_format_versions_are_refused(library, tmp_path):
    path = tmp_path / "future.h5"
    path.write_bytes(library.path.read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(Refused, match="format 99"):
        PatchLibrary.open(path)


def test_a_library_that_vanished_is_refused(library, tmp_path):
    path = tmp_path / "gone.h5"
    path.write_bytes(library.path.read_bytes())
    gone = PatchLibrary.open(path)
    path.unlink()
    with pytest.raises(Refused, match=r"gone\.h5"):
        gone.patches("signal", np.array([0]))
    with pytest.raises(Refused, match=r"gone\.h5"):
        _ = gone.sha256
