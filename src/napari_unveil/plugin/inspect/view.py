"""Window "Inspect": input, signal and noise in; side by side, profiles and numbers of the shown frame out."""

from typing import Any

from napari.layers import Image, Shapes
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from napari_unveil.plugin import layers
from napari_unveil.plugin.inspect import job
from napari_unveil.plugin.inspect.job import Along, Around, InspectRequest
from napari_unveil.plugin.inspect.side_by_side import UserView, put_side_by_side, restore
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.curves import CurvePlot
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice, number
from napari_unveil.plugin.widgets.step_view import Action, StepView

FARTHEST_CENTRE_PX = 10_000.0
REFRESH_AFTER_MS = 150


class InspectView(StepView):
    """Shows what was taken away."""

    shows_progress = False

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(napari_viewer, task="inspect", action="Update", tip="Look at the shown frame again.")
        self.frames = LayerChoice(self.viewer, Image, without=layers.is_result)
        self.signal = LayerChoice(self.viewer, Image, hints=(" signal",), without=layers.is_input)
        self.noise = LayerChoice(self.viewer, Image, hints=(" noise",), without=layers.is_input)
        self.course = Choice((("radial, around a centre", "radial"), ("along a line", "line")))
        self.centre_y = number(0, low=-FARTHEST_CENTRE_PX, high=FARTHEST_CENTRE_PX, decimals=1, unit="px")
        self.centre_x = number(0, low=-FARTHEST_CENTRE_PX, high=FARTHEST_CENTRE_PX, decimals=1, unit="px")
        self.line = LayerChoice(self.viewer, Shapes)
        self.plot = CurvePlot(x="r [px]", y="intensity")
        self.table = _numbers_table()
        self._before: UserView | None = None
        self._stale = False
        self._centre_known = False
        self._refresh_timer = QTimer(self)
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.setInterval(REFRESH_AFTER_MS)
        self._refresh_timer.timeout.connect(self.refresh)
        self._lay_out()
        connect_while_alive(self, self.session.trio_changed, self._take_trio)
        connect_while_alive(self, self.session.step_changed, self._refresh_soon)
        connect_while_alive(self, self.session.task("denoise").reported, self._refresh_soon)
        connect_while_alive(self, self.session.inspected, self._show)
        self._take_trio()
        self.check()

    def _lay_out(self) -> None:
        rows = (
            ("Input", self.frames, "Frames as measured.", self.frames.changed),
            ("Signal", self.signal, "What was kept.", self.signal.changed),
            ("Noise", self.noise, "What was taken away.", self.noise.changed),
            (
                "Profile",
                self.course,
                "Mean over rings around the beam, or values along a drawn line.",
                self.course.currentIndexChanged,
            ),
            (
                "Centre y",
                self.centre_y,
                "Row of the beam, in pixels from the centre of the first one.",
                self.centre_y.valueChanged,
            ),
            (
                "Centre x",
                self.centre_x,
                "Column of the beam, in pixels from the centre of the first one.",
                self.centre_x.valueChanged,
            ),
            ("Line", self.line, "Shapes layer; the last line in it counts.", self.line.changed),
        )
        for label, field, tooltip, changed in rows:
            self.add_row(label, field, tooltip, changed=changed)
        self.suggest, self.grid = self.add_buttons(
            Action("Suggest centre", "Centre of the brightest pixels of the shown signal.", self.suggest_centre),
            Action(
                "Side by side",
                "Input, signal and noise in a row; press again to go back.",
                self.toggle_side_by_side,
                checkable=True,
            ),
        )
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.table)
        self.course.currentIndexChanged.connect(self._show_course)
        self.centre_y.valueChanged.connect(self._keep_centre)
        self.centre_x.valueChanged.connect(self._keep_centre)
        self._show_course()

    def request(self) -> InspectRequest:
        """What the form asks for, checked."""
        chosen = [choice.layer() for choice in (self.frames, self.signal, self.noise)]
        frames, signal, noise = (layers.stack_of(layer) for layer in chosen)
        shown = layers.shown_frame(chosen[0], self.viewer.dims.current_step)
        request = InspectRequest(frames, signal, noise, shown, self._course())
        job.check(request)
        return request

    def start(self, request: InspectRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def check(self) -> None:
        """Inspect as soon as there is something to inspect."""
        super().check()
        self._refresh_soon()

    def after_job(self) -> None:
        """Inspect once more when something has changed meanwhile."""
        super().check()
        if self._stale:
            self._refresh_soon()

    def refresh(self) -> None:
        """Inspect the shown frame, now or when the running inspection is over."""
        if not self.isVisible():
            return
        if self.task.running:
            self._stale = True
            return
        self._stale = False
        super().check()
        if self.button.isEnabled():
            self.press()

    def suggest_centre(self) -> None:
        """Take the centre of the shown signal."""
        self._centre_known = False
        self._refresh_soon()

    def toggle_side_by_side(self) -> None:
        """Show input, signal and noise in a row, or go back to the view before."""
        if self._before is not None:
            restore(self.viewer, self._before)
            self._before = None
        elif self.attempt(self.request):
            trio = [choice.layer() for choice in (self.frames, self.signal, self.noise)]
            self._before = put_side_by_side(self.viewer, trio)
        self.grid.setChecked(self._before is not None)

    def _course(self) -> Around | Along:
        if self.course.value() == "line":
            return Along(*layers.line_of(self.line.layer()))
        return Around((self.centre_y.value(), self.centre_x.value()) if self._centre_known else None)

    def _show(self) -> None:
        found = self.session.inspection
        if found is None:
            return
        if found.centre_yx is not None and not self._centre_known:
            self._take_centre(found.centre_yx)
        self.plot.name_axes(x=found.position_label, y=found.intensity_label)
        for name, profile in found.profiles.items():
            self.plot.draw(name, profile.position, profile.mean)
        self.table.setRowCount(len(found.numbers))
        for row, (name, value) in enumerate(found.numbers):
            self.table.setItem(row, 0, QTableWidgetItem(name))
            self.table.setItem(row, 1, QTableWidgetItem(value))
        self.table.resizeRowsToContents()

    def _take_centre(self, centre_yx: tuple[float, float]) -> None:
        for field, value in zip((self.centre_y, self.centre_x), centre_yx, strict=True):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self._centre_known = True

    def _keep_centre(self, *_: object) -> None:
        self._centre_known = True

    def _take_trio(self) -> None:
        trio = self.session.trio
        if trio is not None:
            self.frames.choose(trio.frames)
            self.signal.choose(trio.signal)
            self.noise.choose(trio.noise)
        self.check_soon()

    def _refresh_soon(self) -> None:
        self._refresh_timer.start()

    def _show_course(self, *_: object) -> None:
        line = self.course.value() == "line"
        for field, visible in ((self.centre_y, not line), (self.centre_x, not line), (self.line, line)):
            self.form.setRowVisible(field, visible)
        self.suggest.setEnabled(not line)


def _numbers_table() -> QTableWidget:
    table = QTableWidget(0, 2)
    table.horizontalHeader().hide()
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    table.setMinimumHeight(TABLE_HEIGHT_PX)
    return table


TABLE_HEIGHT_PX = 150
