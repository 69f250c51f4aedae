"""Torch comes without torch being there, and garbage is searched for afterwards as before."""

import subprocess
import sys

PROGRAM = """
import gc, sys
from napari_unveil.network.loading import load_torch
assert "torch" not in sys.modules
load_torch()
assert sys.modules["torch"].ones(1).item() == 1
assert gc.isenabled() and gc.get_freeze_count() == 0
load_torch()
"""


def test_torch_is_loaded_and_garbage_is_collected_again():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
