"""What napari's reader gives for files, folders and nonsense."""

from pathlib import Path

import dask.array as da
import pytest

from napari_unveil.plugin.reader import get_reader, layer_data


@pytest.mark.parametrize("name", ["notes.txt", "photo.jpg", "table.csv"])
def test_foreign_files_are_left_to_others(name: str, tmp_path: Path) -> None:
    assert get_reader(str(tmp_path / name)) is None


def test_a_folder_without_run_files_is_left_to_others(tmp_path: Path) -> None:
    assert get_reader(str(tmp_path)) is None


def test_frames_are_lazy_and_know_their_unit(full_file: Path) -> None:
    read = get_reader(str(full_file))
    assert read is not None
    (data, arguments, kind) = read(str(full_file))[0]
    assert isinstance(data, da.Array)
    assert data.chunksize == (1, 64, 64)
    assert (kind, arguments["rgb"], arguments["name"]) == ("image", False, "full")
    stack = arguments["metadata"]["unveil"]["stack"]
    assert (stack.unit, stack.photon_energy_keV) == ("keV", 8.0)
    low, high = arguments["contrast_limits"]
    assert low < high


def test_several_files_that_are_given_together_are_one_stack(full_file: Path) -> None:
    second = full_file.with_name("second.h5")
    second.write_bytes(full_file.read_bytes())
    paths: list[str] = [str(full_file), str(second)]
    read = get_reader(paths)
    assert read is not None
    ((data, _, _),) = read(paths)
    assert data.shape == (8, 64, 64)


def test_a_dataset_can_be_named(full_file: Path) -> None:
    assert layer_data(f"{full_file}::/entry/data/data")[0][0].shape == (4, 64, 64)
