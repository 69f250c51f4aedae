"""What a window says about its work: a sentence, a progress bar, and the way to end it."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

REFUSED_COLOUR, FAILED_COLOUR = "#d9a441", "#e06c60"


class StatusLine(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A sentence over a progress bar with a button beside it, which are there while a job runs.

    Parameters
    ----------
    end
        Word on the button that ends the job.
    """

    def __init__(self, *, end: str) -> None:
        super().__init__()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.button = QPushButton(end)
        self._colour = ""
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        column.addLayout(row)
        column.addWidget(self.sentence)
        self._show_work(False)

    def text(self) -> str:
        """The sentence that is shown."""
        return str(self.sentence.text())

    def tell(self, sentence: str) -> None:
        """Say something that is neither refusal nor failure."""
        self._say(sentence, "")

    def refuse(self, sentence: str) -> None:
        """Say why the request cannot be served."""
        self._say(sentence, REFUSED_COLOUR)

    def fail(self, sentence: str) -> None:
        """Say what broke."""
        self._say(sentence, FAILED_COLOUR)

    def clear_refusal(self) -> None:
        """Take a refusal back, but nothing else."""
        if self._colour == REFUSED_COLOUR:
            self.tell("")

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
        self._colour = colour
        self.sentence.setStyleSheet(f"color: {colour}" if colour else "")
        self.sentence.setText(sentence[:1].upper() + sentence[1:])
        self.sentence.setVisible(bool(sentence))

    def _show_work(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.button.setVisible(running)
