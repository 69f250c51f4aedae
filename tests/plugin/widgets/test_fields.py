"""Fields of the forms, as a user meets them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QCheckBox, QWidget

from napari_unveil.plugin.display.bar import DisplayBar
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.widgets.fields import Choice, FileField, LayerChoice, number
from napari_unveil.plugin.widgets.step_view import StepView


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


@pytest.mark.parametrize(("window", "name"), [(HarvestView, "signals"), (DisplayBar, "high")])
def test_the_wheel_changes_no_field_that_was_not_clicked(
    viewer: Any, qtbot: Any, window: type[QWidget], name: str
) -> None:
    add(viewer, "full")
    view = window(viewer)
    qtbot.addWidget(view)
    field = getattr(view, name)
    before = field.value()
    place = QPointF(field.rect().center())
    event = QWheelEvent(
        place, place, QPoint(0, -120), QPoint(0, -120), Qt.NoButton, Qt.NoModifier, Qt.NoScrollPhase, False
    )
    QApplication.sendEvent(field, event)
    assert field.value() == before


def test_a_request_is_checked_again_after_an_entry_in_any_row(
    viewer: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    monkeypatch.setattr(StepView, "check_soon", lambda self, *_: checks.append("check"))
    view = StepView(viewer, task="a test", action="Do", tip="Does it.")
    qtbot.addWidget(view)
    box, share, word = QCheckBox(), number(1, low=0, high=9), Choice((("a", 1), ("b", 2)))
    path, layer = FileField(title="A file", pattern="*"), LayerChoice(viewer, Image)
    for place, field in enumerate((box, share, word, path)):
        view.add_row(f"row {place}", field, "A row.")
    view.add_row("layer", layer, "A row.", changed=layer.changed)
    entries = (
        lambda: box.setChecked(True),
        lambda: share.setValue(2),
        lambda: word.choose(2),
        lambda: path.set_path(Path("x")),
        lambda: add(viewer, "run"),
    )
    for entry in entries:
        checks.clear()
        entry()
        assert checks == ["check"]
