"""Curves and their axes."""

from typing import Any

import pytest

from napari_unveil.plugin.widgets.curves import CurvePlot, DecadeAxis


@pytest.fixture
def axis(qapp: Any) -> DecadeAxis:
    axis = DecadeAxis("left")
    axis.setLogMode(True)
    return axis


def test_powers_of_ten_alone_are_labelled_where_several_are_in_view(axis: DecadeAxis) -> None:
    axis.setRange(-1, 2)
    labels = axis.logTickStrings([-1.0, -0.699, 0.0, 0.301, 1.0], 1.0, None)
    assert [bool(label) for label in labels] == [True, False, True, False, True]


def test_within_a_decade_values_between_powers_of_ten_are_labelled(axis: DecadeAxis) -> None:
    axis.setRange(-0.7, -0.1)
    assert all(axis.logTickStrings([-0.699, -0.301], 1.0, None))


def test_curves_of_another_run_are_seen_after_those_of_the_first_were_removed(qtbot: Any) -> None:
    plot = CurvePlot(x="epochs", y="loss")
    qtbot.addWidget(plot)
    plot.draw("training", [0.0, 1.0], [0.9, 0.5])
    plot.remove_curves()
    assert plot.names() == []
    plot.draw("training", [0.0, 7.0], [0.4, 0.1])
    assert plot.names() == ["training"]
    plot.show_all()
    plot.getPlotItem().vb.updateAutoRange()
    (left, right), (low, high) = plot.viewRange()
    assert left <= 0
    assert right >= 7
    assert low <= -1
    assert high < -0.3
