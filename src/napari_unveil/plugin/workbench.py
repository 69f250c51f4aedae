"""Window "Workbench": the display, and the steps under one another in the order of work, one open at a time."""

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QToolBox, QVBoxLayout, QWidget

from napari_unveil.plugin import shortcuts
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.display.bar import DisplayBar
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.split.view import SplitView
from napari_unveil.plugin.train.view import TrainView
from napari_unveil.plugin.widgets.section import Section
from napari_unveil.plugin.widgets.step_view import StepView

STEPS: tuple[tuple[str, str, Callable[[Any], StepView]], ...] = (
    ("1  Signal mask", "Mark where the frames hold signal, so that noise is taken from elsewhere.", MaskView),
    ("1  Split measurement", "Or: take a measurement apart into independent parts that teach each other.", SplitView),
    ("2  Harvest patches", "Cut small squares out of frames, to train on.", HarvestView),
    ("3  Train", "Train a network to tell signal from noise.", TrainView),
    ("4  Denoise", "Take frames apart into signal and noise.", DenoiseView),
    ("5  Inspect", "Look hard at what was taken away.", InspectView),
)
OPEN_STEP = ("Workbench", "open step")
LEAST_WIDTH_PX = 420


class Workbench(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Display and all steps on one session; opens at the step that was open last."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.session = session_of(napari_viewer)
        self.display = DisplayBar(napari_viewer)
        self.box = QToolBox()
        self.views: dict[Callable[[Any], StepView], StepView] = {}
        for title, tip, make in STEPS:
            view = make(napari_viewer)
            self.views[make] = view
            self.box.setItemToolTip(self.box.addItem(_scrolling(view), title), tip)
        self.box.setCurrentIndex(self.session.entered.get(OPEN_STEP, 0))
        self.box.currentChanged.connect(self._remember)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.display)
        column.addWidget(self.box, 1)
        column.addWidget(_keys())

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """As narrow as the steps allow: the canvas needs the room."""
        return QSize(LEAST_WIDTH_PX, super().sizeHint().height())

    def open_step(self, kind: type[StepView]) -> Any:
        """Open the step of this kind and give its view."""
        self.box.setCurrentIndex([make for *_, make in STEPS].index(kind))
        return self.views[kind]

    def _remember(self, place: int) -> None:
        self.session.entered[OPEN_STEP] = place


def _keys() -> Section:
    """The keys, folded away."""
    listed = QLabel("\n".join(f"{key.keys.replace('-', '+')}    {key.words}" for key in shortcuts.TABLE))
    listed.setContentsMargins(8, 4, 0, 4)
    section = Section("Keys", "What keys do while the canvas has the focus.")
    section.fill(listed)
    return section


def _scrolling(view: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
