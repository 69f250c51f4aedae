"""The room between two curves, lightly filled: positions and heights (n,) in the units of the axes enter."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QPainterPath

OPACITY = 60
"""Of 255."""
FAR_DOWN = 1e-9
"""On a logarithmic axis a band that reaches 0 ends at this share of its upper edge, which is out of sight."""


class Band(pyqtgraph.GraphicsObject):  # type: ignore[misc]  # Qt is not typed here
    """A band under the curves of a plot; where it has no edge there is a gap."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour, self._path = QColor(colour), QPainterPath()
        self._colour.setAlpha(OPACITY)
        self.setZValue(-1)

    def lay(
        self,
        x: NDArray[np.float64],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        *,
        log_x: bool,
        log_y: bool,
    ) -> None:
        """Lay the band from ``low`` to ``high``; on logarithmic axes what is not above 0 is left out."""
        if log_y:
            low = np.maximum(low, FAR_DOWN * high)
        x, low, high = _on_axis(x, log_x), _on_axis(low, log_y), _on_axis(high, log_y)
        self.prepareGeometryChange()
        self._path = QPainterPath()
        for run in _runs(np.isfinite(x + low + high)):
            edge = np.concatenate([x[run], x[run][::-1]]), np.concatenate([high[run], low[run][::-1]])
            self._path.addPolygon(pyqtgraph.functions.arrayToQPolygonF(*edge))
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802  # Qt's name
        """The part of the plot that the band may cover."""
        return self._path.boundingRect()

    def paint(self, painter: Any, *_: object) -> None:
        """Fill the band."""
        painter.fillPath(self._path, self._colour)


def _on_axis(values: NDArray[np.float64], logarithmic: bool) -> NDArray[np.float64]:
    return np.log10(np.where(values > 0, values, np.nan)) if logarithmic else values


def _runs(known: NDArray[np.bool_]) -> Iterator[slice]:
    """Where ``known`` is True without a break."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    for start, stop in zip(steps[::2], steps[1::2], strict=True):
        yield slice(int(start), int(stop))
