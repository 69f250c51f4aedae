"""Fields of the forms, as a user meets them."""

from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication

from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.widgets.fields import LayerChoice


@pytest.fixture
def choice(viewer: Any, qtbot: Any) -> LayerChoice:
    widget = LayerChoice(viewer, Image, hints=("full",))
    qtbot.addWidget(widget)
    return widget


def add(viewer: Any, name: str) -> Image:
    return viewer.add_image(np.zeros((2, 8, 8), np.float32), name=name)


def test_a_layer_is_suggested_by_its_name_until_one_is_chosen(viewer: Any, choice: LayerChoice) -> None:
    other, full = add(viewer, "run"), add(viewer, "full")
    assert choice.layer() is full
    choice.choose(other)
    add(viewer, "full 2")
    assert choice.layer() is other


def test_nothing_is_said_to_have_changed_when_another_layer_comes(viewer: Any, choice: LayerChoice) -> None:
    choice.choose(add(viewer, "run"))
    changes: list[int] = []
    choice.changed.connect(lambda: changes.append(1))
    add(viewer, "result")
    assert changes == []


def test_the_wheel_changes_no_field_that_was_not_clicked(viewer: Any, qtbot: Any) -> None:
    view = HarvestView(viewer)
    qtbot.addWidget(view)
    before = view.signals.value()
    place = QPointF(view.signals.rect().center())
    event = QWheelEvent(
        place, place, QPoint(0, -120), QPoint(0, -120), Qt.NoButton, Qt.NoModifier, Qt.NoScrollPhase, False
    )
    QApplication.sendEvent(view.signals, event)
    assert view.signals.value() == before
