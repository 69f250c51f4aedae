"""Closing a window in which something is going on: the user is asked first."""

from collections.abc import Callable, Sequence
from typing import Any

from qtpy.QtCore import QEvent, QObject

from napari_unveil.plugin.widgets import questions


class CloseGuard(QObject):  # type: ignore[misc]  # Qt is not typed here
    """Asks before napari's window closes while jobs run; a viewer that a program closes is not asked.

    Parameters
    ----------
    window
        napari's main window, which owns the guard.
    at_stake
        Gives a sentence for each running job that is worth a question.
    """

    def __init__(self, window: Any, at_stake: Callable[[], Sequence[str]]) -> None:
        super().__init__(window)
        self._at_stake = at_stake
        window.installEventFilter(self)

    def eventFilter(self, window: Any, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """Swallow the wish to close when the user would rather wait."""
        if event.type() != QEvent.Type.Close or not window.centralWidget().isVisible():
            return False
        sentences = self._at_stake()
        if not sentences or questions.agreed(window, " ".join(sentences), yes="End and close"):
            return False
        event.ignore()
        return True
