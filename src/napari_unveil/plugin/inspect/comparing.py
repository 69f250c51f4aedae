"""Row "Compare": a mode enters, and the viewer shows input, signal and noise that way; the keys change it too."""

from typing import Any

from qtpy.QtCore import QSignalBlocker

from napari_unveil.plugin.inspect.comparison import BLINK, GRID, OFF, SPLIT, comparison_of
from napari_unveil.plugin.inspect.panels import beside, button
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice

MODES = (
    ("as you arranged it", OFF),
    ("side by side: input, signal, noise", GRID),
    ("split: input left, signal right", SPLIT),
    ("blink: signal, input, signal ...", BLINK),
)
TIP = "How the image shows input and signal. The split line can be dragged. Your own view comes back afterwards."


class ComparePart:
    """The mode, and a button to blink."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.comparison = comparison_of(view.session)
        self.mode = Choice(MODES)
        self.blink = button("Blink", "Signal and input in turn (Alt+B); the other modes: Alt+G for side by side.")
        view.add_row("Compare", beside(self.mode, self.blink), TIP)
        self.mode.currentIndexChanged.connect(self._enter)
        self.blink.clicked.connect(lambda *_: self._blink())
        connect_while_alive(view, self.comparison.changed, self.show_mode)

    @property
    def guides_belong(self) -> bool:
        """Whether lines on the image have a place there: side by side they would lie on one of three frames."""
        return self.comparison.mode != GRID

    def show_mode(self) -> None:
        """Show the mode that the viewer is in."""
        with QSignalBlocker(self.mode):
            self.mode.choose(self.comparison.mode)
        self.view.profile.show_guides()

    def _enter(self, *_: object) -> None:
        trio, mode = self.view.trio(), self.mode.value()
        if trio is None and mode != OFF:
            self.view.status.refuse("There is nothing to compare yet; denoise frames first.")
        elif trio is not None:
            self.view.attempt(lambda: self.comparison.enter(mode, trio))
        self.show_mode()

    def _blink(self) -> None:
        if self.comparison.mode == BLINK:
            self.comparison.flip()
        else:
            self.mode.choose(BLINK)
