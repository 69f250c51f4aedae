"""Commands and keys for the display: a viewer in, its selected image layers shown otherwise."""

from typing import Any

from napari.layers import Image
from napari.utils.notifications import show_error

from napari_unveil.display.scales import Scale
from napari_unveil.errors import Refused, UnveilError
from napari_unveil.plugin.display.displays import Displays, displays_of
from napari_unveil.plugin.layers.display import display_of

ORDER = tuple(Scale)


def show_linear(viewer: Any) -> None:
    """Show the selected images on a linear scale."""
    _show(viewer, Scale.LINEAR)


def show_sqrt(viewer: Any) -> None:
    """Show the selected images on a square-root scale."""
    _show(viewer, Scale.SQRT)


def show_log(viewer: Any) -> None:
    """Show the selected images on a logarithmic scale."""
    _show(viewer, Scale.LOG)


def show_arcsinh(viewer: Any) -> None:
    """Show the selected images on an arcsinh scale: linear near 0, logarithmic far from it."""
    _show(viewer, Scale.ARCSINH)


def cycle_scale(viewer: Any) -> None:
    """Show the selected images on the next scale: linear, square root, logarithmic, arcsinh."""
    displays = displays_of(viewer)
    chosen = displays.targets()
    display = display_of(chosen[-1]) if chosen else None
    now = Scale.LINEAR if display is None else display.scale
    _show(viewer, ORDER[(ORDER.index(now) + 1) % len(ORDER)])


def autoscale(viewer: Any) -> None:
    """Find contrast limits for the selected images, by what is chosen for each in the window Display."""
    displays = displays_of(viewer)
    try:
        displays.autoscale(_images(displays))
    except UnveilError as refusal:
        show_error(str(refusal))


def _show(viewer: Any, scale: Scale) -> None:
    displays = displays_of(viewer)
    try:
        displays.show(_images(displays), scale)
    except UnveilError as refusal:
        show_error(str(refusal))


def _images(displays: Displays) -> list[Image]:
    chosen = displays.targets()
    if not chosen:
        raise Refused(
            found="no image layer is selected or visible",
            needed="an image layer of intensities",
            remedy="open frames, or select their layer",
        )
    return chosen
