"""The page of profiles: around a centre or a geometry, in a sector or all round, or along a drawn line."""

import math
from collections.abc import Callable
from typing import Any

from napari.layers import Layer, Shapes
from qtpy.QtWidgets import QCheckBox, QLabel

from napari_unveil.inspection.geometry import Sector
from napari_unveil.inspection.inspector import Found
from napari_unveil.inspection.questions import YX, Along, Around
from napari_unveil.plugin.inspect.guides import Guides, Handle
from napari_unveil.plugin.inspect.panels import AddRow, Panel, beside, button
from napari_unveil.plugin.inspect.plot import FoundPlot
from napari_unveil.plugin.layers.shapes import add_line, is_guide, line_of
from napari_unveil.plugin.session import Session
from napari_unveil.plugin.widgets.fields import Choice, FileField, LayerChoice, number

FARTHEST_CENTRE_PX = 10_000.0
CROSS_SHARE, SECTOR_SHARE = 0.03, 0.4
"""Length of the arms of the cross and of the edges of the sector, in the length of the frame's shorter side."""
GUIDE_NAME = "centre and sector"


class ProfilePanel(Panel):
    """Where the profile runs, and its curves.

    Parameters
    ----------
    frames
        Gives the layer with the input.
    guides_belong
        Whether lines on the image have a place there now.
    """

    def __init__(
        self,
        session: Session,
        add_row: AddRow,
        *,
        frames: Callable[[], Layer | None],
        guides_belong: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._frames, self._guides_belong = frames, guides_belong
        self.course = Choice((("around the beam", "around"), ("along a line", "along")))
        self.poni = FileField(title="Geometry of pyFAI", pattern="Geometry (*.poni);;All files (*)")
        self.poni.setPlaceholderText("none: distance in px")
        self.centre_y, self.centre_x = _place("y "), _place("x ")
        self.suggest = button("Find", "Take the centre of the brightest pixels of the shown signal.")
        self.in_sector = QCheckBox("from")
        self.start_deg, self.stop_deg = _angle(-45), _angle(45)
        self.ring_px = number(1, low=0.25, high=200, unit="px")
        self.line = LayerChoice(session.viewer, Shapes, without=is_guide)
        self.draw = button("New line", "Add a line across the frame; its ends can be dragged.")
        self.line_px = number(1, low=1, high=1000, decimals=0, unit="px")
        self.plot: FoundPlot = FoundPlot(log_x=False, log_y=True)
        self.guides = Guides(session, GUIDE_NAME, self.drag)
        self.centre_known = False
        self._add_rows(add_row)
        self.column.addWidget(self.plot, 1)
        self._connect(session)
        self._show_course()

    def _add_rows(self, add_row: AddRow) -> None:
        self._around = (
            beside(self.centre_y, self.centre_x, self.suggest),
            beside(self.in_sector, self.start_deg, QLabel("to"), self.stop_deg),
        )
        self._along = beside(self.line, self.draw)
        rows = (
            ("Profile", self.course, "Mean over rings around the beam, or along a line."),
            ("Geometry", self.poni, "File (.poni) of pyFAI-calib2: gives the centre, and q instead of the distance."),
            (
                "Centre",
                self._around[0],
                "Where the beam goes, in pixels from the first one. Drag the cross on the image.",
            ),
            (
                "Sector",
                self._around[1],
                "Azimuths that count, in degrees: 0 to the right, 90 down, as in pyFAI. Drag the ends on the image.",
            ),
            ("Ring width", self.ring_px, "Width of a ring in pixels; wider rings are smoother."),
            ("Line", self._along, "Shapes layer; the last line in it counts. Drag its ends on the image."),
            ("Line width", self.line_px, "Pixels across the line that are averaged."),
        )
        for label, field, tip in rows:
            add_row(label, field, tip, section=self.form)

    def _connect(self, session: Session) -> None:
        self.course.currentIndexChanged.connect(self._show_course)
        for signal in (
            self.poni.changed,
            self.in_sector.toggled,
            self.start_deg.valueChanged,
            self.stop_deg.valueChanged,
            self.ring_px.valueChanged,
            self.line.changed,
            self.line_px.valueChanged,
        ):
            signal.connect(self._changed)
        for place in (self.centre_y, self.centre_x):
            place.valueChanged.connect(self._centre_entered)
        self.suggest.clicked.connect(lambda *_: self.suggest_centre())
        self.draw.clicked.connect(lambda *_: self._draw_line(session.viewer))

    def question(self, frames: Layer) -> Around | Along:
        """A profile along the chosen course."""
        if self.course.value() == "along":
            return Along(*line_of(self.line.layer(), like=frames), width_px=self.line_px.value())
        return Around(
            centre_yx=self.centre if self.centre_known else None,
            bin_px=self.ring_px.value(),
            sector=self.sector,
            poni=self.poni.path(),
        )

    @property
    def centre(self) -> YX:
        """Where the beam goes, in pixels."""
        return self.centre_y.value(), self.centre_x.value()

    @property
    def sector(self) -> Sector | None:
        """The azimuths that count; None: all."""
        return Sector(self.start_deg.value(), self.stop_deg.value()) if self.in_sector.isChecked() else None

    def show_found(self, found: Found) -> None:
        """Draw the curves, and cross and sector on the image."""
        if found.centre_yx is not None and (not self.centre_known or self.poni.path() is not None):
            self._take_centre(found.centre_yx)
        self.plot.show_plot(found.plot)
        self.show_guides()

    def show_guides(self) -> None:
        """Draw cross and sector on the image, or take them away where they do not belong."""
        frames = self._frames()
        wanted = self.isVisible() and self.course.value() == "around" and self.centre_known and self._guides_belong()
        if frames is None or not wanted:
            self.guides.hide()
            return
        (y, x), side = self.centre, min(frames.data.shape[-2:])
        arm, reach = CROSS_SHARE * side, SECTOR_SHARE * side
        lines: list[tuple[YX, YX]] = [((y - arm, x), (y + arm, x)), ((y, x - arm), (y, x + arm))]
        handles = {} if self.poni.path() is not None else {"centre": Handle((y, x))}
        if self.in_sector.isChecked():
            for name, field in (("start", self.start_deg), ("stop", self.stop_deg)):
                angle = math.radians(field.value())
                end = (y + reach * math.sin(angle), x + reach * math.cos(angle))
                lines.append(((y, x), end))
                handles[name] = Handle(end)
        self.guides.show(frames, lines, handles)

    def drag(self, name: str, yx: YX) -> None:
        """A handle on the image has been moved to a place in pixels."""
        if name == "centre":
            self._take_centre(yx)
            self._changed()
            return
        angle = math.degrees(math.atan2(yx[0] - self.centre[0], yx[1] - self.centre[1]))
        (self.start_deg if name == "start" else self.stop_deg).setValue(angle)

    def suggest_centre(self) -> None:
        """Take the centre of the shown signal."""
        self.poni.set_path(None)
        self.centre_known = False
        self.changed.emit()

    def _take_centre(self, yx: YX) -> None:
        for field, value in zip((self.centre_y, self.centre_x), yx, strict=True):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.centre_known = True

    def _centre_entered(self, *_: object) -> None:
        self.centre_known = True
        self._changed()

    def _changed(self, *_: object) -> None:
        for field in (self.centre_y, self.centre_x):
            field.setEnabled(self.poni.path() is None)
        if self.guides.shown:
            self.show_guides()
        self.changed.emit()

    def _draw_line(self, viewer: Any) -> None:
        frames = self._frames()
        if frames is not None:
            self.line.choose(add_line(viewer, like=frames))

    def _show_course(self, *_: object) -> None:
        around = self.course.value() == "around"
        for field in (self.poni, *self._around, self.ring_px):
            self.form.setRowVisible(field, around)
        for field in (self._along, self.line_px):
            self.form.setRowVisible(field, not around)
        self._changed()


def _place(prefix: str) -> Any:
    field = number(0, low=-FARTHEST_CENTRE_PX, high=FARTHEST_CENTRE_PX, decimals=1, unit="px")
    field.setPrefix(prefix)
    return field


def _angle(value: float) -> Any:
    field = number(value, low=-360, high=360, decimals=1, unit="°")
    field.setWrapping(True)
    return field
