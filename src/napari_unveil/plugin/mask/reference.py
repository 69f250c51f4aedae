"""Section "From reference": where X-ray-only frames hold signal, with a preview that follows the fields."""

from typing import Any

import numpy as np
from napari.layers import Layer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider

from napari_unveil.errors import UnveilError
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.job import MaskRequest, Source
from napari_unveil.plugin.mask.target import ADD, REPLACE
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, given, number, number_or
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.workflow.masking import LEVELS, ReferenceImage

PREVIEW = "mask preview"
COLOUR = (0.1, 0.8, 0.9, 0.45)
LARGEST_MARGIN_PX = 500
SLIDER_MARGIN_PX = 100


class ReferencePart:
    """Threshold, margin, and the preview of what they give.

    Parameters
    ----------
    view
        The window.
    """

    def __init__(self, view: Any) -> None:
        self.view = view
        self.prepared: ReferenceImage | None = None
        self._prepared_from: Source | None = None
        self.source = Choice((("mean of all frames", "mean"), ("shown frame", "shown")))
        self.threshold = number_or("automatic", low=0, high=1e9, decimals=3)
        self.grow = number(8, low=0, high=LARGEST_MARGIN_PX, decimals=0, unit="px")
        self.grow.setSingleStep(1)
        self.how = Choice((("replaces the mask", REPLACE), ("is added to the mask", ADD)))
        self.level_slider, self.grow_slider = _slider(LEVELS), _slider(SLIDER_MARGIN_PX)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setVisible(False)
        self._add_rows()
        self.threshold.valueChanged.connect(self._show_level)
        self.level_slider.valueChanged.connect(self._slide_level)
        self.grow.valueChanged.connect(self._show_margin)
        self.grow_slider.valueChanged.connect(self.grow.setValue)
        self.source.currentIndexChanged.connect(lambda _: self.follow())
        view.frames.changed.connect(self.follow)
        view.frames.changed.connect(self._show_unit)
        self._show_unit()
        connect_while_alive(view, view.session.step_changed, self.follow)
        self._show_margin()

    def request(self) -> MaskRequest:
        """What the fields ask for; refused without frames."""
        source = self._source()
        known = self.prepared if source.is_that_of(self._prepared_from) else None
        return MaskRequest(source, known, given(self.threshold), self.grow.value(), self.how.value())

    def toggle(self) -> None:
        """Begin or end the preview."""
        if self.live.isChecked():
            self.follow()
        else:
            self.end_preview()

    def end_preview(self) -> None:
        """Take the preview away."""
        self.live.setChecked(False)
        self.note.setVisible(False)
        if self.view.viewer is not None:
            layers.hide_overlay(self.view.viewer, PREVIEW)

    def follow(self) -> None:
        """Preview the image that the fields mean now; it is read first when it is another one."""
        if not self.live.isChecked() or self.view.task.running:
            return
        try:
            source = self._source()
        except UnveilError as refusal:
            self.end_preview()
            self.view.status.refuse(str(refusal))
            return
        if source.is_that_of(self._prepared_from):
            self.preview()
        else:
            self._prepared_from, self.prepared = source, None
            job.prepare(self.view.session, source, self._ready)

    def after_job(self) -> None:
        """A job has ended: an image that could not be read is not asked for again and again."""
        if self.live.isChecked() and self.prepared is None and self._prepared_from is not None:
            self._prepared_from = None
            self.end_preview()

    def preview(self) -> None:
        """Show what the fields give, over the frames; no step of the mask."""
        prepared, source = self.prepared, self._prepared_from
        if not self.live.isChecked() or prepared is None or source is None:
            return
        if source.layer not in self.view.viewer.layers:
            self.end_preview()
            return
        level = self.level()
        modules = prepared.image.ndim - 2
        place = layers.shown_place(source.layer, self.view.viewer.dims.current_step)
        search = prepared.search.at(place[len(place) - modules :]) if modules else prepared.search
        found = search.mask(threshold=level, grow_px=self.grow.value())
        step = prepared.search.step
        layers.show_overlay(self.view.viewer, found, like=source.layer, name=PREVIEW, colour=COLOUR, step=step)
        coarse = f", shown in steps of {step} px" if step > 1 else ""
        self.note.setVisible(True)
        shown = "shown module" if modules else "frame"
        self.note.setText(f"{found.mean():.1%} of the {shown} above {level:.4g} {source.stack.unit}{coarse}")

    def level(self) -> float:
        """The threshold that is asked for, or else the one that the image suggests."""
        level = given(self.threshold)
        if level is None:
            return 0.0 if self.prepared is None else self.prepared.suggested
        return level

    def _add_rows(self) -> None:
        view, section = (
            self.view,
            self.view.add_section("From reference", "Mark where the X-ray-only frames hold signal.", opened=True),
        )
        view.add_row("Image", self.source, "The image in which the signal is looked for.", section=section)
        view.add_row(
            "Threshold",
            self.threshold,
            "Level, in the unit of the frames per pixel, above which a smoothed pixel is signal. "
            "Automatic: five standard deviations above the background.",
            section=section,
        )
        self.level_slider.setToolTip("Threshold, by the share of pixels below it; needs the preview.")
        section.addRow("", self.level_slider)
        view.add_row("Margin", self.grow, "Margin around the signal, in pixels.", section=section)
        self.grow_slider.setToolTip("Margin, in pixels.")
        section.addRow("", self.grow_slider)
        view.add_row("Result", self.how, "What Make mask does with the mask layer.", section=section)
        row = QHBoxLayout()
        self.live: QPushButton = view.fill(
            row,
            [
                Action(
                    "Live preview",
                    "Show the mask that threshold and margin give while they change. The frames are read once.",
                    self.toggle,
                    checkable=True,
                )
            ],
        )[0]
        view.buttons.removeWidget(view.button)
        row.addWidget(view.button, 1)
        section.addRow(row)
        section.addRow(self.note)

    def _source(self) -> Source:
        return job.source_of(self.view.viewer, self.view.frames.layer(), shown_only=self.source.value() == "shown")

    def _ready(self, prepared: ReferenceImage) -> None:
        self.prepared = prepared
        self._show_level()

    def _show_unit(self) -> None:
        self.threshold.setSuffix(unit_suffix(self.view.frames.layer()))

    def _show_level(self, _: float = 0.0) -> None:
        if self.prepared is not None:
            _place(self.level_slider, int(np.searchsorted(self.prepared.levels, self.level())))
        self.preview()

    def _show_margin(self, _: float = 0.0) -> None:
        _place(self.grow_slider, int(self.grow.value()))
        self.preview()

    def _slide_level(self, place: int) -> None:
        if self.prepared is not None:
            least = self.threshold.minimum() + 10.0 ** -self.threshold.decimals()
            self.threshold.setValue(max(float(self.prepared.levels[place]), least))


def unit_suffix(layer: Layer | None) -> str:
    """What stands behind a number in the unit of the frames of ``layer``; empty where it is not known."""
    try:
        return f" {layers.stack_of(layer).unit}".rstrip()
    except UnveilError:
        return ""


def _slider(most: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, most)
    return slider


def _place(slider: QSlider, place: int) -> None:
    slider.blockSignals(True)
    slider.setValue(place)
    slider.blockSignals(False)
