"""What the mask leaves: the masked share, the noise patches that still fit, and their places over the frames."""

from typing import Any

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QLabel, QWidget

from napari_unveil.errors import UnveilError
from napari_unveil.harvest import HarvestSettings
from napari_unveil.plugin import layers
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import whole_number
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask, Progress
from napari_unveil.workflow.masking import Room, outlines, room_for_patches

PLACES = "places of noise patches"
COLOUR = (1.0, 1.0, 1.0, 0.9)
SOON_MS = 30
LINES = 2
AT_ONCE_PX, AT_ONCE_PATCHES = 2**20, 2_000
"""Pixels, and patches beside one another, up to which room is counted at once."""

DEFAULTS = HarvestSettings()


class RoomPart:
    """A line that follows the mask, and the overlay of places."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.room: Room | None = None
        self._newest = Newest(view.session.task("mask room"))
        self.patch = whole_number(DEFAULTS.patch, low=8, high=1024, step=8, unit="px")
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setMinimumHeight(LINES * self.line.fontMetrics().lineSpacing())
        field = QWidget()
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.patch, 1)
        self.places = view.fill(
            row,
            [
                Action(
                    "Show places",
                    "Draw the squares of noise patches that fit beside one another.",
                    self.refresh,
                    checkable=True,
                )
            ],
        )[0]
        view.add_row(
            "Noise patch",
            field,
            "Side of a noise patch, in pixels; at most "
            f"{DEFAULTS.max_excluded:.0%} of its pixels may be masked. A multiple of 8.",
        )
        view.form.addRow(self.line)
        self._soon = QTimer(view)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self.patch.valueChanged.connect(lambda _: self.refresh_soon())
        view.frames.changed.connect(self.refresh_soon)
        connect_while_alive(view, view.session.step_changed, self._follow)

    def refresh_soon(self) -> None:
        """Count after a pause in the painting."""
        self._soon.start()

    def refresh(self) -> None:
        """Count now, or beside the window for large masks."""
        if self.view.viewer is None:
            return
        layer, patch = self.view.mask.layer(), self.patch.value()
        if layer is None:
            self._newest.forget()
            self._show_none()
            return
        masks = self._shown(layer)
        if masks.size <= min(AT_ONCE_PX, AT_ONCE_PATCHES * patch**2):
            self._newest.forget()
            self._show(_count(masks, patch))
            return

        def work(_: Control) -> Job:
            yield Progress(0, 0)
            return _count(masks, patch)

        self._newest.ask(work, done=self._show)

    def _follow(self) -> None:
        """Another frame is shown, and perhaps another module."""
        layer = self.view.mask.layer()
        if layer is not None and layer.data.ndim - self._axes_of_frames(layer) > 2:
            self.refresh_soon()

    def _shown(self, layer: Labels) -> Any:
        """The labels (frame, y, x) of the shown module, or (y, x) where all frames have one mask."""
        frames = self._axes_of_frames(layer)
        place = layers.shown_place(layer, self.view.viewer.dims.current_step)[frames:]
        return layer.data[(slice(None),) * frames + place]

    def _axes_of_frames(self, layer: Labels) -> int:
        """How many leading axes of a mask count frames; those behind them are modules."""
        try:
            of_shot = len(layers.stack_of(self.view.frames.layer()).shot_shape)
        except UnveilError:
            of_shot = 2
        return max(int(layer.data.ndim) - of_shot, 0)

    def _show_none(self) -> None:
        self.room = None
        self.line.setText("no mask yet")
        layers.hide_overlay(self.view.viewer, PLACES)

    def _show(self, room: Room) -> None:
        viewer, layer = self.view.viewer, self.view.mask.layer()
        if viewer is None or layer is None:
            return
        self.room = room
        self.line.setText(f"{room.masked:.1%} masked{self._where(layer)}; {_fitting(room)}")
        if self.places.isChecked():
            rows, columns = layer.data.shape[-2:]
            layers.show_overlay(viewer, outlines(room, shape=(rows, columns)), like=layer, name=PLACES, colour=COLOUR)
        else:
            layers.hide_overlay(viewer, PLACES)

    def _where(self, layer: Labels) -> str:
        frames = self._axes_of_frames(layer)
        any_frame = " in any frame" if frames else ""
        return any_frame + (" of the shown module" if layer.data.ndim - frames > 2 else "")


def _count(labels: Any, patch: int) -> Room:
    """Count for labels (y, x), or (frame, y, x) united over the frames, as a harvest takes them."""
    return room_for_patches(_united(labels), patch=patch, max_excluded=DEFAULTS.max_excluded)


def _united(labels: Any) -> Mask:
    united = np.zeros(labels.shape[-2:], np.bool_)
    for place in np.ndindex(labels.shape[:-2]):
        united |= np.asarray(labels[place]) != 0
    return united


def _fitting(room: Room) -> str:
    side_by_side = len(room.separate)
    if not side_by_side:
        return f"no noise patch of {room.patch} px fits"
    patches = f"{side_by_side} noise patch{'es' if side_by_side > 1 else ''}"
    return f"{patches} of {room.patch} px fit side by side, at {room.places} places one at a time"
