"""Answers that only count while they are new: requests enter, the answer to the last one leaves."""

from collections.abc import Callable
from typing import Any

from napari_unveil.plugin.jobs import Task, Work


class Newest:
    """Runs the newest of the works asked for; one that comes while another runs waits, and replaces those before it.

    Parameters
    ----------
    task
        Runs them one after the other.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._asked: object = None
        self._waiting: tuple[Work, Callable[[Any], None]] | None = None
        task.ended.connect(self._next)

    def ask(self, work: Work, *, done: Callable[[Any], None]) -> None:
        """Run ``work`` soon; ``done`` is called with its result unless something else was asked for meanwhile."""
        self._asked = self._waiting = (work, done)
        self._next()

    def forget(self) -> None:
        """What was asked for is of no interest any more."""
        self._asked = self._waiting = None

    def _next(self, *_: object) -> None:
        asked = self._waiting
        if asked is None or self._task.running:
            return
        self._waiting = None
        work, done = asked
        self._task.run(work, done=lambda result: done(result) if self._asked is asked else None)
