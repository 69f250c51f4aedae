"""Whether a window can be opened here, asked before anything crashes."""

import os
import subprocess
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
    if not _opens():
        raise Refused(
            found=f"no window can be opened here (DISPLAY is {os.environ.get('DISPLAY') or 'empty'})",
            needed="a display",
            remedy=f"log in with one, {INSTEAD}",
        )


def _opens() -> bool:
    """Whether Qt comes up; tried in a process of its own, because without a display it aborts."""
    code = "from qtpy.QtWidgets import QApplication; QApplication([])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
