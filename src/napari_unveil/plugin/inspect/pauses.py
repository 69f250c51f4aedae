"""Garbage collection without long pauses while a window follows the mouse.

Python goes through all objects now and then to find those that only hold one another. With napari and torch these are
more than half a million, which takes a third of a second. What has been there for long is left out meanwhile.
"""

import gc

_followers: set[int] = set()


def avoid_pauses(window: int) -> None:
    """Leave what is there now, and what survives each full search, out of the next ones; ``window`` is any number."""
    if not _followers:
        gc.callbacks.append(_after_search)
        gc.freeze()
    _followers.add(window)


def allow_pauses(window: int) -> None:
    """Search everything again, once no window is left that avoids pauses."""
    _followers.discard(window)
    if not _followers and _after_search in gc.callbacks:
        gc.callbacks.remove(_after_search)
        gc.unfreeze()


def search_all_once(*_: object) -> None:
    """Let the next full search go through everything: something large, such as a layer, was let go of."""
    gc.unfreeze()


def _after_search(phase: str, info: dict[str, int]) -> None:
    if phase == "stop" and info["generation"] == 2:
        (gc.freeze if _followers else gc.unfreeze)()
