"""Losses of a run: reports enter, two curves over epochs or minutes are drawn."""

from collections.abc import Callable, Sequence
from itertools import groupby

from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_unveil.plugin.widgets.curves import CurvePlot
from napari_unveil.plugin.widgets.fields import Choice
from napari_unveil.training import TrainingReport

PLACES: dict[str, Callable[[TrainingReport], float]] = {
    "epochs": lambda report: report.epoch,
    "minutes": lambda report: report.elapsed_s / 60,
}
MOST_POINTS = 2000
"""A curve of more reports is thinned: no window is that many pixels wide."""


class LossPlot(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Training and validation loss on a logarithmic axis; the wheel zooms."""

    def __init__(self) -> None:
        super().__init__()
        self.axis = Choice(tuple((f"over {name}", name) for name in PLACES))
        self.axis.setToolTip("What the losses are drawn over; minutes without pauses.")
        self.whole = QPushButton("Whole range")
        self.whole.setToolTip("Show all of both curves again, after zooming with the wheel.")
        self.plot = CurvePlot(x="epochs", y="loss")
        self._reports: Sequence[TrainingReport] = ()
        row, column = QHBoxLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel("Losses"))
        row.addWidget(self.axis, 1)
        row.addWidget(self.whole)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        self.axis.currentIndexChanged.connect(lambda _: self._draw_anew())
        self.whole.clicked.connect(lambda _: self.plot.show_all())

    def clear(self) -> None:
        """Take the curves of an earlier run away."""
        self._reports = ()
        self.plot.remove_curves()
        self.plot.show_all()

    def draw(self, reports: Sequence[TrainingReport]) -> None:
        """Draw the losses; the validation loss only where it was measured, not where it is repeated."""
        self._reports = reports
        place = PLACES[self.axis.value()]
        shown = _thinned(reports)
        self.plot.draw("training", [place(one) for one in shown], [one.training_loss for one in shown])
        measured = _thinned([next(same) for _, same in groupby(reports, key=lambda one: one.validated_step)])
        self.plot.draw("validation", [place(one) for one in measured], [one.validation_loss for one in measured])

    def _draw_anew(self) -> None:
        self.plot.name_axes(x=self.axis.value(), y="loss")
        self.plot.show_all()
        if self._reports:
            self.draw(self._reports)


def _thinned(reports: Sequence[TrainingReport]) -> Sequence[TrainingReport]:
    every = -(-len(reports) // MOST_POINTS)
    return reports if every <= 1 else reports[::-1][::every][::-1]
