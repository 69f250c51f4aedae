"""Signals that outlive a widget, connected for as long as the widget is there."""

import weakref
from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject


def connect_while_alive(widget: QObject, signal: Any, method: Callable[[], None]) -> None:
    """Call ``method`` (bound to ``widget``) without arguments at each ``signal`` until Qt destroys the widget.

    Parameters
    ----------
    signal
        A signal of psygnal or an event emitter of napari.
    """
    reference = weakref.WeakMethod(method)

    def relay(*_: object) -> None:
        target = reference()
        if target is not None:
            target()

    signal.connect(relay)
    widget.destroyed.connect(lambda *_: _disconnect(signal, relay))


def _disconnect(signal: Any, relay: Callable[..., None]) -> None:
    try:
        signal.disconnect(relay)
    except (ValueError, RuntimeError, KeyError):
        return  # the other side is gone already
