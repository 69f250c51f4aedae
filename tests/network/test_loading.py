"""Torch comes without torch being there, and garbage is searched for afterwards as before.

Once it is there, what a window leaves out of the searches stays left out.
"""

import subprocess
import sys

PROGRAM = """
import gc, sys
from napari_unveil.network.loading import load_torch
assert "torch" not in sys.modules
load_torch()
assert sys.modules["torch"].ones(1).item() == 1
assert gc.isenabled() and gc.get_freeze_count() == 0
gc.freeze()
left_out = gc.get_freeze_count()
load_torch()
assert gc.get_freeze_count() >= left_out > 0
"""


def test_torch_is_loaded_once_and_garbage_is_collected_again():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
