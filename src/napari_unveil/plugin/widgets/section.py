"""A part of a window that can be folded away."""

from qtpy.QtWidgets import QWidget
from superqt import QCollapsible

UNLIMITED_PX = 2**24 - 1
"""Qt's own largest height."""


class Section(QCollapsible):  # type: ignore[misc]  # Qt is not typed here
    """A title with a triangle, and under it a widget that is shown or not, at once and in full height.

    Parameters
    ----------
    title, tooltip
        What there is.
    """

    def __init__(self, title: str, tooltip: str) -> None:
        super().__init__(title)
        self.setDuration(0)
        self.toggleButton().setToolTip(tooltip)
        self.layout().setContentsMargins(0, 0, 0, 0)
        self.layout().setSpacing(0)

    def fill(self, content: QWidget, *, opened: bool = False) -> None:
        """Take ``content`` in."""
        self.setContent(content)
        self.toggled.connect(lambda shown: content.setMaximumHeight(UNLIMITED_PX if shown else 0))
        if opened:
            self.expand(animate=False)
        else:
            self.collapse(animate=False)
