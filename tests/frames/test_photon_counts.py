"""Whole photons: 16 bits as long as they do, 32 from then on, and what is missing stays missing."""

import h5py
import numpy as np

from napari_unveil.frames import open_frames, parse_address, writing_nxdata
from napari_unveil.frames.photon_counts import PhotonCounts, counts_of


def written(path, frames, photon=2.0):
    said = []
    with writing_nxdata(path, stack_shape=frames.shape, names=("signal", "noise"), unit="photons") as result:
        counts = PhotonCounts(result, photon, said.append)
        for index, frame in enumerate(frames):
            counts.write("signal", index, frame)
            counts.write("noise", index, frame)
        counts.close()
    return open_frames(parse_address(path)), said


def test_the_nearest_whole_photon_is_kept_and_below_zero_is_zero(tmp_path):
    frame = np.array([[-7.0, -0.9, 0.9, 1.1, 2.9, 3.1, np.nan, np.inf]] * 5, np.float32)
    stack, _ = written(tmp_path / "a.h5", frame[None])
    np.testing.assert_array_equal(stack.read(0)[0], [0, 0, 0, 1, 1, 2, np.nan, np.nan])
    assert stack.unit == "photons"


def test_large_counts_take_32_bits_and_small_ones_before_them_stay(tmp_path):
    frames = np.ones((3, 5, 6), np.float32) * np.array([2, 2 * 65534, 2 * 65535], np.float32)[:, None, None]
    frames[0, 0, 0] = np.nan
    small, _ = written(tmp_path / "small.h5", frames[:2])
    large, said = written(tmp_path / "large.h5", frames)
    for stack, path, kind in ((small, "small.h5", np.uint16), (large, "large.h5", np.uint32)):
        with h5py.File(tmp_path / path) as file:
            assert file["entry/data/signal"].dtype == kind
            assert list(file["entry/data"]) == ["noise", "signal"]
            assert file["entry/data"].attrs["signal"] == "signal"
        np.testing.assert_array_equal(np.stack(list(stack.iterate())), frames[: stack.frame_count] / 2)
    assert "uint32" in said[0]


def test_noise_is_not_rounded(tmp_path):
    frames = np.random.default_rng(0).normal(size=(2, 5, 6)).astype(np.float32)
    written(tmp_path / "a.h5", frames)
    noise = open_frames(parse_address(f"{tmp_path / 'a.h5'}::/entry/data/noise"))
    np.testing.assert_array_equal(np.stack(list(noise.iterate())), frames / 2)


def test_what_rounding_saves_is_measured(tmp_path):
    frames = np.random.default_rng(0).gamma(2, 3, size=(20, 64, 64)).astype(np.float32)
    _, (sentence,) = written(tmp_path / "a.h5", frames)
    with h5py.File(tmp_path / "a.h5") as file:
        data = file["entry/data"]
        unrounded, rounded = (data[name].id.get_storage_size() for name in ("noise", "signal"))
    assert f"{rounded / 1000:.3g} kB on disk" in sentence
    told = float(sentence.rpartition("about ")[2].split()[0])
    assert abs(told / (unrounded / 1000) - 1) < 0.05
    assert rounded < unrounded / 2


def test_missing_counts_stay_missing_in_another_type():
    small = np.array([0, 9, 65534, 65535], np.uint16)
    assert counts_of(small, np.dtype(np.uint32)).tolist() == [0, 9, 65534, 2**32 - 1]
