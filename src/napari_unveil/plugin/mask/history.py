"""The steps that made a mask: napari undoes and redoes them, here they have names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary, ref

from napari.layers import Labels
from psygnal import Signal

WORDS_OF_MODES = {
    "paint": "painted",
    "erase": "erased",
    "fill": "filled",
    "polygon": "polygon",
}
EARLIER = "earlier step"
STEPPED = ("paint", "set_data", "labels_update")
"""Events of a labels layer after which its history may be another one."""

_histories: WeakKeyDictionary[Labels, "StepHistory"] = WeakKeyDictionary()


class StepHistory:
    """Names of the steps that napari keeps for a labels layer (the last hundred), and which of them are undone.

    Signal: ``changed``.
    """

    changed = Signal()

    def __init__(self, layer: Labels) -> None:
        self._layer = ref(layer)
        self._name = ""
        self.names: list[str] = []
        self.done = 0
        self._follow()
        layer.events.paint.connect(self._painted)
        for name in STEPPED[1:]:
            if hasattr(layer.events, name):
                getattr(layer.events, name).connect(self._follow)

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """Give the steps taken inside the block this name."""
        self._name = name
        try:
            yield
        finally:
            self._name = ""

    def undo(self) -> None:
        """Take the last step back."""
        self.go_to(self.done - 1)

    def redo(self) -> None:
        """Take the step that was undone last again."""
        self.go_to(self.done + 1)

    def go_to(self, count: int) -> None:
        """Undo or redo until ``count`` steps are taken."""
        layer: Any = self._layer()
        wanted = min(max(count, 0), len(self.names))
        for _ in range(abs(wanted - self.done) if layer is not None else 0):
            (layer.undo if self.done > wanted else layer.redo)()
            self._follow()
        self.changed.emit()

    def _painted(self, *_: Any) -> None:
        done, _undone = self._lengths()
        self.names = _last([*self.names[: self.done], self._name or self._words_of_mode()], done)
        self.done = done
        self.changed.emit()

    def _follow(self, *_: Any) -> None:
        done, undone = self._lengths()
        if (done, done + undone) != (self.done, len(self.names)):
            self.names, self.done = _last(self.names, done + undone), done
            self.changed.emit()

    def _lengths(self) -> tuple[int, int]:
        """Steps taken and steps undone; napari has no public way to ask."""
        layer = self._layer()
        return (0, 0) if layer is None else (len(layer._undo_history), len(layer._redo_history))

    def _words_of_mode(self) -> str:
        layer = self._layer()
        return "" if layer is None else WORDS_OF_MODES.get(str(layer.mode), "changed")


def history_of(layer: Labels) -> StepHistory:
    """The steps of ``layer``; it is followed from the first call on."""
    if layer not in _histories:
        _histories[layer] = StepHistory(layer)
    return _histories[layer]


def _last(names: list[str], count: int) -> list[str]:
    missing = max(count - len(names), 0)
    return ([EARLIER] * missing + names)[len(names) + missing - count :]
