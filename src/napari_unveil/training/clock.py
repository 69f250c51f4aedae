"""Time that counts: what a run has spent without its pauses, and when something costly is due again."""

import time
from collections.abc import Callable
from types import TracebackType

LOOK_EVERY_S = 0.1
"""How often a run that waits looks whether it is to go on."""


class Clock:
    """Seconds spent in a run.

    Parameters
    ----------
    before_s
        Spent in earlier parts of it.
    """

    def __init__(self, before_s: float = 0.0) -> None:
        self._before_s = before_s
        self._began = time.perf_counter()

    def go_on(self) -> None:
        """Count from here on."""
        self._began = time.perf_counter()

    def elapsed_s(self) -> float:
        """Seconds spent so far, all parts together, pauses left out."""
        return self._before_s + time.perf_counter() - self._began

    def wait(self, pause: Callable[[], bool], *, unless: Callable[[], bool]) -> bool:
        """Sleep for as long as ``pause`` says so, ``unless`` something else matters more; True when it slept."""
        began = time.perf_counter()
        slept = False
        while pause() and not unless():
            slept = True
            time.sleep(LOOK_EVERY_S)
        self._began += time.perf_counter() - began
        return slept


class Spacing:
    """Spaces something costly so that it takes about a given share of the time; a context while it is done.

    Parameters
    ----------
    share
        Of the time, 0 to 1.
    least_s
        Least time between two.
    """

    def __init__(self, share: float, *, least_s: float = 0.0) -> None:
        self._share, self._least_s = share, least_s
        self._began = self._next_at = 0.0

    def due(self) -> bool:
        """Whether it may be done again; the first time it may at once."""
        return time.perf_counter() >= self._next_at

    def __enter__(self) -> None:
        """It begins."""
        self._began = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """It is done."""
        now = time.perf_counter()
        self._next_at = now + max(self._least_s, (now - self._began) / self._share)
