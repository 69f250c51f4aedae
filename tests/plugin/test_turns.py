"""Steps that wait for their turn of the event loop."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from qtpy.QtWidgets import QApplication

from napari_unveil.plugin.turns import Turns

Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def turns(qapp: QApplication, step_by_step: None) -> Turns:
    """A turn has room for one step: the clock is looked at at its begin, and before each step."""
    return Turns()


def test_what_fits_into_a_turn_is_done_at_once(qapp: QApplication) -> None:
    done: list[int] = []
    Turns().ask({number: partial(done.append, number) for number in range(50)})
    assert done == list(range(50))


def test_no_turn_does_more_than_it_has_time_for(turns: Turns, until: Until) -> None:
    done: list[int] = []
    after_each_turn: list[int] = []
    turns.turned.connect(lambda: after_each_turn.append(len(done)))
    turns.ask({number: partial(done.append, number) for number in range(7)})
    assert len(done) == 1, "the first is done at once"
    until(lambda: len(done) == 7)
    assert after_each_turn == [2, 3, 4, 5, 6, 7]
    assert done == list(range(7))


def test_the_window_is_served_between_two_turns(turns: Turns, until: Until) -> None:
    done: list[int] = []
    turns.ask({number: partial(done.append, number) for number in range(3)})
    for expected in (2, 3, 3):
        QApplication.processEvents()
        assert len(done) == expected


def test_the_newest_request_comes_first_and_replaces_what_waits(turns: Turns, until: Until) -> None:
    done: list[str] = []
    turns.ask({layer: partial(done.append, f"{layer} old") for layer in "abcd"})
    turns.ask({layer: partial(done.append, f"{layer} new") for layer in "dc"})
    until(lambda: len(done) == 4)
    assert done == ["a old", "d new", "c new", "b old"]


def test_what_has_gone_is_left_out(turns: Turns, until: Until) -> None:
    done: list[str] = []
    turns.ask({layer: partial(done.append, layer) for layer in "abc"})
    turns.forget("b", "absent")
    until(lambda: "c" in done)
    assert done == ["a", "c"]


def test_a_step_that_breaks_keeps_no_other_from_its_turn(turns: Turns, until: Until) -> None:
    done: list[str] = []

    def break_down() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        turns.ask({"a": break_down, "b": partial(done.append, "b")})
    until(lambda: done == ["b"])


def test_nothing_is_done_after_the_end(turns: Turns) -> None:
    done: list[str] = []
    turns.ask({layer: partial(done.append, layer) for layer in "abc"})
    turns.close()
    QApplication.processEvents()
    assert done == ["a"]
