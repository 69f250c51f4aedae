import subprocess
import sys
from importlib.metadata import version

import napari_unveil


def test_importing_the_package_loads_neither_torch_nor_qt():
    code = "import sys, napari_unveil; print(*sorted({'torch', 'qtpy', 'napari', 'PySide6'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_the_version_is_that_of_the_distribution():
    assert napari_unveil.__version__ == version("napari-unveil")
