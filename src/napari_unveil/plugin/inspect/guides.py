"""Lines on the frames that can be dragged, whatever layer is selected: places enter, moved places leave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ref

import numpy as np
from napari.layers import Image, Vectors
from numpy.typing import NDArray

from napari_unveil.plugin.inspect.user_view import camera_of
from napari_unveil.plugin.layers import METADATA, placement_in_plane, remove
from napari_unveil.plugin.layers.overlays import lies_at, show_on_top
from napari_unveil.plugin.layers.shapes import GUIDE, YX, pixel_at
from napari_unveil.plugin.session import Session

REACH_PX = 10.0
"""How near to a handle the mouse must be, in pixels of the screen."""
COLOUR = "#ffd166"


@dataclass(frozen=True, slots=True)
class Handle:
    """A place (y, x) in pixels that can be dragged; a whole column where only x counts."""

    at: YX
    only_x: bool = False

    def distance(self, yx: YX) -> float:
        """How far a place is from the handle, in pixels."""
        across = abs(yx[1] - self.at[1])
        return across if self.only_x else float(np.hypot(yx[0] - self.at[0], across))


class Guides:
    """A layer of lines and the handles on them.

    Parameters
    ----------
    name
        Of the layer.
    moved
        Called with the name of a handle and the place (y, x) in pixels to which it is dragged.
    """

    def __init__(self, session: Session, name: str, moved: Callable[[str, YX], None]) -> None:
        self._session, self._name, self._moved = ref(session), name, moved
        self._like: Image | None = None
        self._layer: Vectors | None = None
        self._handles: Mapping[str, Handle] = {}

    @property
    def _viewer(self) -> Any:
        session = self._session()
        return None if session is None else session.viewer

    @property
    def shown(self) -> bool:
        """Whether the lines are seen."""
        return self._layer is not None and self._layer in self._viewer.layers and bool(self._layer.visible)

    def show(self, like: Image, lines: Sequence[tuple[YX, YX]], handles: Mapping[str, Handle]) -> None:
        """Draw lines over the frames of ``like``, in their pixels; the layer is added when it is not there."""
        self._like, self._handles = like, handles
        drawn = np.array([[start, np.subtract(stop, start)] for start, stop in lines], np.float32)
        layer, placed = self._present(), placement_in_plane(like)
        if layer is not None and lies_at(layer, placed):
            self._layer = layer
            if not np.array_equal(layer.data, drawn):
                layer.data = drawn
            show_on_top(self._viewer, layer)
        else:
            self._add(drawn, like, placed)
        if self._drag not in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.append(self._drag)

    def hide(self) -> None:
        """Take lines and handles away; the layer stays for the next time, since napari removes layers slowly."""
        viewer, self._like = self._viewer, None
        if viewer is None:
            return
        if self._drag in viewer.mouse_drag_callbacks:
            viewer.mouse_drag_callbacks.remove(self._drag)
        if self._layer is not None and self._layer in viewer.layers:
            self._layer.visible = False

    def _present(self) -> Vectors | None:
        """The layer of these guides, or a hidden one that a window which is closed by now has left."""
        there = self._viewer.layers
        if self._layer is not None and self._layer in there:
            return self._layer
        left = (layer for layer in there if layer.metadata.get(METADATA, {}).get(GUIDE) == self._name)
        return next((layer for layer in left if not layer.visible), None)

    def _add(self, drawn: NDArray[np.float32], like: Image, placed: Mapping[str, Any]) -> None:
        viewer, earlier = self._viewer, self._present()
        if earlier is not None:
            remove(viewer, earlier)
        active = viewer.layers.selection.active
        self._layer = viewer.add_vectors(
            drawn,
            name=self._name,
            vector_style="line",
            edge_color=COLOUR,
            edge_width=max(1.0, max(like.data.shape[-2:]) / 400),
            metadata={METADATA: {GUIDE: self._name}},
            **placed,
        )
        viewer.layers.selection.active = active

    def _drag(self, viewer: Any, event: Any) -> Iterator[None]:
        name = self._handle_at(viewer, event)
        if name is None or self._like is None:
            return
        event.handled = True
        yield
        while event.type == "mouse_move" and self._like is not None:
            event.handled = True
            self._moved(name, pixel_at(event.position, self._like))
            yield

    def _handle_at(self, viewer: Any, event: Any) -> str | None:
        active = viewer.layers.selection.active
        busy = active is not None and str(getattr(active, "mode", "pan_zoom")) not in ("pan_zoom", "transform")
        if busy or self._like is None or not self.shown or not self._handles:
            return None
        place = pixel_at(event.position, self._like)
        name = min(self._handles, key=lambda key: self._handles[key].distance(place))
        return name if self._handles[name].distance(place) * self._screen_px() <= REACH_PX else None

    def _screen_px(self) -> float:
        """Pixels of the screen that a pixel of the frame takes."""
        scale = 1.0 if self._like is None else abs(float(self._like.scale[-1]))
        return float(camera_of(self._viewer).zoom) * scale
