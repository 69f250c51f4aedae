"""Garbage collection without long pauses while a window follows the mouse.

Python goes through all objects now and then to find those that only hold one another. With napari and torch these are
more than half a million, which takes a third of a second. What has been there for long is left out meanwhile; when much
has been added to that, everything is gone through once, so that what has become garbage there does not pile up.
"""

import gc
from dataclasses import dataclass, field

MOST_ADDED = 200_000
"""Objects that survive searches and are left out of the next ones, until one goes through everything."""


@dataclass(slots=True)
class _LeftOut:
    windows: set[int] = field(default_factory=set)
    added: int = 0
    """Objects left out since everything was searched last."""
    nothing: bool = True
    """The next full search goes through everything."""


_left_out = _LeftOut()


def avoid_pauses(window: int) -> None:
    """Leave what is there now, and what survives each full search, out of the next ones; ``window`` is any number."""
    if not _left_out.windows:
        gc.callbacks.append(_after_search)
        gc.freeze()
        _left_out.added, _left_out.nothing = 0, False
    _left_out.windows.add(window)


def allow_pauses(window: int) -> None:
    """Search everything again, once no window is left that avoids pauses."""
    _left_out.windows.discard(window)
    if not _left_out.windows and _after_search in gc.callbacks:
        gc.callbacks.remove(_after_search)
        search_all_once()


def search_all_once() -> None:
    """Let the next full search go through everything: something large, such as a layer, was let go of."""
    gc.unfreeze()
    _left_out.nothing = True


def _after_search(phase: str, info: dict[str, int]) -> None:
    if phase != "stop" or info["generation"] != 2:
        return
    _left_out.added = 0 if _left_out.nothing else _left_out.added + len(gc.get_objects(generation=2))
    _left_out.nothing = False
    gc.freeze()
    if not _left_out.windows or _left_out.added > MOST_ADDED:
        search_all_once()
