"""Section "Steps": what was done to the mask, and the way back."""

from typing import Any

from napari.layers import Labels
from qtpy.QtGui import QFont
from qtpy.QtWidgets import QListWidget

from napari_unveil.plugin.mask.history import StepHistory, history_of
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.step_view import Action

SHOWN_ROWS = 6
BEGINNING = "as it began"


class StepsPart:
    """Undo, redo, and the list of steps, newest last; a click goes back or forth to one."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.list = QListWidget()
        self.list.setToolTip("Click a step to go back or forth to it; steps that are undone are in italics.")
        self.list.setMaximumHeight(SHOWN_ROWS * self.list.fontMetrics().height() + 8)
        self.list.itemClicked.connect(lambda item: self._go_to(self.list.row(item)))
        self._layer: Labels | None = None
        self._followed: list[StepHistory] = []
        self.undo_button, self.redo_button = view.add_button_row(
            view.form,
            Action("Undo", "Take the last step back (also Ctrl+Z on the mask layer).", self.undo),
            Action("Redo", "Take the step that was undone again.", self.redo),
        )
        section = view.add_section("Steps", "The last hundred steps of the mask layer.")
        section.addRow(self.list)
        self.show()

    def follow(self, layer: Labels | None) -> None:
        """Show the steps of this layer from now on."""
        self._layer = layer
        if layer is not None:
            history = history_of(layer)
            if history not in self._followed:
                self._followed.append(history)
                connect_while_alive(self.view, history.changed, self._changed)
        self.show()

    def undo(self) -> None:
        """Take the last step back."""
        if self._layer is not None:
            history_of(self._layer).undo()

    def redo(self) -> None:
        """Take the step that was undone last again."""
        if self._layer is not None:
            history_of(self._layer).redo()

    def show(self) -> None:
        """Show the steps as they are."""
        history = None if self._layer is None else history_of(self._layer)
        names, done = ([], 0) if history is None else (history.names, history.done)
        self.undo_button.setEnabled(done > 0)
        self.redo_button.setEnabled(done < len(names))
        self.undo_button.setToolTip(f"Take back: {names[done - 1]}" if done else "There is nothing to take back.")
        self.redo_button.setToolTip(f"Again: {names[done]}" if done < len(names) else "Nothing was taken back.")
        self.list.clear()
        self.list.addItems([BEGINNING, *names])
        undone = QFont(self.list.font())
        undone.setItalic(True)
        for row in range(done + 1, len(names) + 1):
            self.list.item(row).setFont(undone)
        self.list.setCurrentRow(done)

    def _changed(self) -> None:
        self.show()
        self.view.mask_edited()

    def _go_to(self, count: int) -> None:
        if self._layer is not None:
            history_of(self._layer).go_to(count)
