"""Torch loaded beside a window that is to stay fluent."""

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIBRARIES = (("libtorch_global_deps", getattr(ctypes, "RTLD_GLOBAL", 0)), ("libtorch_python", 0))
"""Shared libraries of torch that load all others, in the order and with the flags that torch itself uses."""


def load_torch() -> None:
    """Import torch, in a thread of its own, without holding other threads up for longer than they notice.

    Two things would hold the interpreter's lock for some tenths of a second each: the initialisation of torch's
    libraries, which is done here by a foreign call that releases the lock, and searches for garbage among all objects
    of the program, which the many new objects set off.
    """
    if "torch" in sys.modules:
        importlib.import_module("torch")  # another thread may be at it: wait for that
        return
    _open_libraries()
    with _no_search_for_garbage():
        importlib.import_module("torch")


def _open_libraries() -> None:
    """Open torch's libraries; where that does not work, the import does it."""
    found = importlib.util.find_spec("torch")
    if os.name != "posix" or found is None or found.origin is None:
        return
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    open_library = getattr(ctypes.CDLL(None), "dlopen", None)
    if open_library is None:
        return
    open_library.restype = ctypes.c_void_p
    for name, flags in LIBRARIES:
        path = Path(found.origin).parent / "lib" / f"{name}{suffix}"
        if path.is_file():
            open_library(os.fsencode(path), ctypes.c_int(os.RTLD_NOW | flags))


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Objects made meanwhile join the oldest ones unsearched, so that no search is due because of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
