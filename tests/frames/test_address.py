from pathlib import Path

import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import Address, parse_address


@pytest.mark.parametrize("text", ["run.h5", "run.h5::/entry/data/data", "proc/r0012::/SPB/CORR", "C:\\a\\b.h5"])
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
