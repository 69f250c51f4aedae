import pytest

from napari_unveil.errors import Refused
from napari_unveil.saving import refuse_inputs, replacing, replacing_folder


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "a.txt"
    with replacing(path) as partial:
        partial.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as partial:
        partial.write_text(f"half {1 / 0}")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_with_the_path(tmp_path):
    with (
        pytest.raises(Refused, match=r"a\.txt could not be written \(No space left"),
        replacing(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_when_all_in_it_is_complete(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    with replacing_folder(folder) as partial:
        (partial / "a.txt").write_text("whole")
        assert not list(folder.iterdir())
    assert (folder / "a.txt").read_text() == "whole"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_broken_write_leaves_no_folder(tmp_path):
    with pytest.raises(ZeroDivisionError), replacing_folder(tmp_path / "run") as partial:
        (partial / "a.txt").write_text(f"half {1 / 0}")
    with pytest.raises(Refused, match="could not be written"), replacing_folder(tmp_path / "run"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_a_file_and_a_place_that_is_absent_are_no_new_folder(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").touch()
    for place, sentence in (
        ("run", "a folder that holds something"),
        ("run/a.txt", "is a file"),
        ("no/run", "nothing can be written"),
    ):
        with pytest.raises(Refused, match=sentence), replacing_folder(tmp_path / place):
            pass


def test_an_absent_folder_and_a_folder_as_a_file_are_refused(tmp_path):
    with pytest.raises(Refused, match="nothing can be written"), replacing(tmp_path / "none" / "a.txt"):
        pass
    with pytest.raises(Refused, match="is a folder"), replacing(tmp_path):
        pass


def test_the_input_is_no_output(tmp_path):
    path = tmp_path / "a.h5"
    path.touch()
    with pytest.raises(Refused, match="is an input itself"):
        refuse_inputs(tmp_path / "." / "a.h5", path)
    refuse_inputs(tmp_path / "b.h5", path)


def test_a_file_of_an_input_folder_is_no_output(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "module.h5").touch()
    with pytest.raises(Refused, match="is an input itself"):
        refuse_inputs(tmp_path / "run" / "module.h5", tmp_path / "run")
    refuse_inputs(tmp_path / "run" / "new.h5", tmp_path / "run")
