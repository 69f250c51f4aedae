"""Whether a window can be opened here, asked before anything crashes."""

import os
import sys
from importlib.util import find_spec

from napari_unveil.errors import Refused

INSTEAD = "or run `unveil demo --headless demo.png`, which writes a picture"


def refuse_without_window() -> None:
    """Refuse when napari, a Qt binding or a display is missing."""
    bindings = ("PySide6", "PyQt6")
    if find_spec("napari") is None or not any(find_spec(binding) for binding in bindings):
        raise Refused(
            found="napari or a Qt binding is not installed",
            needed="both, to open a window",
            remedy=f'install "napari-unveil[gui]", {INSTEAD}',
        )
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Refused(
            found="there is no display here (DISPLAY and WAYLAND_DISPLAY are empty)",
            needed="a display, to open a window",
            remedy=f"log in with one, {INSTEAD}",
        )
