"""Window "Workbench": the five steps under one another, in the order of work, one open at a time."""

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolBox, QVBoxLayout, QWidget

from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.train.view import TrainView
from napari_unveil.plugin.widgets.step_view import StepView

STEPS: tuple[tuple[str, Callable[[Any], StepView]], ...] = (
    ("1  Signal mask", MaskView),
    ("2  Harvest patches", HarvestView),
    ("3  Train", TrainView),
    ("4  Denoise", DenoiseView),
    ("5  Inspect", InspectView),
)
LEAST_WIDTH_PX = 380


class Workbench(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """All steps on one session."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.box = QToolBox()
        self.views: dict[Callable[[Any], StepView], StepView] = {}
        for title, make in STEPS:
            view = make(napari_viewer)
            self.views[make] = view
            self.box.addItem(_scrolling(view), title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)

    def open_step(self, kind: type[StepView]) -> Any:
        """Open the step of this kind and give its view."""
        self.box.setCurrentIndex([make for _, make in STEPS].index(kind))
        return self.views[kind]


def _scrolling(view: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
