import pytest

from napari_unveil.frames.listing import names_text, ranges_text, size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (999_600, "1 MB"), (28_443_056, "28.4 MB"), (2.1e12, "2.1 TB")],
)
def test_sizes_are_written_in_decimal_units(count, text):
    assert size_text(count) == text


def test_neighbouring_numbers_are_written_as_a_range():
    assert ranges_text([7, 1, 2, 3]) == "1-3, 7"
    assert ranges_text([]) == ""


def test_long_lists_are_cut_and_counted():
    assert names_text("abcdefg", shown=2) == "a, b and 5 more"
    assert names_text("ab", shown=2) == "a, b"
