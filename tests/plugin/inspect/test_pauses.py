"""Searches for garbage while a window follows the mouse."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from napari_unveil.plugin.inspect import pauses
from napari_unveil.plugin.inspect.pauses import allow_pauses, avoid_pauses, search_all_once

pytestmark = pytest.mark.usefixtures("nothing_put_aside")


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def window() -> Iterator[int]:
    avoid_pauses(1)
    yield 1
    allow_pauses(1)
    assert gc.get_freeze_count() == 0, "everything is searched again"


def test_what_is_there_is_left_out_and_what_survives_a_search_too(window: int) -> None:
    before = gc.get_freeze_count()
    assert before > 10_000
    kept = [Ring() for _ in range(1000)]
    gc.collect()
    assert gc.get_freeze_count() >= before + len(kept)


def test_new_garbage_is_found_all_the_same(window: int) -> None:
    gone = ref(Ring())
    gc.collect()
    assert gone() is None


def test_old_garbage_is_found_after_something_large_was_let_go_of(window: int) -> None:
    large = Ring()
    gone = ref(large)
    gc.collect()
    del large
    gc.collect()
    assert gone() is not None
    search_all_once()
    gc.collect()
    assert gone() is None


def test_pauses_are_avoided_until_the_last_window_allows_them(window: int) -> None:
    avoid_pauses(2)
    allow_pauses(2)
    assert gc.get_freeze_count() > 10_000


def test_garbage_among_what_is_left_out_does_not_pile_up(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "MOST_ADDED", 3000)
    gone = []
    for _ in range(20):
        passing = [Ring() for _ in range(1000)]
        gc.collect()  # what survives is left out, and becomes garbage then
        gone.append(ref(passing[0]))
        del passing
    still_there = [one for one in gone if one() is not None]
    assert len(still_there) < 10
    assert gc.get_freeze_count() > 10_000, "pauses are avoided all the same"
