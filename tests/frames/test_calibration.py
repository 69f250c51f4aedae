"""Raw Jungfrau words: numbers by hand, then a real module against frames that its makers calibrated."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_unveil.errors import Refused
from napari_unveil.frames import load_calibration, open_frames, parse_address
from napari_unveil.frames.calibration import calibrated, split_words, stages_of_codes

PEDESTALS = np.array([3000, 15000, 14500], np.float32)[:, None, None]
GAINS = np.array([40, -1.5, -0.1], np.float32)[:, None, None]
CODES = np.array([0, 1, 3])


def test_bits_and_values_are_taken_apart():
    adc, stage = split_words(np.array([5, 1 << 14 | 6, 2 << 14 | 7, 3 << 14 | 8], np.uint16))
    assert adc.tolist() == [5, 6, 7, 8]
    assert stage.tolist() == [0, 1, -1, 2]
    assert stages_of_codes(np.array([0, 1, 2, 3, 4], np.uint8)).tolist() == [0, 1, -1, 2, -1]


def test_energy_is_what_lies_above_the_pedestal_over_the_gain():
    adc, stage = np.array([[3400, 14985, 14400]]), np.array([[0, 1, 2]])
    np.testing.assert_allclose(calibrated(adc, stage, pedestals=PEDESTALS, gains=GAINS), [[10, 10, 1000]], rtol=1e-5)


@given(stage=st.integers(0, 2), energy=st.floats(-5, 30))
def test_energy_comes_back_from_the_words_within_half_a_step(stage, energy):
    pedestal, gain = PEDESTALS[stage, 0, 0], GAINS[stage, 0, 0]
    words = np.array([[round(float(pedestal + energy * gain)) | int(CODES[stage]) << 14]], np.uint16)
    found = calibrated(*split_words(words), pedestals=PEDESTALS, gains=GAINS)
    assert abs(found[0, 0] - energy) <= 0.5001 / abs(gain) + 1e-3


@pytest.mark.parametrize("word", [0x3FFF, 0xC000, 0xFFFF, 2 << 14 | 3000])
def test_saturated_and_impossible_words_are_missing(word):
    adc, stage = split_words(np.array([[word]], np.uint16))
    assert np.isnan(calibrated(adc, stage, pedestals=PEDESTALS, gains=GAINS)).all()


@pytest.mark.parametrize(("pedestal", "gain"), [(0, 40), (16383, 40), (3000, 0), (np.nan, 40), (3000, np.nan)])
def test_pixels_without_constants_are_missing(pedestal, gain):
    pedestals, gains = (np.full((3, 1, 1), value, np.float32) for value in (pedestal, gain))
    assert np.isnan(calibrated(np.array([[3400]]), np.array([[0]]), pedestals=pedestals, gains=gains)).all()


@pytest.fixture
def constants(tmp_path):
    """Constants (3, 6, 8) in the forms that are read."""
    pedestals, gains = (np.broadcast_to(values, (3, 6, 8)) for values in (PEDESTALS, GAINS))
    np.savez(tmp_path / "both.npz", pedestals=pedestals, gains=gains)
    np.savez(tmp_path / "p.npz", **{f"G{stage}": pedestals[stage] for stage in range(3)})
    np.savez(tmp_path / "g.npz", **{f"G{stage}": gains[stage] for stage in range(3)})
    with h5py.File(tmp_path / "both.h5", "w") as file:
        file["pedestals"], file["deep/inside"] = pedestals, GAINS.ravel()
    return tmp_path


@pytest.mark.parametrize(
    ("pedestals", "gains"),
    [
        ("both.npz", "both.npz"),
        ("p.npz", "g.npz"),
        ("both.h5", "both.h5::/deep/inside"),
        ("both.npz::/pedestals", "g.npz"),
    ],
)
def test_constants_are_read_from_npz_and_hdf5(constants, pedestals, gains):
    read = load_calibration(str(constants / pedestals), str(constants / gains))
    np.testing.assert_array_equal(np.broadcast_to(read.constants(0, 0)[0], (3, 6, 8))[:, 0, 0], PEDESTALS.ravel())
    np.testing.assert_array_equal(np.broadcast_to(read.constants(0, 0)[1], (3, 6, 8))[:, 0, 0], GAINS.ravel())
    again = load_calibration(*read.origin)
    np.testing.assert_array_equal(again.gains, read.gains)


def test_files_without_constants_are_refused(constants, tmp_path):
    np.savez(tmp_path / "none.npz", other=np.ones(3))
    np.savez(tmp_path / "short.npz", pedestals=np.ones((2, 6, 8)))
    (tmp_path / "text.npz").write_text("text")
    for name in ("none.npz", "short.npz", "text.npz", "absent.npz"):
        with pytest.raises(Refused) as caught:
            load_calibration(str(tmp_path / name), str(constants / "g.npz"))
        assert name in str(caught.value)


@pytest.fixture
def raw_run(tmp_path, module_writer):
    """Two raw modules whose gain has a dataset of its own; stage 1 in every second column."""
    folder = tmp_path / "run"
    folder.mkdir()
    for module in (1, 2):
        path = module_writer(folder, module, [101, 102], [1, 1], corrected=False)
        with h5py.File(path, "r+") as file:
            data = file[f"INSTRUMENT/HED_IA1_JF500K/DET/JNGFR{module:02}:daqOutput/data"]
            gain = np.zeros(data["adc"].shape, np.uint8)
            gain[..., ::2] = 1
            data["gain"] = gain
            data["adc"][...] = np.where(gain == 1, 14985, 3400)
    return folder


def test_a_raw_run_is_calibrated_module_by_module(raw_run, tmp_path):
    gains = np.stack([np.broadcast_to(GAINS, (3, 6, 8)), 2 * np.broadcast_to(GAINS, (3, 6, 8))], axis=1)
    np.savez(tmp_path / "c.npz", pedestals=PEDESTALS.ravel(), gains=gains)
    constants = load_calibration(str(tmp_path / "c.npz"), str(tmp_path / "c.npz"))
    stack = open_frames(parse_address(raw_run), calibration=constants)
    np.testing.assert_allclose(stack.read(0), 10, rtol=1e-5)
    np.testing.assert_allclose(stack.read(1), 5, rtol=1e-5)
    assert (stack.unit, stack.uncalibrated) == ("keV", False)
    assert stack.calibration[2] == "keV"
    assert tmp_path / "c.npz" in stack.inputs
    assert not any("uncalibrated" in warning for warning in stack.warnings)
    one = open_frames(parse_address(f"{raw_run}::/HED_IA1_JF500K/DET/JNGFR02"))
    assert one.uncalibrated
    assert set(np.unique(one.read(0))) == {3400, 14985}


def test_constants_of_another_detector_are_refused(raw_run, tmp_path):
    np.savez(tmp_path / "c.npz", pedestals=np.ones((3, 7, 8)), gains=np.ones((3, 7, 8)))
    constants = load_calibration(str(tmp_path / "c.npz"), str(tmp_path / "c.npz"))
    with pytest.raises(Refused, match=r"7, 8\)"):
        open_frames(parse_address(raw_run), calibration=constants)


def test_a_real_module_shows_the_gain_that_its_makers_used(shared_data):
    """Where ADU above the pedestal are plotted against photons, the slope is the gain: one number a pixel."""
    folder = shared_data / "jungfrau_psi"
    words = np.load(folder / "mod5_raw_u16_00-05.npz")["raw"][:2]
    photons = np.load(folder / "mod5_conv_f32_00-05.npz")["conv"][:2]
    pedestals = np.load(folder / "mod5_pedestals_f32.npz")
    stacked = np.stack([pedestals[name] for name in ("G0", "G1", "G2")])
    unit = np.ones((3, 1, 1), np.float32)
    above = np.stack([calibrated(*split_words(frame), pedestals=stacked, gains=unit) for frame in words])
    bright = (photons > 3) & (photons < 1000) & (words >> 14 == 0) & ~np.isnan(above)
    assert bright.sum() > 1000
    gain = above[bright] / photons[bright]
    assert np.percentile(gain, 95) / np.percentile(gain, 5) < 1.3
    both = bright[0] & bright[1]
    first, second = above[0][both] / photons[0][both], above[1][both] / photons[1][both]
    assert np.median(np.abs(first / second - 1)) < 0.02
