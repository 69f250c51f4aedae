"""Frames of a run go back into its layout: what EXtra-data reads there is what was written, train by train."""

from contextlib import suppress

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import euxfel_writing, load_calibration, open_frames, parse_address, read_process
from napari_unveil.frames.euxfel_rows import run_rows
from napari_unveil.frames.euxfel_writing import writing_run

NAMES = ("signal", "noise", "signal_errors", "unlike_training")
DETECTOR = "HED_IA1_JF500K"


def write(folder, stack, rows=None, names=NAMES):
    """Signal = 3 x frame, noise = -2 x frame."""
    rows = range(stack.data.shape[0]) if rows is None else rows
    a_row = stack.frame_count // stack.data.shape[0]
    with writing_run(folder, rows=run_rows(stack, rows), names=names, process={"method": "test"}) as writer:
        writer.correlate_errors(0.25)
        for place, index in enumerate(row * a_row + module for row in rows for module in range(a_row)):
            frame = stack.read(index)
            writer.write("signal", place, 3 * frame)
            writer.write("noise", place, -2 * frame)
            writer.write("unlike_training", place, frame > 1015)
    return folder


@pytest.fixture
def opened(run_folder):
    return open_frames(parse_address(run_folder))


def source_of(module):
    return f"{DETECTOR}/CORR/JNGFR{module:02}:daqOutput"


def test_a_run_opens_again_with_the_same_trains_and_gaps(opened, tmp_path):
    again = open_frames(parse_address(write(tmp_path / "out", opened)))
    np.testing.assert_array_equal(again.data.compute(), 3 * opened.data.compute())
    assert again.axes == opened.axes
    assert again.unit == "keV"
    np.testing.assert_array_equal(again.coordinates["trainId"], opened.coordinates["trainId"])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "CORR-R0001-JNGFR01-S00000.h5",
        "CORR-R0001-JNGFR02-S00000.h5",
    ]


def test_extra_data_reads_what_was_written(opened, tmp_path):
    extra_data, components = (pytest.importorskip(name) for name in ("extra_data", "extra_data.components"))
    folder, frames = write(tmp_path / "out", opened), opened.data.compute()
    with extra_data.RunDirectory(folder) as run:
        assert run.all_sources == {source_of(1), source_of(2)}
        assert run.train_ids == [101, 102, 103, 104]
        keys = {"adc", "noise", "signal_errors", "unlike_training", "mask", "memoryCell", "trainId"}
        assert run[source_of(1)].keys() == {f"data.{key}" for key in keys}
        for module, trains in ((1, [101, 102, 103]), (2, [101, 103, 104])):
            for key, factor in (("adc", 3), ("noise", -2)):
                data = run[source_of(module), f"data.{key}"].xarray()
                assert data.trainId.values.tolist() == trains
                np.testing.assert_array_equal(data.values[:, 0], factor * frames[np.array(trains) - 101, module - 1])
        detector = components.JUNGFRAU(run, DETECTOR)
        assert detector.get_array("data.adc").shape == (2, 4, 1, 6, 8)


def test_extra_data_finds_nothing_wrong(opened, tmp_path):
    validation = pytest.importorskip("extra_data.validation")
    checked = validation.RunValidator(str(write(tmp_path / "out", opened)))
    checked.run_checks()
    assert checked.problems == []


def test_cells_and_sequences_stay_where_they_were(tmp_path, module_writer):
    run = tmp_path / "run"
    run.mkdir()
    module_writer(run, 3, [101, 102], [1, 1], cells=16)
    module_writer(run, 3, [103, 104], [1, 1], cells=16, sequence=1)
    stack = open_frames(parse_address(run))
    again = open_frames(parse_address(write(tmp_path / "out", stack, range(16, 64))))
    np.testing.assert_array_equal(again.data.compute(), 3 * stack.data.compute()[16:])
    assert again.coordinates["trainId"].tolist() == [102] * 16 + [103] * 16 + [104] * 16
    assert again.coordinates["cellId"].tolist() == [*range(16)] * 3
    with h5py.File(tmp_path / "out" / "CORR-R0001-JNGFR03-S00001.h5") as file:
        assert file["INDEX/trainId"][:].tolist() == [103, 104]
        adc = file[f"INSTRUMENT/{source_of(3)}/data/adc"]
        assert (adc.shape, adc.chunks, adc.compression) == ((2, 16, 6, 8), (1, 1, 6, 8), None)


def test_a_range_that_tears_a_train_apart_is_refused(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101, 102], [1, 1], cells=16)
    with pytest.raises(Refused, match="begin or end inside a train; needed: whole trains, of 16 memory cells"):
        run_rows(open_frames(parse_address(tmp_path)), range(3, 32))


def test_several_rows_of_a_train_stay_several(tmp_path, module_writer):
    run = tmp_path / "run"
    run.mkdir()
    module_writer(run, 1, [101, 102], [2, 1])
    stack = open_frames(parse_address(run))
    again = open_frames(parse_address(write(tmp_path / "out", stack)))
    assert again.coordinates["trainId"].tolist() == [101, 101, 102]
    np.testing.assert_array_equal(again.data.compute(), 3 * stack.data.compute())


def test_bits_of_the_mask_are_kept_and_pixels_without_a_value_marked(tmp_path, module_writer, mask_name):
    run = tmp_path / "run"
    run.mkdir()
    path = module_writer(run, 1, [101], [1])
    with h5py.File(path, "r+") as file:
        file[mask_name(path)][0, 0, 0, :2] = 1 << 19, 1 << 22
    write(tmp_path / "out", open_frames(parse_address(run)))
    with h5py.File(tmp_path / "out" / path.name) as file:
        data = file[f"INSTRUMENT/{source_of(1)}/data"]
        assert data["mask"][0, 0, 0, :3].tolist() == [1 << 19 | 1 << 11, 1 << 22, 0]
        assert np.isnan(data["adc"][0, 0, 0, :3]).tolist() == [True, False, False]


def test_provenance_and_the_correlation_of_errors_are_in_each_file(opened, tmp_path):
    path = write(tmp_path / "out", opened) / "CORR-R0001-JNGFR02-S00000.h5"
    assert read_process(parse_address(path))["method"] == "test"
    with h5py.File(path) as file:
        data = file[f"INSTRUMENT/{source_of(2)}/data"]
        assert data["signal_errors"].attrs["correlation"] == 0.25
        assert data["adc"].attrs["units"] == "keV"


def test_files_are_opened_few_at_a_time(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(euxfel_writing, "MOST_OPEN", 1)
    again = open_frames(parse_address(write(tmp_path / "out", opened)))
    np.testing.assert_array_equal(again.data.compute(), 3 * opened.data.compute())


def test_one_module_of_a_run_stays_one(run_folder, tmp_path):
    stack = open_frames(parse_address(f"{run_folder}::/{DETECTOR}/CORR/JNGFR02"))
    write(tmp_path / "out", stack)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["CORR-R0001-JNGFR02-S00000.h5"]


def test_a_block_that_breaks_leaves_nothing(opened, tmp_path):
    before = sorted(tmp_path.iterdir())
    rows = run_rows(opened, range(4))
    with suppress(KeyboardInterrupt), writing_run(tmp_path / "out", rows=rows, names=NAMES) as writer:
        writer.write("signal", 0, opened.read(0))
        raise KeyboardInterrupt
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_in_use_is_refused(opened, tmp_path, run_folder):
    with pytest.raises(Refused, match="a folder that holds something"):
        write(run_folder, opened)


def test_frames_of_no_run_are_refused(frames_file):
    with h5py.File(frames_file, "r+") as file:
        file["entry/data/data"].attrs["units"] = "keV"
    with pytest.raises(Refused, match="is no European XFEL run"):
        run_rows(open_frames(parse_address(frames_file)), range(4))


def test_counts_are_refused(frames_file):
    with h5py.File(frames_file, "r+") as file:
        file["entry/data/data"].attrs["units"] = "counts"
    with pytest.raises(Refused, match="needed: keV, as in every corrected run"):
        run_rows(open_frames(parse_address(frames_file)), range(4))


def test_a_run_that_grew_is_refused(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101, 102], [1, 1])
    stack = open_frames(parse_address(tmp_path))
    module_writer(tmp_path, 1, [103], [1], sequence=1)
    with pytest.raises(Refused, match="other trains than when it was opened"):
        run_rows(stack, range(2))


def test_raw_frames_that_were_calibrated_become_a_corrected_run(tmp_path, module_writer):
    run = tmp_path / "run"
    run.mkdir()
    module_writer(run, 1, [101, 102], [1, 1], corrected=False)
    np.savez(tmp_path / "c.npz", pedestals=[10, 0, 0], gains=[2, -1, -1])
    constants = load_calibration(str(tmp_path / "c.npz"), str(tmp_path / "c.npz"))
    stack = open_frames(parse_address(run), calibration=constants)
    again = open_frames(parse_address(write(tmp_path / "out", stack)))
    assert (again.unit, again.address.dataset) == ("keV", f"/{DETECTOR}/CORR")
    np.testing.assert_array_equal(again.data[:, 0, 0].compute(), [3 * 500, 3 * 505])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["CORR-R0001-JNGFR01-S00000.h5"]


def test_files_of_a_run_that_are_named_one_by_one_are_enough(tmp_path, module_writer):
    run = tmp_path / "run"
    run.mkdir()
    one, other, _ = (module_writer(run, 1, [101 + n], [1], sequence=n) for n in range(3))
    for address, trains in ((f"{one} + {other}", [101, 102]), (str(other), [102])):
        folder = write(tmp_path / f"out {len(trains)}", open_frames(parse_address(address)))
        assert open_frames(parse_address(folder)).coordinates["trainId"].tolist() == trains


def test_files_of_other_names_get_those_of_a_run(tmp_path, module_writer):
    run = tmp_path / "run"
    run.mkdir()
    for sequence in (0, 1):
        path = module_writer(run, 1, [101 + sequence], [1], sequence=sequence)
        path.rename(run / f"part{sequence}.h5")
    folder = write(tmp_path / "out", open_frames(parse_address(run)))
    assert sorted(path.name for path in folder.iterdir()) == [
        "CORR-R0000-JNGFR01-S00000.h5",
        "CORR-R0000-JNGFR01-S00001.h5",
    ]


def test_a_full_disk_ends_in_a_sentence_and_leaves_nothing(opened, tmp_path, monkeypatch):
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("napari_unveil.saving.DISK_MARGIN_BYTES", 2**62)
    with pytest.raises(Refused, match=r"could not be written \(No space left on device"):
        write(tmp_path / "out", opened)
    assert sorted(tmp_path.iterdir()) == before
