"""Work that belongs to the main thread, such as changing layers, done little by little so that the window stays fluent.

Changing or adding one layer takes napari some tens of milliseconds: a loop over many would freeze the window. Steps
enter; as many are done at once as fit into a turn of the event loop, the others in the turns after it.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QTimer

TURN_S = 0.03
"""So long, in one turn of the event loop, another step is begun."""

Step = Callable[[], object]


class Turns:
    """Steps that wait for their turn, the newest first.

    Each step is known by what it is done to: asked for anew, it takes the place of the one that waits, so that the
    newest request wins.

    Signal: ``turned`` at the end of a turn in which steps were done later than they were asked for.
    """

    turned = Signal()

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Step] = {}
        self._until = 0.0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def ask(self, steps: Mapping[Any, Step]) -> None:
        """Do steps, before all that wait; those for which this turn has no time are done in the next ones."""
        self._waiting = {**steps, **{of: step for of, step in self._waiting.items() if of not in steps}}
        if not self._timer.isActive():
            self._begin()
        self._work()

    def forget(self, *of: Hashable) -> None:
        """Leave out what waits to be done to something."""
        for one in of:
            self._waiting.pop(one, None)

    def close(self) -> None:
        """Leave out all that waits."""
        self._waiting.clear()
        self._timer.stop()

    def _begin(self) -> None:
        self._until = time.perf_counter() + TURN_S
        self._timer.start()

    def _turn(self) -> None:
        if not self._waiting:
            return
        self._begin()
        self._work()
        self.turned.emit()

    def _work(self) -> None:
        while self._waiting and time.perf_counter() < self._until:
            self._waiting.pop(next(iter(self._waiting)))()
