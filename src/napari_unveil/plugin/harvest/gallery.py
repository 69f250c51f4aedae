"""The patches of one library in a viewer: montages enter, layers to look at and clicks on bad patches leave."""

import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from napari.layers import Image, Layer
from psygnal import Signal

from napari_unveil.harvest import Montage
from napari_unveil.plugin.harvest.job import Shown
from napari_unveil.plugin.harvest.words import in_words, one_in_words
from napari_unveil.plugin.layers.patches import show_patches
from napari_unveil.plugin.layers.removing import remove
from napari_unveil.plugin.session import Session

CLICK_PX = 4
"""A mouse that moves less on the screen between press and release has clicked."""

LEFT_BUTTON = 1

_galleries: weakref.WeakKeyDictionary[Session, "Gallery"] = weakref.WeakKeyDictionary()


def gallery_of(session: Session) -> "Gallery":
    """The gallery of a session; made at the first call."""
    if session not in _galleries:
        _galleries[session] = Gallery(session)
    return _galleries[session]


class Gallery:
    """Shows patches and keeps which of them are marked; other layers are hidden meanwhile.

    Signal: ``changed`` when patches are shown, marked or taken away; ``sentence`` says what happened last.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._layers: dict[str, Image] = {}
        self._hidden: weakref.WeakSet[Layer] = weakref.WeakSet()
        self._step: tuple[int, ...] | None = None
        self._written_ns = 0
        self.sentence = ""
        self.montages: Mapping[str, Montage] = {}
        session.viewer.layers.events.removed.connect(self._removed)
        session.library_changed.connect(self._library_changed)

    @property
    def path(self) -> Path | None:
        """The library whose patches are shown; None: there is none."""
        return next(iter(self.montages.values())).library.path if self.montages else None

    @property
    def marked_count(self) -> int:
        """How many patches are marked."""
        return sum(len(montage.marked) for montage in self.montages.values())

    def show(self, shown: Shown, *, kind: str | None = None) -> None:
        """Show patches, those of ``kind``, if there are such, to begin with; marks on others are forgotten."""
        viewer = self._viewer()
        if viewer is None:
            return
        self._layers = {}  # so that layers which are replaced do not close the gallery
        self.montages, self._written_ns = shown.montages, shown.written_ns
        if self._step is None:
            self._step = viewer.dims.current_step
        for other in viewer.layers:
            if other.visible:
                self._hidden.add(other)
        added = {
            each: show_patches(viewer, montage, name=in_words({each: ""}).strip(), sample=shown.samples[each])
            for each, montage in shown.montages.items()
        }
        for layer in added.values():
            layer.mouse_drag_callbacks.append(self._pressed)
            layer.help = "click on a bad patch to mark it, again to take the mark back"
        self._layers = added
        for other in self._hidden:
            other.visible = False
        self.look_at(kind if kind in added else next(iter(added)))
        viewer.reset_view()
        counts = in_words({each: str(montage.count) for each, montage in shown.montages.items()})
        self._say(f"{counts}, the brightest first; click on the bad ones")

    def look_at(self, kind: str) -> None:
        """Show the patches of one kind."""
        for each, layer in self._layers.items():
            layer.visible = each == kind
        viewer = self._viewer()
        if viewer is not None and kind in self._layers:
            viewer.layers.selection.active = self._layers[kind]
            viewer.dims.set_current_step(viewer.dims.ndim - 3, 0)

    def click(self, kind: str, page: float, y: float, x: float) -> None:
        """Mark the patch at a point of a page, or take its mark back; between patches nothing happens."""
        montage = self.montages[kind]
        place = montage.place_at(page, y, x)
        if place is None:
            return
        marked = montage.toggle(place)
        self._layers[kind].refresh()
        library, ranking = montage.library, montage.ranking
        origin = library.place(kind, int(ranking.indices[place]))
        self._say(
            f"{one_in_words(kind)} {place + 1} of {montage.count} ({ranking.intensities[place]:.4g} {library.unit}, "
            f"cut from {origin}) is {'marked' if marked else 'kept'}; {self.marked_count} marked"
        )

    def close(self) -> None:
        """Take the patches away, with their marks, and show again what was hidden."""
        if not self.montages:
            return
        viewer, gone, self._layers, self.montages = self._viewer(), self._layers, {}, {}
        for layer in gone.values():
            if viewer is not None and layer in viewer.layers:
                remove(viewer, layer)
        for layer in self._hidden:
            layer.visible = True
        self._hidden.clear()
        if viewer is not None and self._step is not None and len(self._step) == viewer.dims.ndim:
            viewer.dims.current_step = self._step
        self._step = None
        self._say("")

    def _say(self, sentence: str) -> None:
        self.sentence = sentence
        self.changed.emit()

    def _viewer(self) -> Any:
        session = self._session()
        return None if session is None else session.viewer

    def _pressed(self, layer: Image, event: Any) -> Iterator[None]:
        begin = event.pos
        yield
        while event.type == "mouse_move":
            yield
        moved = max(abs(float(here) - float(there)) for here, there in zip(event.pos, begin, strict=True))
        kind = next((each for each, one in self._layers.items() if one is layer), None)
        if kind is not None and event.button == LEFT_BUTTON and moved < CLICK_PX:
            self.click(kind, *layer.world_to_data(event.position)[-3:])

    def _removed(self, _: object) -> None:
        viewer = self._viewer()
        if self._layers and viewer is not None and any(one not in viewer.layers for one in self._layers.values()):
            self.close()

    def _library_changed(self, path: Path) -> None:
        """Marks on patches of a file that was written again mean nothing any more."""
        if self.path == path and (not path.is_file() or path.stat().st_mtime_ns != self._written_ns):
            self.close()
