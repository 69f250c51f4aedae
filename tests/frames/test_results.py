from contextlib import suppress

import h5py
import numpy as np
import pytest

from napari_unveil import __version__
from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, open_layers, parse_address, read_process, writing_nxdata
from napari_unveil.frames.results import read_error_correlation

PIXELS = np.random.default_rng(3).normal(size=(4, 6, 8)).astype(np.float32)


def write(path, *, names=("signal", "noise"), shape=PIXELS.shape, **more):
    with writing_nxdata(path, stack_shape=shape, names=names, unit="keV", **more) as writer:
        for place, name in enumerate(names):
            for index in range(int(np.prod(shape[:-2]))):
                writer.write(name, index, PIXELS[index % 4] + place)
    return parse_address(path)


def test_signal_and_noise_come_back_with_unit_energy_and_coordinates(tmp_path):
    trains = np.array([7, 8, 10, 11], np.uint64)
    address = write(tmp_path / "out.h5", photon_energy_keV=9.3, coordinates={"trainId": trains})
    layers = dict(open_layers(address))
    assert list(layers) == ["signal", "noise"]
    for place, stack in enumerate(layers.values()):
        np.testing.assert_array_equal(stack.data.compute(), PIXELS + place)
        assert stack.unit == "keV"
        assert stack.photon_energy_keV == 9.3
        assert stack.axes == ("train", "y", "x")
        np.testing.assert_array_equal(stack.coordinates["trainId"], trains)


def test_the_truth_comes_back_as_three_layers_and_one_can_be_named(tmp_path):
    address = write(tmp_path / "truth.h5", names=("signal", "noise", "expected"))
    assert [name for name, _ in open_layers(address)] == ["signal", "noise", "expected"]
    ((name, stack),) = open_layers(parse_address(f"{address}::/entry/data/expected"))
    assert name == "truth"
    np.testing.assert_array_equal(stack.read(0), PIXELS[0] + 2)


def test_simulated_frames_are_one_layer(tmp_path):
    ((name, stack),) = open_layers(write(tmp_path / "full.h5", names=("data",)))
    assert name == "full"
    assert stack.address.dataset == "/entry/data/data"


def test_modules_come_back_as_an_axis(tmp_path):
    stack = open_frames(write(tmp_path / "out.h5", shape=(4, 2, 6, 8)))
    assert stack.axes == ("frame", "module", "y", "x")
    np.testing.assert_array_equal(stack.read(5), PIXELS[1])


def test_frames_that_were_not_written_are_nan(tmp_path):
    path = tmp_path / "out.h5"
    with writing_nxdata(path, stack_shape=(3, 2, 6, 8), names=("signal",), unit="keV") as writer:
        writer.write("signal", (1, 1), PIXELS[0])
    stack = open_frames(parse_address(path))
    assert [bool(np.isnan(frame).all()) for frame in stack.iterate()] == [True, True, True, False, True, True]


def test_provenance_comes_back(tmp_path):
    process = {
        "method": "denoise",
        "parameters": {"passes": 4},
        "model_sha256": "ab",
        "range": (0, 4),
        "x": np.float32(2),
    }
    kept = read_process(write(tmp_path / "out.h5", process=process))
    assert kept["program"] == "napari-unveil"
    assert kept["version"] == __version__
    assert kept["date"].endswith("+00:00")
    assert kept["parameters"] == {"passes": 4}
    assert (kept["method"], kept["model_sha256"], kept["range"], kept["x"]) == ("denoise", "ab", [0, 4], 2.0)


def test_a_file_of_others_has_no_provenance(frames_file):
    assert read_process(parse_address(frames_file)) == {}


def test_the_layout_is_that_of_nexus(tmp_path):
    address = write(tmp_path / "out.h5", coordinates={"trainId": np.arange(4), "source": np.arange(4)})
    with h5py.File(address.path) as file:
        data = file[file.attrs["default"]]["data"]
        assert data.attrs["NX_class"] == "NXdata"
        assert data.attrs["signal"] == "signal"
        assert list(data.attrs["axes"]) == ["trainId", ".", "."]
        assert data.attrs["source_indices"] == 0
        assert file["entry/process"].attrs["NX_class"] == "NXprocess"
        signal = data["signal"]
        assert signal.chunks == (1, 6, 8)
        assert np.isnan(signal.fillvalue)
        assert "32008" in signal._filters
        assert signal.attrs["interpretation"] == "image"


def test_a_block_that_breaks_leaves_nothing_and_keeps_what_was_there(tmp_path):
    path = tmp_path / "out.h5"
    path.write_bytes(b"older")
    with (
        suppress(KeyboardInterrupt),
        writing_nxdata(path, stack_shape=PIXELS.shape, names=("signal",), unit="keV") as writer,
    ):
        writer.write("signal", 0, PIXELS[0])
        raise KeyboardInterrupt
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.h5"]
    assert path.read_bytes() == b"older"


@pytest.mark.parametrize(
    ("name", "index", "shape"),
    [("other", 0, (6, 8)), ("signal", 4, (6, 8)), ("signal", -1, (6, 8)), ("signal", 0, (8, 6))],
)
def test_a_frame_that_does_not_fit_is_refused(tmp_path, name, index, shape):
    with (
        pytest.raises(Refused, match="does not fit"),
        writing_nxdata(tmp_path / "o.h5", stack_shape=PIXELS.shape, names=("signal",), unit="") as writer,
    ):
        writer.write(name, index, np.zeros(shape, np.float32))
    assert not list(tmp_path.iterdir())


def test_coordinates_of_another_length_are_refused(tmp_path):
    with pytest.raises(Refused, match="one value per frame"):
        write(tmp_path / "out.h5", coordinates={"trainId": np.arange(3)})


def test_a_folder_that_is_absent_is_refused(tmp_path):
    with pytest.raises(Refused, match="nothing can be written"):
        write(tmp_path / "absent" / "out.h5")


def test_marks_are_small_whole_numbers_beside_the_frames(tmp_path):
    names, marked = ("signal", "noise", "unlike_training"), PIXELS[0] > PIXELS[0].mean()
    with writing_nxdata(tmp_path / "out.h5", stack_shape=PIXELS.shape, names=names, unit="keV") as writer:
        writer.write("unlike_training", 1, marked)
    with h5py.File(tmp_path / "out.h5") as file:
        data = file["entry/data"]
        assert list(data.attrs["auxiliary_signals"]) == ["noise", "unlike_training"]
        assert data["unlike_training"].dtype == np.uint8
        assert data["unlike_training"].attrs["units"] == ""
        np.testing.assert_array_equal(data["unlike_training"][1], marked)
        assert not data["unlike_training"][0].any()


def test_the_correlation_of_errors_comes_back(tmp_path):
    names = ("signal", "noise", "signal_errors")
    address = write(tmp_path / "plain.h5", names=names)
    known = dict(open_layers(address))
    assert read_error_correlation(known["signal_errors"].address) == 0, "files from before say nothing"
    path = tmp_path / "out.h5"
    with writing_nxdata(path, stack_shape=PIXELS.shape, names=names, unit="keV") as writer:
        writer.correlate_errors(0.07)
        for name in names:
            writer.write(name, 0, PIXELS[0])
    known = dict(open_layers(parse_address(path)))
    assert read_error_correlation(known["signal_errors"].address) == 0.07
    assert read_error_correlation(known["signal"].address) == 0
