"""Input, signal and noise compared by eye: a trio of layers and a mode enter; leaving gives the user's view back."""

from typing import Any
from weakref import WeakKeyDictionary, ref

from napari.experimental import link_layers, unlink_layers
from napari.layers import Image
from psygnal import Signal

from napari_unveil.errors import Refused
from napari_unveil.plugin import layers
from napari_unveil.plugin.inspect.guides import Guides, Handle
from napari_unveil.plugin.inspect.split_frames import SplitFrames
from napari_unveil.plugin.inspect.user_view import UserView, grid_of
from napari_unveil.plugin.layers.separations import SHARED_LOOK
from napari_unveil.plugin.layers.shapes import GUIDE, YX
from napari_unveil.plugin.session import Session, Trio

OFF, GRID, SPLIT, BLINK = "off", "grid", "split", "blink"
SPLIT_NAME, LINE_NAME = "input left, signal right", "split line"


class Comparison:
    """The way in which a session's viewer compares; one at a time.

    Signal: ``changed`` when another mode, or none, is entered.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = ref(session)
        self.mode = OFF
        self._trio: Trio | None = None
        self._before: UserView | None = None
        self._split: Image | None = None
        self._line = Guides(session, LINE_NAME, self._drag)
        self.viewer.layers.events.removed.connect(self._removed)

    @property
    def viewer(self) -> Any:
        """The viewer; None once it is gone."""
        session = self._session()
        return None if session is None else session.viewer

    def enter(self, mode: str, trio: Trio) -> None:
        """Compare ``trio`` in one of the modes; ``OFF`` leaves the present one."""
        self.leave()
        if mode == OFF:
            return
        missing = [layer.name for layer in (trio.frames, trio.signal, trio.noise) if layer not in self.viewer.layers]
        if missing:
            raise Refused(
                found=f"the layer '{missing[0]}' is not in the viewer any more",
                needed="input, signal and noise",
                remedy="denoise the frames again",
            )
        self._before, self._trio, self.mode = UserView(self.viewer), trio, mode
        {GRID: self._enter_grid, SPLIT: self._enter_split, BLINK: self._enter_blink}[mode](trio)
        self.changed.emit()

    def leave(self) -> None:
        """Bring the user's view back."""
        if self.mode == OFF:
            return
        before, self._before, self.mode, trio, self._trio = self._before, None, OFF, self._trio, None
        self._remove_split(trio)
        if before is not None:
            before.restore(self.viewer)
        self.changed.emit()

    def flip(self) -> None:
        """Show the signal where the input is shown, and the other way round; in mode ``BLINK``."""
        if self.mode == BLINK and self._trio is not None:
            shown = self._trio.signal.visible
            self._trio.signal.visible, self._trio.frames.visible = not shown, shown

    @property
    def column(self) -> float | None:
        """The column of the split; None when there is none."""
        return None if self._split is None else self._split.data.column

    def _enter_grid(self, trio: Trio) -> None:
        for layer in self.viewer.layers:  # each visible layer takes a place in the grid
            layer.visible = layer in (trio.frames, trio.signal, trio.noise)
        grid = grid_of(self.viewer)
        grid.shape, grid.stride, grid.enabled = (1, -1), 1, True
        self.viewer.reset_view()

    def _enter_blink(self, trio: Trio) -> None:
        self._show_alone(trio.signal)

    def _enter_split(self, trio: Trio) -> None:
        viewer = self.viewer
        active = viewer.layers.selection.active
        both = SplitFrames(trio.frames.data, trio.signal.data, trio.frames.data.shape[-1] / 2)
        self._split = viewer.add_image(
            both,
            name=SPLIT_NAME,
            rgb=False,
            multiscale=False,
            contrast_limits=trio.frames.contrast_limits,
            gamma=trio.frames.gamma,
            colormap=trio.frames.colormap,
            metadata={layers.METADATA: {GUIDE: True, layers.PROVENANCE: {}}},
            **layers.placement(trio.frames),
        )
        viewer.layers.move(len(viewer.layers) - 1, viewer.layers.index(trio.frames) + 1)
        viewer.layers.selection.active = active
        link_layers([trio.frames, self._split], SHARED_LOOK)
        self._show_alone(self._split)
        self._show_line()

    def _show_alone(self, *shown: Image) -> None:
        for layer in self.viewer.layers:
            if isinstance(layer, Image):
                layer.visible = layer in shown

    def _show_line(self) -> None:
        if self._split is not None:
            column, rows = self._split.data.column - 0.5, self._split.data.shape[-2]
            self._line.show(
                self._split, [((-0.5, column), (rows - 0.5, column))], {"split": Handle((0.0, column), only_x=True)}
            )

    def _drag(self, name: str, yx: YX) -> None:
        del name
        self.move_split(yx[1])

    def move_split(self, column: float) -> None:
        """Put the split at ``column``, within the frame."""
        if self._split is not None:
            self._split.data.column = min(max(column + 0.5, 0.0), float(self._split.data.shape[-1]))
            self._split.refresh()
            self._show_line()

    def _remove_split(self, trio: Trio | None) -> None:
        self._line.hide()
        split, self._split = self._split, None
        if split is not None and trio is not None:
            unlink_layers([trio.frames, split], SHARED_LOOK)
        if split is not None and split in self.viewer.layers:
            layers.remove(self.viewer, split)

    def _removed(self, event: Any) -> None:
        trio = self._trio
        if trio is not None and event.value in (trio.frames, trio.signal, trio.noise, self._split):
            self.leave()


_comparisons: WeakKeyDictionary[Session, Comparison] = WeakKeyDictionary()


def comparison_of(session: Session) -> Comparison:
    """The comparison of a session; made at the first call."""
    if session not in _comparisons:
        _comparisons[session] = Comparison(session)
    return _comparisons[session]
