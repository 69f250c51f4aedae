"""The four pages of the window: each asks one kind of question and shows the answer."""

from collections.abc import Callable
from typing import Any

from napari.layers import Layer, Shapes
from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_unveil.inspection.inspector import Found
from napari_unveil.inspection.questions import InRegions, Question, Values, WhatIsLeft
from napari_unveil.plugin.inspect.numbers import NumbersTable
from napari_unveil.plugin.inspect.plot import FoundPlot
from napari_unveil.plugin.layers.shapes import add_regions, is_guide, polygons_of
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice

PEAK_TIP = (
    "Fits one peak, a Gaussian on a plane, in each region and image: place and width in pixels, amplitude in the unit "
    "of the frames per pixel, and its ratio to the residual background (SRBR), with standard errors."
)
AddRow = Callable[..., None]
"""How the window adds a row: label, field, tooltip, and the form as ``section``."""


class Panel(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A page: a form over what is found."""

    changed = Signal()
    plot: FoundPlot | None = None

    def __init__(self) -> None:
        super().__init__()
        self.column, self.form = QVBoxLayout(self), QFormLayout()
        self.column.setContentsMargins(4, 6, 4, 2)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.column.addLayout(self.form)

    def question(self, frames: Layer) -> Question:
        """What the page asks of the frames of a layer; raises a refusal."""
        raise NotImplementedError

    def show_found(self, found: Found) -> None:
        """Show the answer."""
        raise NotImplementedError


class RegionsPanel(Panel):
    """Sums over drawn regions, and the peak in each of them."""

    def __init__(self, viewer: Any, add_row: AddRow, frames: Callable[[], Layer | None]) -> None:
        super().__init__()
        self.layer = LayerChoice(viewer, Shapes, without=is_guide)
        self.peaks, self.table = QCheckBox("fitted in each region"), NumbersTable()
        draw = button("New regions", "Add a layer of regions; rectangles and polygons can be drawn and moved in it.")
        draw.clicked.connect(lambda *_: self._draw(viewer, frames()))
        tip = "Layer of rectangles, polygons or ellipses. Numbers follow while they are drawn and dragged."
        add_row("Regions", beside(self.layer, draw), tip, section=self.form)
        add_row("Peak", self.peaks, PEAK_TIP, section=self.form)
        self.column.addWidget(self.table, 1)
        self.layer.changed.connect(self.changed)
        self.peaks.toggled.connect(lambda *_: self.changed.emit())

    def question(self, frames: Layer) -> InRegions:
        """Sums over the regions of the chosen layer, with peaks where these are asked for."""
        return InRegions(polygons_of(self.layer.layer(), like=frames), self.peaks.isChecked())

    def show_found(self, found: Found) -> None:
        """Show sums and peaks."""
        self.table.show_told(found.told)

    def _draw(self, viewer: Any, frames: Layer | None) -> None:
        if frames is not None:
            self.layer.choose(add_regions(viewer, like=frames))


class HistogramPanel(Panel):
    """How many pixels have which value."""

    def __init__(self, add_row: AddRow) -> None:
        super().__init__()
        self.unit = Choice((("unit of the frames", False), ("photons", True)))
        self.plot: FoundPlot = FoundPlot(log_x=False, log_y=True, stepped=True)
        tip = "What the values are counted in. Photons need the photon energy. Values beyond the last bin count in it."
        add_row("Values in", self.unit, tip, section=self.form)
        self.column.addWidget(self.plot, 1)
        self.unit.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.plot.scale_changed.connect(self.changed)

    def question(self, frames: Layer) -> Values:
        """A histogram of all three; its bins suit the axis."""
        del frames
        return Values(in_photons=bool(self.unit.value()), growing=self.plot.log_x.isChecked())

    def show_found(self, found: Found) -> None:
        """Draw the histograms."""
        self.plot.show_plot(found.plot)


class NumbersPanel(Panel):
    """The numbers of the separation."""

    def __init__(self) -> None:
        super().__init__()
        self.table = NumbersTable()
        self.column.addWidget(self.table, 1)

    def question(self, frames: Layer) -> WhatIsLeft:
        """What is left of the signal in the noise."""
        del frames
        return WhatIsLeft()

    def show_found(self, found: Found) -> None:
        """Show the numbers."""
        self.table.show_told(found.told)


def beside(*widgets: QWidget) -> QWidget:
    """Widgets in a row; buttons and boxes take no more room than they need."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        line.addWidget(widget, 0 if isinstance(widget, QAbstractButton | QLabel) else 1)
    return row


def button(word: str, tip: str) -> QPushButton:
    """A button with a tooltip."""
    made = QPushButton(word)
    made.setToolTip(tip)
    return made
