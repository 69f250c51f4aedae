"""Questions that need an answer before something is lost."""

from qtpy.QtWidgets import QMessageBox, QWidget


def agreed(parent: QWidget | None, question: str, *, yes: str) -> bool:
    """Ask; True when the user presses the button that says ``yes``, False for Cancel and Escape."""
    box = QMessageBox(QMessageBox.Icon.Question, "Unveil", question, QMessageBox.StandardButton.Cancel, parent)
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    clicked = box.clickedButton() is agree
    box.deleteLater()
    return clicked
