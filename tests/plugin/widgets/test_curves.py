"""Curves and their axes."""

from typing import Any

import pytest

from napari_unveil.plugin.widgets.curves import DecadeAxis


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
