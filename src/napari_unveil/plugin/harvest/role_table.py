"""The viewer's image layers and the role of each: layers enter, roles chosen by the user or read off names leave."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from napari.layers import Image, Layer
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from napari_unveil.harvest import Role, suggest_role
from napari_unveil.plugin import layers
from napari_unveil.plugin.session import Session
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, WheelGuard

COLUMNS = (
    ("Layer", "Image layers of the viewer; results and colour images play no role."),
    ("Frames", "Number of frames, of modules where there are several, rows and columns in pixels."),
    ("Unit", "Unit of the frames; empty when it is not known."),
    ("Role", "What the frames of the layer are. Frames of layers with one role are used one after the other."),
)
NO_ROLE = "–"
ROWS_SHOWN = 5
ROW_MARGIN_PX = 4
LEAST_AXES = 3
"""A single image is given no role by its name: means and masks look like it."""

_chosen: WeakKeyDictionary[Session, WeakKeyDictionary[Layer, str | None]] = WeakKeyDictionary()
"""Names of roles that the user has given, None for no role; they outlive the window."""


class RoleTable(QTableWidget):  # type: ignore[misc]  # Qt is not typed here
    """A row for each image layer, its role in a combo box; follows layers that come, go and are renamed.

    Parameters
    ----------
    session
        Of the viewer.
    roles
        Which are offered to begin with.
    """

    changed = Signal()

    def __init__(self, session: Session, *, roles: Sequence[Role]) -> None:
        super().__init__(0, len(COLUMNS))
        self._session, self._roles = session, tuple(roles)
        self._by_hand = _chosen.setdefault(session, WeakKeyDictionary())
        self._rows: list[Layer] = []
        self._followed: WeakSet[Layer] = WeakSet()
        self._guard = WheelGuard(self)
        self._soon = QTimer(self)  # many layers may come at once
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.follow)
        for column, (title, tip) in enumerate(COLUMNS):
            item = QTableWidgetItem(title)
            item.setToolTip(tip)
            self.setHorizontalHeaderItem(column, item)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        for event in ("inserted", "removed", "reordered"):
            connect_while_alive(self, getattr(session.viewer.layers.events, event), self._changed)
        self.follow()

    def role_of(self, layer: Layer) -> Role | None:
        """The role of a layer: as the user gave it, else as its parts, its name or that of its dataset suggest."""
        if layer in self._by_hand and self._by_hand[layer] in (None, *(role.name for role in self._roles)):
            return next((role for role in self._roles if role.name == self._by_hand[layer]), None)
        return self._suggested(layer)

    def layers_of(self, role: Role) -> list[Layer]:
        """The layers with a role, in the order of the viewer's list."""
        return [layer for layer in self._present() if self.role_of(layer) == role]

    def give(self, layer: Layer, role: Role | None) -> None:
        """Give a layer a role, or none; it keeps it under any name."""
        self._by_hand[layer] = None if role is None else role.name
        self.follow()

    def offer(self, roles: Sequence[Role]) -> None:
        """Offer other roles."""
        self._roles = tuple(roles)
        for row in range(self.rowCount()):
            self.setCellWidget(row, len(COLUMNS) - 1, self._combo(row))
        self.follow()

    def follow(self) -> None:
        """Show the present layers, names and roles."""
        present = self._present()
        if present != self._rows:
            self._arrange(present)
        for row, layer in enumerate(present):
            self._show(row, layer)
        self.changed.emit()

    def _suggested(self, layer: Layer) -> Role | None:
        """Layers in independent parts are for a recipe that learns from nothing else, and there before all others."""
        alone = len(self._roles) == 1
        if layers.is_split(layer):
            return self._roles[0] if alone else None
        if layer.ndim < LEAST_AXES or (alone and any(layers.is_split(other) for other in self._present())):
            return None
        dataset = layers.stack_of(layer).address.dataset or ""
        return suggest_role(layer.name, roles=self._roles) or suggest_role(dataset, roles=self._roles)

    def _changed(self) -> None:
        self._soon.start()

    def _present(self) -> list[Layer]:
        return [layer for layer in self._session.viewer.layers if _plays(layer)]

    def _arrange(self, present: Sequence[Layer]) -> None:
        """Give each layer a row; a combo box speaks for whatever layer stands in its row."""
        self._rows = list(present)
        before = self.rowCount()
        self.setRowCount(len(present))
        for row in range(before, len(present)):
            for column in range(len(COLUMNS) - 1):
                self.setItem(row, column, QTableWidgetItem())
            self.setCellWidget(row, len(COLUMNS) - 1, self._combo(row))
        for layer in present:
            if layer not in self._followed:
                self._followed.add(layer)
                connect_while_alive(self, layer.events.name, self._changed)
        self._fit()

    def _combo(self, row: int) -> Choice:
        roles = self._roles
        combo = Choice(((NO_ROLE, None), *((role.title, role.name) for role in roles)))
        combo.setMinimumContentsLength(max(len(role.title) for role in roles))
        combo.setToolTip("\n".join(f"{role.title}: {role.explanation}" for role in roles))
        combo.installEventFilter(self._guard)
        combo.activated.connect(lambda _: self._given(self._rows[row], combo.value()))
        return combo

    def _given(self, layer: Layer, name: str | None) -> None:
        self.give(layer, next((role for role in self._roles if role.name == name), None))

    def _show(self, row: int, layer: Layer) -> None:
        facts: dict[str, Any] = layer.metadata.get(layers.METADATA, {})
        words = layer.name, " x ".join(str(side) for side in layer.data.shape), str(facts.get(layers.UNIT, ""))
        for column, text in enumerate(words):
            item = self.item(row, column)
            if item.text() != text:
                item.setText(text)
                item.setToolTip(text)
        role = self.role_of(layer)
        self.cellWidget(row, len(COLUMNS) - 1).choose(None if role is None else role.name)

    def _fit(self) -> None:
        """Be as high as the rows, up to a few of them."""
        rows = max(1, min(len(self._rows), ROWS_SHOWN))
        combo = self.cellWidget(0, len(COLUMNS) - 1) if self._rows else None
        if combo is not None:
            self.verticalHeader().setDefaultSectionSize(combo.sizeHint().height() + ROW_MARGIN_PX)
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(height + 2 * self.frameWidth())

    def showEvent(self, event: Any) -> None:  # noqa: N802  # Qt's name
        """Fit again: the theme is known only now."""
        super().showEvent(event)
        self._fit()


def _plays(layer: Layer) -> bool:
    return isinstance(layer, Image) and layers.is_input(layer) and not (layer.rgb or layer.multiscale)
