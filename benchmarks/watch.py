"""What the benchmarks of the window share: its event loop, and a timer that tells how late it is."""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QApplication

INTERVAL_MS = 10


class Watch:
    """A 10 ms timer of the window; how late it came."""

    def __init__(self) -> None:
        self._ticks: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        self._timer.start(INTERVAL_MS)

    def late_ms(self, since: float) -> list[float]:
        """All delays since then, ms."""
        ticks = [since, *(tick for tick in self._ticks if tick >= since), time.perf_counter()]
        return [1000 * (after - before) - INTERVAL_MS for before, after in itertools.pairwise(ticks)]

    def worst_ms(self, since: float) -> float:
        """The longest delay since then, ms."""
        return max(self.late_ms(since))


class Draws:
    """Counts how often the canvas was drawn."""

    def __init__(self, viewer: Any) -> None:
        self.count = 0
        viewer.window._qt_viewer.canvas._scene_canvas.events.draw.connect(self._drawn)

    def _drawn(self, _: object) -> None:
        self.count += 1


def until(holds: Callable[[], Any], limit_s: float = 120) -> float:
    """Let the window work until something holds; gives the seconds it took."""
    began = time.perf_counter()
    while not holds() and time.perf_counter() < began + limit_s:
        QApplication.processEvents()
        time.sleep(0.001)
    return time.perf_counter() - began


def settle(seconds: float = 0.5) -> None:
    """Let the window come to rest."""
    until(lambda: False, seconds)


def row(words: str, taken_ms: Sequence[float]) -> None:
    """Print median and maximum."""
    print(f"| {words:58} | {np.median(taken_ms):7.0f} | {max(taken_ms):7.0f} |", flush=True)
