"""Curves of input, signal and noise over one another, with their errors; each axis linear or logarithmic."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from napari_unveil.inspection.plots import Curve, Plot
from napari_unveil.plugin.inspect.band import Band
from napari_unveil.plugin.widgets.curves import COLOURS, OTHER_COLOUR, Canvas


class FoundPlot(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A plot with a box for each axis that makes it logarithmic; what is not above 0 is left out there.

    Bands show one standard error up and down.

    Parameters
    ----------
    log_x, log_y
        Whether the axes are logarithmic to begin with.
    stepped
        Whether the curves are histograms.
    """

    scale_changed = Signal()

    def __init__(self, *, log_x: bool, log_y: bool, stepped: bool = False) -> None:
        super().__init__()
        self._stepped = stepped
        self._plot: Plot | None = None
        self._curves: dict[str, pyqtgraph.PlotDataItem] = {}
        self.bands: dict[str, Band] = {}
        self.log_x, self.log_y = QCheckBox("log x"), QCheckBox("log y")
        self.canvas = Canvas()
        row, column = QHBoxLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for box, logarithmic, axis in ((self.log_x, log_x, "x"), (self.log_y, log_y, "y")):
            box.setChecked(logarithmic)
            box.setToolTip(f"Logarithmic {axis} axis; what is 0 or less is left out.")
            box.toggled.connect(self._rescale)
            row.addWidget(box)
        row.addStretch(1)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self._rescale()

    def show_plot(self, plot: Plot | None) -> None:
        """Draw or redraw curves; None takes them away."""
        self._plot = plot
        curves = {} if plot is None else plot.curves
        for name in set(self._curves) - set(curves):
            self.canvas.removeItem(self._curves.pop(name))
        for name in set(self.bands) - {name for name, curve in curves.items() if curve.error is not None}:
            self.canvas.removeItem(self.bands.pop(name))
        if plot is not None:
            self.canvas.name_axes(x=plot.x.label, y=plot.y.label)
        for name, curve in curves.items():
            if name not in self._curves:
                pen = pyqtgraph.mkPen(COLOURS.get(name, OTHER_COLOUR))  # wider ones take ten times as long
                step = {"stepMode": "center"} if self._stepped else {"connect": "finite"}
                self._curves[name] = self.canvas.plot(pen=pen, name=name, **step)
            x = _around(curve.x) if self._stepped else curve.x
            self._curves[name].setData(self._positive(x, self.log_x), self._positive(curve.y, self.log_y))
            self._lay_band(name, curve)
        self.canvas.scene().prepareForPaint()  # while being drawn, a new range of the axes would have all drawn again

    def names(self) -> list[str]:
        """Names of the curves that are drawn."""
        return list(self._curves)

    def _lay_band(self, name: str, curve: Curve) -> None:
        if curve.error is None:
            return
        if name not in self.bands:
            self.bands[name] = Band(COLOURS.get(name, OTHER_COLOUR))
            self.canvas.getPlotItem().addItem(self.bands[name], ignoreBounds=True)
        low, high = curve.y - curve.error, curve.y + curve.error
        self.bands[name].lay(curve.x, low, high, log_x=self.log_x.isChecked(), log_y=self.log_y.isChecked())

    def _positive(self, values: NDArray[np.float64], box: QCheckBox) -> NDArray[np.float64]:
        if not box.isChecked():
            return values
        return np.where(values > 0, values, np.nan)

    def _rescale(self, *_: object) -> None:
        self.canvas.getPlotItem().setLogMode(x=self.log_x.isChecked(), y=self.log_y.isChecked())
        self.show_plot(self._plot)
        self.canvas.show_all()
        self.scale_changed.emit()


def _around(middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges (n + 1,) around the middles (n,) of bins."""
    half = np.diff(middle) / 2
    return np.concatenate([[middle[0] - half[0]], middle[:-1] + half, [middle[-1] + half[-1]]])
