"""What the windows have in common: a form, a button, and a line that says what is going on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.widgets import questions
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import WheelGuard, changed_signal, enter, entered
from napari_unveil.plugin.widgets.section import Section
from napari_unveil.plugin.widgets.status_line import StatusLine
from napari_unveil.types import Progress

CHECK_AFTER_MS = 120
"""Pause in the typing after which a request is checked."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button: its word, its tooltip, and what it does.

    Parameters
    ----------
    idle_only
        Whether the button waits while the step's job runs.
    checkable
        Whether the button stays pressed.
    """

    word: str
    tip: str
    do: Callable[[], Any]
    idle_only: bool = False
    checkable: bool = False


class StepView(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A window for one step of the work: emits requests, shows reports and refusals, computes nothing.

    What is entered is kept by the session, so that a window that is opened again begins where it was left.

    Parameters
    ----------
    viewer
        napari's viewer.
    task
        Name of the session's task that the step belongs to.
    action, tip
        Word on the main button, and its tooltip.
    end, end_tip
        Word on the button that ends a running job, and its tooltip.
    """

    requested = Signal(object)
    shows_progress = True

    def __init__(  # two buttons, each with its word and tooltip
        self,
        viewer: Any,
        *,
        task: str,
        action: str,
        tip: str,
        end: str = "Cancel",
        end_tip: str = "End the job; nothing half-written is left.",
    ) -> None:
        super().__init__()
        self.session = session_of(viewer)
        self.task = self.session.task(task)
        self.form, self.button, self.status = _form(), QPushButton(action), StatusLine(end=end, end_tip=end_tip)
        self.button.setToolTip(tip)
        self._idle_only: list[QPushButton] = []
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

    def replaces(self) -> Path | None:
        """The file that a press would replace."""
        return None

    # common to all

    def add_row(
        self,
        label: str,
        field: QWidget,
        tooltip: str,
        *,
        changed: Any = None,
        section: QFormLayout | None = None,
    ) -> None:
        """Add a field to the form, or to a section; when it has changed, the request is checked again.

        Parameters
        ----------
        changed
            The signal that says so; None: that of a field whose entry is remembered, if it is one.
        """
        self._wheel_guard.watch(field)
        text = QLabel(label)
        text.setToolTip(tooltip)
        field.setToolTip(tooltip)
        (self.form if section is None else section).addRow(text, field)
        self._remember(label, field)
        signal = changed if changed is not None else changed_signal(field)
        if signal is not None:
            signal.connect(self.check_soon)

    def add_section(self, title: str, tooltip: str, *, opened: bool = False) -> QFormLayout:
        """Add a part of the form that can be folded away; gives the form of its rows."""
        section, content, form = Section(title, tooltip), QWidget(), _form()
        content.setLayout(form)
        section.fill(content, opened=opened)
        self.column.insertWidget(self.column.indexOf(self.buttons), section)
        return form

    def add_button_row(self, form: QFormLayout, *actions: Action) -> list[QPushButton]:
        """Add buttons to the form of a section, in a row of their own."""
        row = QHBoxLayout()
        form.addRow(row)
        return self.fill(row, actions)

    def add_buttons(self, *actions: Action) -> list[QPushButton]:
        """Add buttons beside the main one."""
        return self.fill(self.buttons, actions)

    def fill(self, row: QHBoxLayout, actions: Sequence[Action]) -> list[QPushButton]:
        """Add buttons to a row of the view."""
        added = [_button(action) for action in actions]
        for button, action in zip(added, actions, strict=True):
            row.addWidget(button, 1)
            if action.idle_only:
                self._idle_only.append(button)
        return added

    def _remember(self, label: str, field: QWidget) -> None:
        signal = changed_signal(field)
        if signal is None:
            return
        key = (type(self).__name__, label)
        if key in self.session.entered:
            enter(field, self.session.entered[key])
        signal.connect(lambda *_: self.session.entered.update({key: entered(field)}))

    def check_soon(self, *_: object) -> None:
        """Check the request after a pause."""
        self._check_timer.start()

    def check(self) -> None:
        """Show whether the request would be served; the button is disabled while it is not."""
        for button in self._idle_only:
            button.setEnabled(not self.task.running)
        if self.task.running:
            self.button.setEnabled(False)
            self.status.clear_hindrance()
            return
        try:
            self.request()
        except UnveilError as refusal:
            self.status.hinder(str(refusal))
            self.button.setEnabled(False)
        else:
            self.status.clear_hindrance()
            self.button.setEnabled(True)

    def press(self) -> None:
        """Emit the request, unless it is refused, or would replace a file that is to be kept."""
        if not self.task.running and self.may_replace(self.replaces()):
            self.attempt(lambda: self.requested.emit(self.request()))

    def may_replace(self, path: Path | None) -> bool:
        """Ask before a file is replaced; True when it is not there or may go."""
        if path is None or not path.is_file():
            return True
        return questions.agreed(self, f"{path} exists. Replace it? What it holds will be lost.", yes="Replace")

    def attempt(self, action: Callable[[], Any]) -> bool:
        """Do something short; a refusal is shown. True when it was done."""
        try:
            action()
        except UnveilError as refusal:
            self.status.refuse(str(refusal))
            return False
        return True

    def _end(self) -> None:
        self.status.button.setEnabled(False)
        self.status.tell("ending …")
        self.end()

    def _started(self) -> None:
        self.check()
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


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _button(action: Action) -> QPushButton:
    button = QPushButton(action.word)
    button.setToolTip(action.tip)
    button.setCheckable(action.checkable)
    button.clicked.connect(lambda *_: action.do())
    return button
