"""Which model: the shipped one, those that were trained or opened, or a file; what it is, on hover and in a table."""

from html import escape
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFileDialog, QLabel, QSizePolicy, QWidget

from napari_unveil.errors import UnveilError
from napari_unveil.network.card import ModelCard, read_card
from napari_unveil.network.card_in_words import Lines, card_in_words
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.widgets.fields import Choice
from napari_unveil.workflow.models import SHIPPED_MODEL, model_path

OTHER_FILE = "file"
USUAL_WIDTH_PX = 290


class ModelChoice(Choice):
    """A combo box of models; its last entry asks for a file."""

    looked_up = Signal()

    def __init__(self) -> None:
        super().__init__((("default (shipped)", SHIPPED_MODEL), ("choose a file…", OTHER_FILE)))
        self._last = SHIPPED_MODEL
        self.currentIndexChanged.connect(self._changed)
        self.activated.connect(self._ask)
        preferred = preferences().model
        if preferred != SHIPPED_MODEL:
            self.offer(Path(preferred))

    def offer(self, path: Path) -> None:
        """Offer the model in ``path`` and choose it."""
        if self.findData(str(path)) < 0:
            self.insertItem(self.count() - 1, path.name, str(path))
        self.choose(str(path))

    def card(self) -> ModelCard:
        """The card of the chosen model.

        Raises
        ------
        Refused
            When its file is absent or no model.
        """
        return read_card(model_path(str(self.value())))

    def lines(self) -> Lines:
        """What the chosen model is, or why that is not known."""
        try:
            return card_in_words(self.card())
        except UnveilError as refusal:
            return (("Not readable", str(refusal)),)

    def _changed(self, _: int) -> None:
        if self.value() != OTHER_FILE:
            self._last = self.value()
            self.looked_up.emit()

    def _ask(self, _: int) -> None:
        if self.value() != OTHER_FILE:
            return
        self.choose(self._last)
        chosen = QFileDialog.getOpenFileName(self, "Model", "", "Model (*.safetensors)")[0]
        if chosen:
            self.offer(Path(chosen))


class CardTable(QLabel):  # type: ignore[misc]  # Qt is not typed here
    """The lines of a model's card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        policy = self.sizePolicy()  # knows that the height follows from the width
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self.setSizePolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Ask for the height that the lines need in this width; a section does not ask for it."""
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def show_lines(self, lines: Lines) -> None:
        """Show a card."""
        self.setText(as_table(lines))
        self.setMinimumHeight(self.heightForWidth(max(self.width(), USUAL_WIDTH_PX)))


def as_table(lines: Lines) -> str:
    """Lines of a card in the rich text of Qt."""
    rows = (f"<tr><td><b>{escape(label)}</b>&nbsp;</td><td>{escape(text)}</td></tr>" for label, text in lines)
    return f"<table>{''.join(rows)}</table>"
