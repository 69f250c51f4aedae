"""Fields of the forms: layers, files and numbers, each with its unit."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

from napari.layers import Labels, Layer, Shapes
from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from napari_unveil.plugin.layers.overlays import is_overlay
from napari_unveil.plugin.widgets.connections import connect_while_alive

EDITS = ("data", "paint", "labels_update", "set_data")
"""Events of labels and shapes that tell of an edit; which of them there are depends on napari's version."""

WIDEST_COMBO = 12
"""Characters that a combo box asks room for, so that a long layer name does not widen the window."""


class WheelGuard(QObject):  # type: ignore[misc]  # Qt is not typed here
    """Keeps the wheel from changing fields that nobody has clicked: it scrolls the window past them."""

    def watch(self, widget: QWidget) -> None:
        """Guard a field, or the fields in a row of them."""
        for field in (widget, *widget.findChildren(QWidget)):
            if isinstance(field, QComboBox | QAbstractSpinBox):
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                field.installEventFilter(self)

    def eventFilter(self, field: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """Swallow wheel events of fields without focus."""
        if event.type() == QEvent.Type.Wheel and isinstance(field, QWidget) and not field.hasFocus():
            event.ignore()
            return True
        return False


class Choice(QComboBox):  # type: ignore[misc]  # Qt is not typed here
    """One of some words; the data of an entry is its value."""

    def __init__(self, entries: Sequence[tuple[str, Any]] = ()) -> None:
        super().__init__()
        self.setMinimumContentsLength(WIDEST_COMBO)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for text, value in entries:
            self.addItem(text, value)

    def value(self) -> Any:
        """The chosen value; None without entries."""
        return self.currentData()

    def choose(self, value: object) -> None:
        """Choose the entry with this value, if there is one."""
        for place in range(self.count()):
            if self.itemData(place) == value:
                self.setCurrentIndex(place)


class LayerChoice(QComboBox):  # type: ignore[misc]  # Qt is not typed here
    """One of the viewer's layers of a kind; follows the layer list, and what is painted and drawn.

    Parameters
    ----------
    kind
        Class of the layers that can be chosen.
    hints
        Parts of names, lower case; the first layer whose name holds one is chosen to begin with.
    without
        Layers that are no choices.
    """

    changed = Signal()

    def __init__(
        self,
        viewer: Any,
        kind: type[Layer],
        *,
        hints: Sequence[str] = (),
        without: Callable[[Layer], bool] = lambda _: False,
    ) -> None:
        super().__init__()
        self.setMinimumContentsLength(WIDEST_COMBO)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._layer_list, self._kind, self._hints, self._without = viewer.layers, kind, hints, without
        self._choices: list[Layer] = []
        self._watched: WeakSet[Layer] = WeakSet()
        self._chosen = False
        self.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.activated.connect(self._remember)
        for event in ("inserted", "removed", "reordered"):
            connect_while_alive(self, getattr(viewer.layers.events, event), self._reload)
        self._reload()

    def layer(self) -> Layer | None:
        """The chosen layer."""
        place = self.currentIndex()
        return self._choices[place] if 0 <= place < len(self._choices) else None

    def choose(self, layer: Layer | None) -> None:
        """Choose ``layer``, if it is one of the choices; it stays chosen while it is there."""
        if layer in self._choices:
            self._chosen = True
            self.setCurrentIndex(self._choices.index(layer))

    def _rename(self) -> None:
        for place, layer in enumerate(self._choices):
            self.setItemText(place, layer.name)

    def _remember(self, _: int) -> None:
        self._chosen = True

    def _reload(self) -> None:
        before = self.layer()
        self._choices = [
            layer
            for layer in self._layer_list
            if isinstance(layer, self._kind) and not is_overlay(layer) and not self._without(layer)
        ]
        self._watch()
        self.blockSignals(True)
        self.clear()
        self.addItems([layer.name for layer in self._choices])
        keep = before in self._choices and (self._chosen or not self._hinted() or before is self._hinted())
        self.setCurrentIndex(self._choices.index(before) if keep else self._first())
        self.blockSignals(False)
        if self.layer() is not before or before is None:
            self._chosen = self._chosen and keep
            self.changed.emit()

    def _watch(self) -> None:
        for layer in self._choices:
            if layer in self._watched:
                continue
            self._watched.add(layer)
            connect_while_alive(self, layer.events.name, self._rename)
            for name in EDITS if isinstance(layer, Labels | Shapes) else ("data",):
                if hasattr(layer.events, name):
                    connect_while_alive(self, getattr(layer.events, name), self._edited)

    def _edited(self) -> None:
        self.changed.emit()

    def _hinted(self) -> Layer | None:
        matching = (layer for hint in self._hints for layer in self._choices if hint in layer.name.lower())
        return next(matching, None)

    def _first(self) -> int:
        if not self._choices:
            return -1
        hinted = self._hinted()
        return self._choices.index(hinted) if hinted in self._choices else 0


class FileField(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """A file to open or to write, typed or chosen in a dialog.

    Parameters
    ----------
    title, pattern
        Of the dialog, such as ``"Patch library (*.h5)"``.
    """

    changed = Signal()

    def __init__(self, *, title: str, pattern: str, text: str = "") -> None:
        super().__init__()
        self._title, self._pattern = title, pattern
        self._edit = QLineEdit(text)
        self._edit.textChanged.connect(lambda _: self.changed.emit())
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip(title)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit, 1)
        row.addWidget(browse)

    def path(self) -> Path | None:
        """The path; None when nothing is entered."""
        text = self._edit.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path | None) -> None:
        """Show ``path``."""
        text = "" if path is None else str(path)
        self._edit.setText(text)
        self._edit.setToolTip(text)

    def setPlaceholderText(self, text: str) -> None:  # noqa: N802  # as in Qt
        """What an empty field shows."""
        self._edit.setPlaceholderText(text)

    def _ask(self) -> str:
        return str(QFileDialog.getOpenFileName(self, self._title, self._folder(), self._pattern)[0])

    def _folder(self) -> str:
        return str(self._edit.text().strip())

    def _browse(self) -> None:
        chosen = self._ask()
        if chosen:
            self.set_path(Path(chosen))


class OutputField(FileField):
    """A file to write."""

    def _ask(self) -> str:
        return str(QFileDialog.getSaveFileName(self, self._title, self._folder(), self._pattern)[0])


def whole_number(value: int, *, low: int, high: int, step: int = 1, unit: str = "") -> QSpinBox:
    """A field for a whole number."""
    field = QSpinBox()
    field.setRange(low, high)
    field.setSingleStep(step)
    field.setValue(value)
    field.setSuffix(f" {unit}" if unit else "")
    return field


def number(value: float, *, low: float, high: float, decimals: int = 2, unit: str = "") -> QDoubleSpinBox:
    """A field for a number."""
    field = QDoubleSpinBox()
    field.setDecimals(decimals)
    field.setRange(low, high)
    field.setValue(value)
    field.setSuffix(f" {unit}" if unit else "")
    field.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return field


def number_or(word: str, *, low: float, high: float, decimals: int = 2, unit: str = "") -> QDoubleSpinBox:
    """A field for a number whose lowest value means ``word``; read it with :func:`given`."""
    field = number(low, low=low, high=high, decimals=decimals, unit=unit)
    field.setSpecialValueText(word)
    return field


def given(field: QDoubleSpinBox) -> float | None:
    """The number in a field of :func:`number_or`; None where it shows the word."""
    return None if field.value() == field.minimum() else float(field.value())


DEVICES = (("automatic", "auto"), ("CPU", "cpu"), ("CUDA GPU", "cuda"), ("Apple GPU", "mps"))


def changed_signal(field: QWidget) -> Any:
    """The signal of a field whose entry is worth remembering; None: it is not."""
    if isinstance(field, Choice):
        return field.currentIndexChanged
    if isinstance(field, QSpinBox | QDoubleSpinBox):
        return field.valueChanged
    if isinstance(field, QCheckBox):
        return field.toggled
    return field.changed if isinstance(field, FileField) else None


def entered(field: QWidget) -> Any:
    """What is entered in a field that has a :func:`changed_signal`."""
    if isinstance(field, FileField):
        return field.path()
    return field.isChecked() if isinstance(field, QCheckBox) else field.value()


def enter(field: QWidget, value: Any) -> None:
    """Enter a value that :func:`entered` gave."""
    if isinstance(field, Choice):
        field.choose(value)
    elif isinstance(field, QCheckBox):
        field.setChecked(value)
    elif isinstance(field, FileField):
        field.set_path(value)
    else:
        field.setValue(value)
