"""Keys: what each does, bound once a viewer, listed in the workbench."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One key.

    Parameters
    ----------
    keys
        As napari writes them, such as ``"Alt-D"``.
    words
        What it does, for the list.
    command
        ``module:function`` below ``napari_unveil.plugin``; the function takes the viewer.
    """

    keys: str
    words: str
    command: str

    def function(self) -> Callable[[Any], None]:
        """The function behind the key."""
        module, name = self.command.split(":")
        found: Callable[[Any], None] = getattr(import_module(f"napari_unveil.plugin.{module}"), name)
        return found


TABLE = (
    Shortcut("Alt-D", "Denoise the selected layer", "commands:denoise_selected_layer"),
    Shortcut("Alt-S", "Next scale: linear, square root, logarithmic, arcsinh", "display.commands:cycle_scale"),
    Shortcut("Alt-A", "Autoscale the display", "display.commands:autoscale"),
    Shortcut("Alt-B", "Blink: signal and input in turn", "inspect.keys:blink"),
    Shortcut("Alt-G", "Input, signal and noise side by side, and back", "inspect.keys:side_by_side"),
)


def bind(viewer: Any) -> None:
    """Bind all keys to ``viewer``; a key that the user has bound to something else is left alone."""
    for shortcut in TABLE:
        with suppress(ValueError):
            viewer.bind_key(shortcut.keys, _pressed(shortcut))


def _pressed(shortcut: Shortcut) -> Callable[[Any], None]:
    def press(viewer: Any) -> None:
        shortcut.function()(viewer)

    press.__doc__ = shortcut.words
    press.__name__ = shortcut.command.partition(":")[2]
    return press
