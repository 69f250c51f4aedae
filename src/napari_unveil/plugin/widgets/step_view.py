"""What the windows have in common: a form, a button, and a line that says what is going on."""

from collections.abc import Callable, Sequence
from typing import Any

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import WheelGuard
from napari_unveil.plugin.widgets.status_line import StatusLine
from napari_unveil.types import Progress

CHECK_AFTER_MS = 120
"""Pause in the typing after which a request is checked."""


class StepView(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A window for one step of the work: emits requests, shows reports and refusals, computes nothing.

    Parameters
    ----------
    viewer
        napari's viewer.
    task
        Name of the session's task that the step belongs to.
    action
        Word on the main button.
    end
        Word on the button that ends a running job.
    """

    requested = Signal(object)
    shows_progress = True

    def __init__(self, viewer: Any, *, task: str, action: str, end: str = "Cancel") -> None:
        super().__init__()
        self.session = session_of(viewer)
        self.task = self.session.task(task)
        self.form, self.button, self.status = QFormLayout(), QPushButton(action), StatusLine(end=end)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.buttons, self.column = QHBoxLayout(), QVBoxLayout(self)
        self.column.addLayout(self.form)
        self.column.addLayout(self.buttons)
        self.column.addWidget(self.status)
        self.column.addStretch(0)
        self.buttons.addWidget(self.button, 2)
        self._wheel_guard = WheelGuard(self)
        self._check_timer = QTimer(self)
        self._check_timer.setSingleShot(True)
        self._check_timer.setInterval(CHECK_AFTER_MS)
        self._check_timer.timeout.connect(self.check)
        self.button.clicked.connect(self.press)
        self.requested.connect(self.start)
        self.status.button.clicked.connect(self._end)
        connect_while_alive(self, self.task.started, self._started)
        connect_while_alive(self, self.task.reported, self._reported)
        connect_while_alive(self, self.task.ended, self._ended)

    @property
    def viewer(self) -> Any:
        """The viewer itself, without the proxy that plugins are given."""
        return self.session.viewer

    # what a step says of itself

    def request(self) -> Any:
        """What the form asks for, checked; raises a refusal."""
        raise NotImplementedError

    def start(self, request: Any) -> None:
        """Hand the request over."""
        raise NotImplementedError

    def end(self) -> None:
        """End the running job."""
        self.task.cancel()

    def in_words(self, report: Any) -> str:
        """A sentence on a report that is not plain progress; shows its numbers too."""
        return str(report)

    def result_in_words(self) -> str:
        """A sentence when a job has come to its end."""
        return ""

    def after_job(self) -> None:
        """A job has come to an end, good or bad."""
        self.check()

    # common to all

    def add_row(self, label: str, field: QWidget, tooltip: str, *, changed: Callable[..., Any] | None = None) -> None:
        """Add a field to the form; ``changed`` is its signal after which the request is checked again."""
        for part in (field, *field.findChildren(QWidget)):
            if isinstance(part, QComboBox | QAbstractSpinBox):
                part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                part.installEventFilter(self._wheel_guard)
        text = QLabel(label)
        text.setToolTip(tooltip)
        field.setToolTip(tooltip)
        self.form.addRow(text, field)
        if changed is not None:
            changed.connect(self.check_soon)  # type: ignore[attr-defined]

    def add_button_row(self, *buttons: tuple[str, str, Callable[[], None]]) -> None:
        """Add buttons in a row of their own, each with its word, tooltip and what it does."""
        row = QHBoxLayout()
        self.column.insertLayout(self.column.indexOf(self.status), row)
        self._fill(row, buttons)

    def add_buttons(self, *buttons: tuple[str, str, Callable[[], None]]) -> Sequence[QPushButton]:
        """Add buttons beside the main one, each with its word, tooltip and what it does."""
        return self._fill(self.buttons, buttons)

    def _fill(self, row: QHBoxLayout, buttons: Sequence[tuple[str, str, Callable[[], None]]]) -> Sequence[QPushButton]:
        added = []
        for word, tooltip, action in buttons:
            button = QPushButton(word)
            button.setToolTip(tooltip)
            button.clicked.connect(action)
            row.addWidget(button, 1)
            added.append(button)
        return added

    def check_soon(self, *_: object) -> None:
        """Check the request after a pause."""
        self._check_timer.start()

    def check(self) -> None:
        """Show whether the request would be served; the button is disabled while it is not."""
        if self.task.running:
            self.button.setEnabled(False)
            return
        self.button.setEnabled(self.attempt(self.request))

    def press(self) -> None:
        """Emit the request, unless it is refused."""
        if not self.task.running and self.attempt(self.request):
            self.attempt(lambda: self.requested.emit(self.request()))

    def attempt(self, action: Callable[[], Any]) -> bool:
        """Do something short; a refusal is shown. True when it was done."""
        try:
            action()
        except UnveilError as refusal:
            self.status.refuse(str(refusal))
            return False
        self.status.clear_refusal()
        return True

    def _end(self) -> None:
        self.status.button.setEnabled(False)
        self.status.tell("ending …")
        self.end()

    def _started(self) -> None:
        self.button.setEnabled(False)
        if self.shows_progress:
            self.status.tell("")
            self.status.begin()

    def _reported(self) -> None:
        report = self.task.last_report
        if not self.shows_progress:
            return
        if isinstance(report, Progress):
            self.status.progress(report.done, report.total)
            self.status.tell(report.message)
        else:
            self.status.tell(self.in_words(report))

    def _ended(self) -> None:
        self.status.end()
        self.after_job()
        if self.task.sentence:
            self.status.fail(self.task.sentence)
        elif self.button.isEnabled():
            self.status.tell(self.result_in_words())

    def _show_present_state(self) -> None:
        if self.task.running:
            self._started()
        self.check()

    def showEvent(self, event: Any) -> None:  # noqa: N802  # Qt's name
        """Check the request when the window appears."""
        super().showEvent(event)
        self._show_present_state()
