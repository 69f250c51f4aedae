"""Numbers with a word of explanation each, in a table as high as its lines."""

from collections.abc import Sequence

from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from napari_unveil.inspection.told import Told


class NumbersTable(QTableWidget):  # type: ignore[misc]  # Qt is not typed here
    """Name and value of each number; what is good or bad about it is its tooltip."""

    def __init__(self) -> None:
        super().__init__(0, 2)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def show_told(self, told: Sequence[Told]) -> None:
        """Show these numbers; cells that stay the same are not touched."""
        fits = self.rowCount() == len(told)
        self.setRowCount(len(told))
        for row, line in enumerate(told):
            for column, text in enumerate((line.name, line.value)):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
                if item.toolTip() != line.explanation:
                    item.setToolTip(line.explanation)
        if not fits:
            self.resizeRowsToContents()

    def values(self) -> dict[str, str]:
        """What is shown, by name."""
        return {self.item(row, 0).text(): self.item(row, 1).text() for row in range(self.rowCount())}
