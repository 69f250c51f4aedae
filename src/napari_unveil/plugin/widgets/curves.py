"""Curves over a common coordinate on a logarithmic scale; positions and values (n,) in."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QSize
from qtpy.QtGui import QPalette
from qtpy.QtWidgets import QSizePolicy

COLOURS = {
    "training": "#3d85c6",
    "validation": "#d9822b",
    "input": "#8c8c8c",
    "signal": "#2a9aab",
    "noise": "#d6557a",
}
"""Each with a contrast of 3 or more to the background of napari's dark and of its light theme."""

OTHER_COLOUR = "#8c8c8c"
LEAST_HEIGHT_PX = 180
AXES = ("bottom", "left")

FEW_POINTS = 30
"""Curves of at most so many points show each of them as a dot."""


class DecadeAxis(pyqtgraph.AxisItem):  # type: ignore[misc]  # Qt is not typed here
    """An axis that, on a logarithmic scale of more than a decade, labels powers of ten alone."""

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float | None) -> list[str]:  # noqa: N802
        """Labels of the powers of ten with exponents ``values``."""
        labels: list[str] = super().logTickStrings(values, scale, spacing)
        low, high = self.range
        if high - low <= 1:
            return labels
        return [label if round(value, 6).is_integer() else "" for value, label in zip(values, labels, strict=True)]


class Canvas(pyqtgraph.PlotWidget):  # type: ignore[misc]  # Qt is not typed here
    """An empty plot with a legend; axes and legend have the colour of the theme's text.

    The wheel and the right button zoom, the left button moves; :meth:`show_all` goes back.
    """

    def __init__(self) -> None:
        super().__init__(background=None, axisItems={name: DecadeAxis(name) for name in AXES})
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        item = self.getPlotItem()
        item.showGrid(x=True, y=True, alpha=0.2)
        item.hideButtons()
        for name in AXES:
            item.getAxis(name).enableAutoSIPrefix(False)
        self._legend = item.addLegend(offset=(-8, 8))
        self._labels = ("", "")
        self._follow_theme()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """No more than needed: the window decides."""
        return QSize(LEAST_HEIGHT_PX, LEAST_HEIGHT_PX)

    def name_axes(self, *, x: str, y: str) -> None:
        """Name the axes, units included; nothing happens when they are called so already."""
        if (x, y) != self._labels:
            self._labels = (x, y)
            for name, words in zip(AXES, (x, y), strict=True):
                self.getPlotItem().setLabel(name, words)

    def show_all(self) -> None:
        """Show the whole range of all curves, and follow them as they grow."""
        self.getPlotItem().enableAutoRange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_legend"):
            self._follow_theme()

    def _follow_theme(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        for name in AXES:
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(colour)
            axis.setTextPen(colour)
        self._legend.setLabelTextColor(colour)


class CurvePlot(Canvas):
    """Named curves, values on a logarithmic axis; what is not above 0 is left out.

    Parameters
    ----------
    x, y
        Names of the axes, units included.
    """

    def __init__(self, *, x: str, y: str) -> None:
        super().__init__()
        self.getPlotItem().setLogMode(x=False, y=True)
        self.name_axes(x=x, y=y)
        self._curves: dict[str, pyqtgraph.PlotDataItem] = {}

    def draw(
        self, name: str, positions: Sequence[float] | NDArray[np.float64], values: Sequence[float] | NDArray[np.float64]
    ) -> None:
        """Draw or redraw the curve called ``name``."""
        if name not in self._curves:
            pen = pyqtgraph.mkPen(COLOURS.get(name, OTHER_COLOUR), width=1.6)
            self._curves[name] = self.plot(pen=pen, name=name, connect="finite")
        heights = np.asarray(values, np.float64)
        heights = np.where(heights > 0, heights, np.nan)
        dots = "o" if len(heights) <= FEW_POINTS else None  # one point makes no line
        colour = COLOURS.get(name, OTHER_COLOUR)
        self._curves[name].setData(
            np.asarray(positions, np.float64), heights, symbol=dots, symbolSize=5, symbolBrush=colour, symbolPen=None
        )

    def names(self) -> list[str]:
        """Names of the curves that are drawn."""
        return list(self._curves)

    def remove_curves(self) -> None:
        """Take all curves away; ``clear`` is pyqtgraph's, which hides a method of that name."""
        for curve in self._curves.values():
            self.removeItem(curve)
        self._curves.clear()
