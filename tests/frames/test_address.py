from pathlib import Path

import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import Address, parse_address, together

TEXTS = ["run.h5", "run.h5::/entry/data/data", "proc/r0012::/SPB/CORR", "C:\\a\\b.h5"]
WITH_AXIS = ["a.h5::?axis=last", "a.h5::/x?axis=first", "a.h5::/x?axis=2", "a.h5 + b.h5::/x"]


@pytest.mark.parametrize("text", [*TEXTS, *WITH_AXIS])
def test_an_address_gives_its_text_back(text):
    assert str(parse_address(text)) == text


def test_file_and_dataset_are_taken_apart():
    assert parse_address("a/b.h5::/x/y") == Address(Path("a/b.h5"), "/x/y")
    assert parse_address("a/b.h5::x/y/") == Address(Path("a/b.h5"), "/x/y")
    assert parse_address(Path("a/b.h5")) == Address(Path("a/b.h5"))


@pytest.mark.parametrize("text", ["", "::/x", "a.h5::", "a.h5::/"])
def test_half_an_address_is_refused(text):
    with pytest.raises(Refused) as refusal:
        parse_address(text)
    assert refusal.value.found
    assert refusal.value.remedy


def test_a_question_mark_in_a_name_is_no_axis():
    assert parse_address("a.h5::/really?") == Address(Path("a.h5"), "/really?")
    assert parse_address("a.h5::/x?axis=1") == Address(Path("a.h5"), "/x", 1)


def test_several_addresses_are_one_and_each_file_is_there_once():
    several = together([parse_address("b.h5::/x"), parse_address("a.h5"), parse_address("b.h5")])
    assert several == Address(Path("b.h5"), "/x", also=(Path("a.h5"),))
    assert several.files() == (Path("a.h5"), Path("b.h5"))


def test_a_pattern_that_nothing_fits_is_refused(tmp_path):
    with pytest.raises(Refused, match="nothing fits"):
        parse_address(tmp_path / "*.h5").files()
