"""Window "Display", two rows high: scale and contrast limits of the selected image layers."""

from typing import Any

from napari.layers import Image
from napari.utils.notifications import show_error
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_unveil.display.limits import Autoscale, Rule
from napari_unveil.display.scales import Scale
from napari_unveil.errors import UnveilError
from napari_unveil.plugin.display.displays import displays_of
from napari_unveil.plugin.layers.display import Display, display_of
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, WheelGuard, number

SCALES = (
    (Scale.LINEAR, "lin", "Linear: colours in proportion to the intensity."),
    (Scale.SQRT, "sqrt", "Square root: counting noise looks the same everywhere. Below 0: minus the root of minus it."),
    (
        Scale.LOG,
        "log",
        "Logarithmic: each decade takes as much of the colours. With a lower limit at or below 0 it begins where the "
        "noise below 0 ends, 2 to 4 decades under the upper limit; what is less has the lowest colour.",
    ),
    (
        Scale.ARCSINH,
        "asinh",
        "Arcsinh: linear through 0, logarithmic from ten times the depth of the noise below 0 on (2 to 4 decades under "
        "the upper limit); peaks and weak scattering together, negative values too.",
    ),
)
RULES = (("percentile", Rule.PERCENTILES), ("± 3 sigma", Rule.SIGMA), ("min – max", Rule.EXTREMES))
EXTENTS = (("frame", False), ("stack", True))
RULE_TIP = "Where the contrast limits go: percentiles of the pixels, mean ± 3 standard deviations, or all there is."
LOW_TIP, HIGH_TIP = (
    "Share of the pixels below the lower limit, in %.",
    "Share of the pixels below the upper limit, in %.",
)
EXTENT_TIP = "Limits of the frame that is shown, or of the whole stack (found from 16 frames of it, beside the window)."
NO_IMAGE = "no image layer"
LONGEST_NAME = 20
WIDEST_FIELD_PX = 82
SCALE_WIDTH_PX, FIELD_WIDTH_PX, RULE_WIDTH_PX = 36, 72, 100
"""Least widths: together they fit into a dock of 380 pixels."""


class DisplayBar(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Shows how the selected images are displayed, and changes it. True values stay in napari's status bar."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.session = session_of(napari_viewer)
        self.viewer = self.session.viewer
        self.displays = displays_of(self.viewer)
        self.scales = {scale: _scale_button(word, tip) for scale, word, tip in SCALES}
        self.group = QButtonGroup(self)
        self.name = QLabel()
        self.each_frame = QPushButton("auto")
        self.button = QPushButton("Autoscale")
        self.rule = Choice(RULES)
        self.low = number(1.0, low=0, high=50, unit="%")
        self.high = number(99.8, low=50, high=100, unit="%")
        self.extent = Choice(EXTENTS)
        self._filling = False
        self._lay_out()
        self._connect()
        self.fill()

    def fill(self) -> None:
        """Show what is remembered of the selected layer."""
        chosen = self.displays.targets() if self.session.viewer is not None else []
        layer = chosen[-1] if chosen else None
        display = (display_of(layer) if layer is not None else None) or Display()
        self._filling = True
        self.scales[display.scale].setChecked(True)
        self.rule.choose(display.autoscale.rule)
        self.low.setValue(display.autoscale.low_percent)
        self.high.setValue(display.autoscale.high_percent)
        self.extent.choose(display.whole_stack)
        self.each_frame.setChecked(display.each_frame)
        self._filling = False
        self._enable(chosen, display)

    # layout

    def _lay_out(self) -> None:
        column, above, below = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(2, 4, 2, 4)
        column.setSpacing(4)
        for row in (above, below):
            row.setSpacing(2)
            column.addLayout(row)
        for button in self.scales.values():
            self.group.addButton(button)
            above.addWidget(button)
        self.each_frame.setCheckable(True)
        for field, tip in (
            (self.button, "Find the contrast limits anew, by the rule below (shortcut Alt+A)."),
            (self.each_frame, "Find the contrast limits anew whenever another frame is shown."),
            (self.rule, RULE_TIP),
            (self.low, LOW_TIP),
            (self.high, HIGH_TIP),
            (self.extent, EXTENT_TIP),
        ):
            field.setToolTip(tip)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        above.addWidget(self.name, 1)
        above.addWidget(self.button)
        above.addWidget(self.each_frame)
        guard = WheelGuard(self)
        for field in (self.rule, self.low, self.high, self.extent):
            guard.watch(field)
            below.addWidget(field, 0 if field in (self.low, self.high) else 1)
        for percent in (self.low, self.high):
            percent.setKeyboardTracking(False)
        for field in (self.low, self.high, self.extent):
            field.setMaximumWidth(WIDEST_FIELD_PX)
        for field, width_px in (
            *((button, SCALE_WIDTH_PX) for button in (*self.scales.values(), self.each_frame)),
            *((field, FIELD_WIDTH_PX) for field in (self.button, self.low, self.high, self.extent)),
            (self.rule, RULE_WIDTH_PX),
        ):
            field.setMinimumWidth(width_px)

    def _connect(self) -> None:
        for scale, button in self.scales.items():
            button.clicked.connect(lambda _, scale=scale: self.displays.show(self.displays.targets(), scale))
        self.button.clicked.connect(self._autoscale)
        for signal in (
            self.rule.currentIndexChanged,
            self.low.valueChanged,
            self.high.valueChanged,
            self.extent.currentIndexChanged,
            self.each_frame.toggled,
        ):
            signal.connect(self._arrange)
        events = self.viewer.layers.events
        for happened in (self.viewer.layers.selection.events.changed, events.inserted, events.removed):
            connect_while_alive(self, happened, self.fill)
        connect_while_alive(self, self.displays.changed, self.fill)
        task = self.session.task("display")
        connect_while_alive(self, task.started, self.fill)
        connect_while_alive(self, task.ended, self.fill)
        connect_while_alive(self, task.reported, self._show_progress)
        connect_while_alive(self, self.session.turns.turned, self._show_progress)

    def _enable(self, chosen: list[Image], display: Display) -> None:
        for field in (*self.scales.values(), self.rule, self.low, self.high, self.extent, self.each_frame):
            field.setEnabled(bool(chosen))
        self.button.setEnabled(bool(chosen) and not self.session.task("display").running)
        self.each_frame.setEnabled(bool(chosen) and not display.whole_stack)
        percentiles = display.autoscale.rule is Rule.PERCENTILES
        self.low.setVisible(percentiles)
        self.high.setVisible(percentiles)
        names = " + ".join(layer.name for layer in reversed(chosen)) or NO_IMAGE
        self.name.setText(names if len(names) <= LONGEST_NAME else f"{names[: LONGEST_NAME - 1]}…")
        self.name.setToolTip(f"What the display is of: {names}")
        self._show_progress()

    def _show_progress(self) -> None:
        task = self.session.task("display")
        words = self.displays.progress() or (task.last_report.message if task.running and task.last_report else "")
        if words:
            self.name.setText(words)

    # requests

    def _arrange(self, *_: object) -> None:
        if self._filling:
            return
        autoscale = Autoscale(Rule(self.rule.value()), self.low.value(), self.high.value())
        whole = bool(self.extent.value())
        self.displays.arrange(
            self.displays.targets(),
            autoscale=autoscale,
            whole_stack=whole,
            each_frame=self.each_frame.isChecked() and not whole,
        )

    def _autoscale(self) -> None:
        try:
            self.displays.autoscale(self.displays.targets())
        except UnveilError as refusal:
            show_error(str(refusal))


def _scale_button(word: str, tip: str) -> QPushButton:
    button = QPushButton(word)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return button
