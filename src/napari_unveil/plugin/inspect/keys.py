"""What the keys of this step do."""

from typing import Any

from napari.utils.notifications import show_info

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.inspect.comparison import BLINK, GRID, OFF, comparison_of
from napari_unveil.plugin.session import session_of


def blink(viewer: Any) -> None:
    """Show the signal alone, then the input, and so on; in another comparison, begin to blink."""
    comparison = comparison_of(session_of(viewer))
    if comparison.mode == BLINK:
        comparison.flip()
    else:
        _enter(viewer, BLINK)


def side_by_side(viewer: Any) -> None:
    """Show input, signal and noise side by side, or go back."""
    comparison = comparison_of(session_of(viewer))
    _enter(viewer, OFF if comparison.mode == GRID else GRID)


def _enter(viewer: Any, mode: str) -> None:
    session = session_of(viewer)
    if session.trio is None:
        show_info("Nothing is denoised yet; denoise frames first, then compare.")
        return
    try:
        comparison_of(session).enter(mode, session.trio)
    except UnveilError as refusal:
        show_info(str(refusal))
