"""What a window says about its work: what happened, why it cannot begin, a progress bar, and the way to end it."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

REFUSED_COLOUR, FAILED_COLOUR = "#c98a1b", "#e06c60"
"""Readable on napari's dark and light theme."""


class StatusLine(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Two sentences under a progress bar with a button beside it, which are there while a job runs.

    The one sentence says what happened and stays until the next thing happens; the other says why the request in the
    form cannot be served, for as long as that is so.

    Parameters
    ----------
    end, end_tip
        Word and tooltip of the button that ends the job.
    """

    def __init__(self, *, end: str, end_tip: str) -> None:
        super().__init__()
        self._happened, self._hindrance = _sentence(), _sentence()
        self._hindrance.setStyleSheet(f"color: {REFUSED_COLOUR}")
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.button = QPushButton(end)
        self.button.setToolTip(end_tip)
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        column.addLayout(row)
        column.addWidget(self._happened)
        column.addWidget(self._hindrance)
        self._show_work(False)

    def text(self) -> str:
        """The sentences that are shown, one a line."""
        return "\n".join(filter(None, (self._happened.text(), self._hindrance.text())))

    def tell(self, sentence: str) -> None:
        """Say what happened."""
        self._say(sentence, "")

    def refuse(self, sentence: str) -> None:
        """Say why something that was asked for was not done."""
        self._say(sentence, REFUSED_COLOUR)

    def fail(self, sentence: str) -> None:
        """Say what broke."""
        self._say(sentence, FAILED_COLOUR)

    def hinder(self, sentence: str) -> None:
        """Say why the request in the form cannot be served."""
        _show(self._hindrance, sentence)

    def clear_hindrance(self) -> None:
        """The request can be served."""
        self.hinder("")

    def begin(self) -> None:
        """Show that a job runs."""
        self.progress(0, 0)
        self.button.setEnabled(True)
        self._show_work(True)

    def progress(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``; a total of 0 means that it is not known."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def end(self) -> None:
        """Show that no job runs."""
        self._show_work(False)

    def _say(self, sentence: str, colour: str) -> None:
        self._happened.setStyleSheet(f"color: {colour}" if colour else "")
        _show(self._happened, sentence)

    def _show_work(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.button.setVisible(running)


def _sentence() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setVisible(False)
    return label


def _show(label: QLabel, sentence: str) -> None:
    label.setText(sentence[:1].upper() + sentence[1:])
    label.setVisible(bool(sentence))
