"""Window "Split measurement": a layer in; a layer whose frames know their independent parts out."""

from contextlib import suppress
from typing import Any
from weakref import ref

from napari.layers import Image, Layer
from qtpy.QtWidgets import QLabel

from napari_unveil.errors import Refused
from napari_unveil.frames import Projections
from napari_unveil.plugin import layers
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.split import job
from napari_unveil.plugin.split.job import Opened, SplitRequest
from napari_unveil.plugin.split.preview import SlicePreview
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice, given, number_or, whole_number
from napari_unveil.plugin.widgets.status_line import REFUSED_COLOUR
from napari_unveil.plugin.widgets.step_view import Action, StepView
from napari_unveil.splitting import FILTERS, SplitSettings
from napari_unveil.splitting.settings import MOST_PARTS

FORM_NAMES = (
    ("tomography: every K-th angle", "tomography"),
    ("repeated exposures: groups", "frames"),
    ("single frames: photons by chance", "thinning"),
)
DEFAULTS = SplitSettings()
UNKNOWN_AXIS_PX = -0.5
"""Left of the first pixel, where no axis is."""


class SplitView(StepView):
    """Asks for a split of the selected layer, and shows a slice about the chosen axis."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task=job.TASK,
            action="Split",
            tip="Add a layer with the plain result, whose frames know their independent parts.",
            end_tip="End the job; no layer is added.",
        )
        self.measurement = LayerChoice(self.viewer, Image, without=_is_made)
        self.kind = Choice(FORM_NAMES)
        self.parts = whole_number(DEFAULTS.parts, low=2, high=MOST_PARTS, unit="parts")
        self.axis = number_or("as suggested", low=UNKNOWN_AXIS_PX, high=1e5, unit="px")
        self.axis.setStepType(self.axis.StepType.DefaultStepType)
        self.axis.setSingleStep(0.5)
        self.row = whole_number(0, low=0, high=0)
        self.window = Choice(tuple((name, name) for name in FILTERS))
        self.seed = whole_number(DEFAULTS.seed, low=0, high=2**31 - 1)
        self.caution = QLabel()
        self.caution.setWordWrap(True)
        self.caution.setStyleSheet(f"color: {REFUSED_COLOUR}")
        self.caution.setVisible(False)
        self.preview = SlicePreview(self.session)
        self._opened: Opened | None = None
        self._looked_at: ref[Layer] | None = None
        self._added = False
        self._opening, self._suggesting = (Newest(self.session.task(name)) for name in ("split look", "split axis"))
        self._lay_out()
        self._connect()
        self._take_layer()
        self.check()

    def _lay_out(self) -> None:
        for label, field, tip, changed in (
            ("Measurement", self.measurement, "Image layer to split: projections of a tomography with their flats, "
             "repeated exposures, or single frames of photons.", self.measurement.changed),
            ("Form", self.kind, "What becomes a part: slices from every K-th angle, means of every K-th exposure of a "
             "static scene, or photons of each frame, dealt out by chance.", None),
            ("Parts", self.parts, "K, the number of independent parts; published: 4.", None),
            ("Axis", self.axis, "Column of the axis of rotation on the detector, in pixels; 0 is the middle of the "
             "first one. As suggested: found in the data.", None),
            ("Slice", self.row, "Row of the detector whose slice is shown as a preview.", None),
            ("Filter", self.window, "Window on the ramp of the filtered back-projection; published: ramp.", None),
            ("Seed", self.seed, "Decides into which part a photon falls.", None),
        ):  # fmt: skip
            self.add_row(label, field, tip, changed=changed)
        self.suggest_button, self.preview_button = self.add_buttons(
            Action("Suggest", "Find the axis of rotation in the data; look at the preview about it.", self.suggest),
            Action(
                "Preview", "Show one slice about this axis; it follows the numbers.", self.show_preview, checkable=True
            ),
        )
        self.column.insertWidget(self.column.indexOf(self.status), self.caution)

    def _connect(self) -> None:
        self.measurement.changed.connect(self._take_layer)
        self.kind.currentIndexChanged.connect(lambda _: self._show_rows())
        for field in (self.axis, self.row):
            field.valueChanged.connect(self._follow)
        self.window.currentIndexChanged.connect(self._follow)
        connect_while_alive(self, self.preview.shown, self._take_axis)
        connect_while_alive(self, self.preview.closed, self._preview_closed)

    # what is asked

    def request(self) -> SplitRequest:
        """What the form asks for."""
        layer = self.measurement.layer()
        stack = layers.stack_of(layer)
        if self.kind.value() == "tomography" and self._opened is not None and self._projections() is None:
            raise Refused(
                found=f"{stack.address} holds no projections with flats",
                needed="a file of Data Exchange or NXtomo, as a layer",
                remedy="choose another form, or open such a file",
            )
        return SplitRequest(layer, stack, self._settings())

    def start(self, request: SplitRequest) -> None:
        """Hand the request over."""
        self._caution(())
        self._added = False
        job.start(self.session, request, said=self._tell_added)

    def result_in_words(self) -> str:
        """Say where the parts are known now."""
        if not self._added:
            return "Ended; no layer was added"
        return "The new layer knows its parts: harvest patches from it, or denoise it"

    def suggest(self) -> None:
        """Find the axis of rotation."""
        projections = self._projections()
        if projections is not None:
            self.status.tell("looking for the axis of rotation …")
            self._suggesting.ask(lambda _: job.suggesting(projections), done=self._suggested)

    def show_preview(self) -> None:
        """Show a slice that follows the numbers, or take it away."""
        if self.preview_button.isChecked():
            self._follow()
        else:
            self.preview.close()

    # what is shown

    def check(self) -> None:
        """Show whether the request would be served."""
        super().check()
        tomography = self._projections() is not None and self.kind.value() == "tomography"
        self.suggest_button.setEnabled(tomography)
        self.preview_button.setEnabled(tomography)

    def _settings(self) -> SplitSettings:
        return SplitSettings(
            form=self.kind.value(),
            parts=self.parts.value(),
            axis_px=given(self.axis),
            filter=self.window.value(),
            seed=self.seed.value(),
        )

    def _projections(self) -> Projections | None:
        measurement = None if self._opened is None else self._opened.measurement
        return measurement if isinstance(measurement, Projections) else None

    def _show_rows(self) -> None:
        """The rows that apply to the form."""
        form = self.kind.value()
        for field in (self.axis, self.row, self.window, self.suggest_button, self.preview_button):
            if field in (self.suggest_button, self.preview_button):
                field.setVisible(form == "tomography")
            else:
                self.form.setRowVisible(field, form == "tomography")
        self.form.setRowVisible(self.seed, form == "thinning")
        if form != "tomography":
            self._end_preview()
        self.check_soon()

    def _follow(self, *_: object) -> None:
        projections = self._projections()
        if self.preview_button.isChecked() and projections is not None:
            self.preview.ask(projections, self.row.value(), self._settings())

    def _caution(self, said: tuple[str, ...]) -> None:
        self.caution.setText("\n".join(f"Caution: {sentence}." for sentence in said))
        self.caution.setVisible(bool(said))

    def _tell_added(self, said: tuple[str, ...]) -> None:
        self._added = True
        self._caution(said)

    def _end_preview(self) -> None:
        self.preview_button.setChecked(False)
        self.preview.close()

    def _preview_closed(self) -> None:
        self.preview_button.setChecked(False)

    # what is taken over from elsewhere

    def _take_layer(self) -> None:
        """Look what is behind the chosen layer; an axis belongs to the layer that it was found for."""
        before = None if self._looked_at is None else self._looked_at()
        layer = self.measurement.layer()
        if before is not None and layer is not before:
            self.axis.setValue(UNKNOWN_AXIS_PX)
        self._looked_at = None if layer is None else ref(layer)
        self._opened = None
        self._caution(())
        self._end_preview()
        self._opening.forget()
        with suppress(Refused):
            stack, new = layers.stack_of(layer), layer is not before
            self._opening.ask(lambda _: job.opening(stack), done=lambda opened: self._take_opened(opened, new=new))
        self._show_rows()

    def _take_opened(self, opened: Opened, *, new: bool) -> None:
        self._opened = opened
        if new:
            self.kind.choose(opened.form)
        projections = self._projections()
        if projections is not None:
            self.axis.setMaximum(projections.width - 1)
            self.row.setMaximum(projections.rows - 1)
            self.row.setValue(projections.rows // 2)
            self._caution(projections.warnings)
        self._show_rows()

    def _suggested(self, column: float) -> None:
        self.axis.setValue(column)
        self.status.tell(f"the data suggest column {column:.2f}")

    def _take_axis(self) -> None:
        """A slice about the suggested axis is shown: say which one that is."""
        if given(self.axis) is None:
            self.axis.blockSignals(True)
            self.axis.setValue(self.preview.axis_px)
            self.axis.blockSignals(False)


def _is_made(layer: Any) -> bool:
    return layers.is_result(layer) or layers.is_split(layer)
