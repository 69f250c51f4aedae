import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import list_datasets, open_frames, parse_address


def values(stack):
    """One value per frame: the trains and modules that the writer encoded, NaN where nothing is."""
    return np.array(stack.data[..., 0, 0].compute())


def test_trains_are_the_union_over_modules_and_missing_ones_are_nan(run_folder):
    stack = open_frames(parse_address(run_folder))
    assert stack.axes == ("train", "module", "y", "x")
    assert stack.coordinates["trainId"].tolist() == [101, 102, 103, 104]
    expected = [[1010, 2010], [1020, np.nan], [1030, 2030], [np.nan, 2040]]
    np.testing.assert_array_equal(values(stack), expected)
    assert stack.unit == "keV"
    assert stack.photon_energy_keV is None


def test_missing_trains_are_said_per_module(run_folder):
    warnings = " ".join(open_frames(parse_address(run_folder)).warnings)
    assert "module 1 has no data for 1 of 4 trains" in warnings
    assert "module 2 has no data for 1 of 4 trains" in warnings


def test_padded_rows_are_never_shown(run_folder):
    assert not (open_frames(parse_address(run_folder)).data == -777).any().compute()


def test_sequences_follow_one_another(tmp_path, module_writer):
    module_writer(tmp_path, 3, [103, 104], [1, 1], sequence=1)
    module_writer(tmp_path, 3, [101, 102], [1, 1], sequence=0)
    stack = open_frames(parse_address(tmp_path))
    assert stack.axes == ("train", "y", "x")
    assert values(stack).tolist() == [3010, 3020, 3030, 3040]


def test_memory_cells_are_frames_with_their_train_and_cell(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101, 102], [1, 1], cells=16)
    stack = open_frames(parse_address(tmp_path))
    assert stack.axes == ("frame", "y", "x")
    assert values(stack).tolist() == [*range(1010, 1026), *range(1020, 1036)]
    assert stack.coordinates["trainId"].tolist() == [101] * 16 + [102] * 16
    assert stack.coordinates["cellId"].tolist() == [*range(16)] * 2


def test_several_rows_of_a_train_are_several_frames(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101, 102], [2, 1])
    stack = open_frames(parse_address(tmp_path))
    assert stack.axes == ("frame", "y", "x")
    assert stack.coordinates["trainId"].tolist() == [101, 101, 102]
    assert values(stack).tolist() == [1010, 1010, 1020]


def test_pixels_with_a_chosen_mask_bit_are_nan(tmp_path, module_writer, mask_name):
    path = module_writer(tmp_path, 1, [101], [1])
    with h5py.File(path, "r+") as file:
        file[mask_name(path)][0, 0, 0, :4] = [1, 1 << 16, 1 << 22, 1 << 21 | 1 << 22]
    excluded = np.isnan(open_frames(parse_address(path)).read(0)[0, :5])
    assert excluded.tolist() == [True, False, False, True, False]
    excluded = np.isnan(open_frames(parse_address(path), mask_bits=1 << 22).read(0)[0, :5])
    assert excluded.tolist() == [False, False, True, True, False]


def test_raw_words_are_split_and_said_to_be_uncalibrated(tmp_path, module_writer):
    path = module_writer(tmp_path, 1, [101], [1], corrected=False)
    with h5py.File(path, "r+") as file:
        source = "INSTRUMENT/HED_IA1_JF500K/DET/JNGFR01:daqOutput/data"
        words = [0 << 14 | 3000, 1 << 14 | 9000, 3 << 14 | 15000, 0xC000, 0x3FFF, 0xFFFF, 2 << 14 | 100]
        file[f"{source}/adc"][0, 0, 0, :7] = words
    stack = open_frames(parse_address(tmp_path))
    assert stack.unit == "ADU"
    assert stack.uncalibrated
    np.testing.assert_array_equal(stack.read(0)[0, :7], [3000, 9000, 15000, np.nan, np.nan, np.nan, np.nan])
    assert stack.warnings[0].startswith("uncalibrated")
    assert "bits 15-14" in stack.warnings[0]


def test_files_of_a_run_that_are_given_together_are_one_stack_of_modules(run_folder):
    (first,), (second,) = run_folder.glob("*JNGFR01*"), run_folder.glob("*JNGFR02*")
    several = open_frames(parse_address(f"{second} + {first}"))
    np.testing.assert_array_equal(values(several), values(open_frames(parse_address(run_folder))))
    assert str(several.address) == f"{second} + {first}::/HED_IA1_JF500K/CORR"
    np.testing.assert_array_equal(values(open_frames(several.address)), values(several))
    assert {first, second} <= set(several.inputs)


def test_a_pattern_gives_the_sequences_in_the_order_of_trains(tmp_path, module_writer):
    module_writer(tmp_path, 3, [103, 104], [1, 1], sequence=0)
    module_writer(tmp_path, 3, [101, 102], [1, 1], sequence=1)
    module_writer(tmp_path, 4, [101, 102], [1, 1], sequence=1)
    stack = open_frames(parse_address(tmp_path / "*JNGFR03*.h5"))
    assert values(stack).tolist() == [3010, 3020, 3030, 3040]


def test_the_older_name_of_corrected_data_is_listed_once_and_opens_the_same(run_folder):
    (entry,) = list_datasets(parse_address(run_folder))
    assert entry.address.dataset == "/HED_IA1_JF500K/CORR"
    older = open_frames(parse_address(f"{run_folder}::/HED_IA1_JF500K/DET"))
    np.testing.assert_array_equal(values(older), values(open_frames(entry.address)))


def test_one_module_can_be_named(run_folder):
    stack = open_frames(parse_address(f"{run_folder}::/HED_IA1_JF500K/CORR/JNGFR02"))
    assert values(stack).tolist() == [2010, 2030, 2040]


def test_a_single_file_opens_as_its_module(run_folder):
    (path,) = run_folder.glob("*JNGFR01*")
    stack = open_frames(parse_address(path))
    assert stack.axes == ("train", "y", "x")
    assert values(stack).tolist() == [1010, 1020, 1030]
    named = f"{path}::/INSTRUMENT/HED_IA1_JF500K/CORR/JNGFR01:daqOutput/data/adc"
    assert values(open_frames(parse_address(named))).tolist() == [1010, 1020, 1030]


def test_another_dataset_of_a_run_file_opens_as_stored(run_folder, mask_name):
    (path,) = run_folder.glob("*JNGFR01*")
    stack = open_frames(parse_address(f"{path}::/{mask_name(path)}"))
    assert stack.axes == ("frame", "module", "y", "x")
    assert stack.data.shape[0] == 5


def test_a_truncated_module_is_skipped_and_named(run_folder):
    (path,) = run_folder.glob("*JNGFR02*")
    path.write_bytes(path.read_bytes()[:3000])
    stack = open_frames(parse_address(run_folder))
    assert values(stack).tolist() == [1010, 1020, 1030]
    assert "JNGFR02" in stack.warnings[0]
    assert "truncated: 3000 bytes of" in stack.warnings[0]
    assert "JNGFR02" in list_datasets(parse_address(run_folder))[0].note
    with pytest.raises(Refused, match="truncated"):
        open_frames(parse_address(path))


def test_a_listing_tells_modules_trains_cells_and_state(run_folder):
    (entry,) = list_datasets(parse_address(run_folder))
    assert entry.available
    assert entry.opened
    assert entry.shape == (4, 2, 6, 8)
    assert (entry.dtype, entry.unit, entry.layout) == ("float32", "keV", "EuXFEL corrected")
    for part in ("modules 1-2", "4 trains", "1 memory cell", "kB", "module 2 has no data for 1"):
        assert part in entry.note


def test_two_detectors_are_listed_and_the_corrected_one_is_opened(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101], [1], corrected=False)
    module_writer(tmp_path, 1, [101], [1])
    assert [e.layout for e in list_datasets(parse_address(tmp_path))] == ["EuXFEL corrected", "EuXFEL raw"]
    stack = open_frames(parse_address(tmp_path))
    assert stack.unit == "keV"
    assert "/HED_IA1_JF500K/DET" in stack.warnings[0]
    assert open_frames(parse_address(f"{tmp_path}::/HED_IA1_JF500K/DET")).unit == "ADU"


def test_two_corrected_detectors_are_equally_good(tmp_path, module_writer):
    path = module_writer(tmp_path, 1, [101], [1])
    other = tmp_path / "CORR-R0001-JNGFR02-S00000.h5"
    with h5py.File(path) as source, h5py.File(other, "w") as copy:
        for place in ("INDEX", "INSTRUMENT"):
            source.copy(source[f"{place}/HED_IA1_JF500K/CORR"], copy, f"{place}/HED_IA2_JF500K/CORR")
        source.copy("INDEX/trainId", copy["INDEX"])
    for name in ("HED_IA1_JF500K", "HED_IA2_JF500K"):
        with pytest.raises(Refused, match=f"{tmp_path}::/{name}/CORR"):
            open_frames(parse_address(tmp_path))
        assert open_frames(parse_address(f"{tmp_path}::/{name}/CORR")).frame_count == 1
    assert [entry.opened for entry in list_datasets(parse_address(tmp_path))] == [False, False]


def test_a_run_has_no_frame_axis_to_choose(run_folder):
    with pytest.raises(Refused, match="in the order of trains"):
        open_frames(parse_address(f"{run_folder}::?axis=last"))


def test_a_detector_that_is_not_in_the_run_is_refused(run_folder):
    with pytest.raises(Refused, match="one of /HED_IA1_JF500K/CORR"):
        open_frames(parse_address(f"{run_folder}::/SPB/CORR"))


def test_a_run_without_a_single_frame_is_refused_and_listed_as_unavailable(tmp_path, module_writer):
    module_writer(tmp_path, 1, [101, 102], [0, 0], padding=1)
    with pytest.raises(Refused, match="no train has data"):
        open_frames(parse_address(tmp_path))
    assert not list_datasets(parse_address(tmp_path))[0].available


def test_rows_without_an_index_are_refused(tmp_path, module_writer):
    path = module_writer(tmp_path, 1, [101], [1])
    with h5py.File(path, "r+") as file:
        del file["INDEX/HED_IA1_JF500K"]
    with pytest.raises(Refused, match="ties rows to trains"):
        open_frames(parse_address(path))


def test_a_run_written_by_extra_data_opens_with_the_stored_pixels(tmp_path, euxfel_maker):
    euxfel_maker(str(tmp_path), "corr", ntrains=2)
    stack = open_frames(parse_address(tmp_path))
    assert stack.data.shape == (2, 2, 512, 1024)
    with h5py.File(tmp_path / "CORR-R0012-JNGFR02-S00000.h5") as file:
        stored = file["INSTRUMENT/SPB_IRDA_JF4M/CORR/JNGFR02:daqOutput/data/adc"][1, 0]
    np.testing.assert_array_equal(stack.read(3), stored)


def test_extra_data_finds_the_same_trains(tmp_path, euxfel_maker):
    import extra_data

    euxfel_maker(str(tmp_path), "raw", ntrains=2)
    stack = open_frames(parse_address(tmp_path))
    with extra_data.RunDirectory(tmp_path) as run:
        trains = list(run.train_ids)
    assert stack.coordinates["trainId"].tolist() == trains
    assert "a dataset of its own" in stack.warnings[0]
