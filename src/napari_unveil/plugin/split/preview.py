"""One slice about the chosen axis, as a layer that follows the numbers in the window "Split measurement"."""

from typing import Any
from weakref import ref

from napari.layers import Image
from psygnal import Signal

from napari_unveil.frames import Projections
from napari_unveil.plugin import layers
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.session import Session
from napari_unveil.plugin.split import job
from napari_unveil.plugin.split.job import Slice
from napari_unveil.splitting import SplitSettings

NAME = "slice preview"
TASK = "split preview"


class SlicePreview:
    """Shows the newest slice asked for; ends with its layer.

    Signals: ``shown`` when a slice is shown, about :attr:`axis_px`; ``closed`` when its layer was removed.
    """

    shown = Signal()
    closed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = ref(session)
        self._layer: Image | None = None
        self._wanted = False
        self.axis_px = 0.0
        self._newest = Newest(session.task(TASK))
        session.viewer.layers.events.removed.connect(self._removed)

    def ask(self, projections: Projections, row: int, settings: SplitSettings) -> None:
        """Show a row's slice soon."""
        self._wanted = True
        self._newest.ask(lambda _: job.slicing(projections, row, settings), done=self._show)

    def close(self) -> None:
        """Take the layer away."""
        self._wanted = False
        self._newest.forget()
        layer, self._layer = self._layer, None
        session = self._session()
        if layer is not None and session is not None and session.viewer is not None and layer in session.viewer.layers:
            layers.remove(session.viewer, layer)

    def _show(self, found: Slice) -> None:
        session = self._session()
        viewer: Any = None if session is None else session.viewer
        if viewer is None or not self._wanted:
            return
        if self._layer is not None:
            self._layer.data = found.frame
        else:
            self._layer = _added(viewer, found)
        self.axis_px = found.axis_px
        self.shown.emit()

    def _removed(self) -> None:
        session = self._session()
        viewer: Any = None if session is None else session.viewer
        if self._layer is not None and viewer is not None and self._layer not in viewer.layers:
            self._layer, self._wanted = None, False
            self._newest.forget()
            self.closed.emit()


def _added(viewer: Any, found: Slice) -> Image:
    look = layers.frame_look(found.look)
    metadata = {**look.pop("metadata"), layers.METADATA: {layers.PROVENANCE: {"method": NAME}}}
    layer: Image = viewer.add_image(
        found.frame, name=NAME, rgb=False, multiscale=False, axis_labels=("y", "x"), metadata=metadata, **look
    )
    viewer.reset_view()
    return layer
