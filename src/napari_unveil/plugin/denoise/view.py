"""Window "Denoise": a layer and a model in; layers of signal, noise and what is known beside them out."""

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, ref

from napari.layers import Image
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QFileDialog, QLabel

from napari_unveil.errors import UnveilError
from napari_unveil.plugin import layers
from napari_unveil.plugin.denoise import export, job
from napari_unveil.plugin.denoise.beside_signal import ERROR_TIP, MAP_TIP, BesideSignal
from napari_unveil.plugin.denoise.export import ExportRequest
from napari_unveil.plugin.denoise.model_choice import CardTable, ModelChoice, as_table
from napari_unveil.plugin.denoise.separating import DenoiseRequest, Separating
from napari_unveil.plugin.denoise.separations import FramesDone
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.widgets import questions
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import DEVICES, Choice, LayerChoice, given, number_or, whole_number
from napari_unveil.plugin.widgets.status_line import REFUSED_COLOUR
from napari_unveil.plugin.widgets.step_view import Action, StepView
from napari_unveil.recipes.separation_settings import SEPARATION
from napari_unveil.workflow.request import DenoisingRequest, photon_for, refuse_unsplit

MODEL_TIP = "Trained network that takes the frames apart."
PASSES_TIP = "How many times each pixel is predicted, on shifted grids of patches; 4 takes four times as long."
NO_PASSES_TIP = "Of models that separate an additive background; others predict each pixel once."
PREPARE_AFTER_MS = 300
"""So long after frames are chosen torch is loaded: while a layer is being added, each would hold the other up."""


class DenoiseView(StepView):
    """Asks for a separation of the selected layer."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task=job.TASK,
            action="Denoise",
            tip="Show signal and noise beside the frames (Alt+D): the shown frame first, then the others.",
            end_tip="End the job; frames that are looked at are still denoised, an unfinished file is removed.",
        )
        self.frames = LayerChoice(self.viewer, Image, hints=("full",), without=layers.is_result)
        self.model = ModelChoice()
        self.energy = number_or("unknown", low=0, high=1000, decimals=3, unit="keV")
        self.passes = Choice((("the model's own", None), ("1", 1), ("4 (published)", 4)))
        self.beside = BesideSignal()
        self.device = Choice(DEVICES)
        self.device.choose(preferences().device)
        self.first, self.last = whole_number(0, low=0, high=0), whole_number(0, low=0, high=0)
        self.card, self.estimate, self.caution = CardTable(), _words(), _words(REFUSED_COLOUR)
        self._energies: WeakKeyDictionary[Image, float] = WeakKeyDictionary()
        self._selected: ref[Image] | None = None
        self._measured: tuple[ExportRequest, Separating] | None = None
        self._preparing = QTimer(self)
        self._preparing.setSingleShot(True)
        self._preparing.setInterval(PREPARE_AFTER_MS)
        self._preparing.timeout.connect(self._prepare)
        self._lay_out()
        self.frames.changed.connect(self._take_frames)
        self.energy.valueChanged.connect(self._keep_energy)
        self.model.looked_up.connect(self._show_card)
        connect_while_alive(self, self.session.model_changed, self._take_model)
        connect_while_alive(self, self.viewer.layers.selection.events.active, self._take_selected)
        connect_while_alive(self, self.session.trio_changed, self._show_caution)
        self._take_model()
        self._take_selected()
        self._take_frames()
        self._show_card()
        self.check()

    def _lay_out(self) -> None:
        self.add_row("Frames", self.frames, "Image layer to take apart.", changed=self.frames.changed)
        self.add_row("Model", self.model, MODEL_TIP)
        self.add_row(
            "Photon energy",
            self.energy,
            "Energy of one photon, in keV; turns keV per pixel into photons. For frames in a unit of their own: the "
            "value of one photon.",
        )
        self.add_row(
            "Passes",
            self.passes,
            PASSES_TIP,
        )
        self.add_row("Standard error", self.beside.errors, ERROR_TIP)
        self.add_row("Warning map", self.beside.warnings, MAP_TIP)
        self.add_row("Device", self.device, "Where the network runs.")
        about = self.add_section("About this model", "What the model was trained on, when, and how well it did.")
        about.addRow(self.card)
        part = self.add_section("Export", "Which frames Export… writes, and what that takes.")
        self.add_row("First frame", self.first, "Number along the first axis.", section=part)
        self.add_row("Last frame", self.last, "Number along the first axis; it is written too.", section=part)
        part.addRow(self.estimate)
        for field in (self.first, self.last):
            field.valueChanged.connect(self._show_estimate)
        self.add_buttons(
            Action(
                "Export…",
                "Write signal and noise of the frames, and what is ticked beside them, to an HDF5 file; asks first.",
                self._ask_where,
            )
        )
        self.column.insertWidget(self.column.indexOf(self.status), self.caution)

    # what is asked

    def request(self) -> DenoiseRequest:
        """What the form asks for."""
        layer = self.frames.layer()
        how = DenoisingRequest(
            model=self.model.value(),
            photon_energy_keV=given(self.energy),
            passes=self.passes.value() if self.passes.isEnabled() else None,
            device=self.device.value(),
            errors=self.beside.errors.isChecked(),
            warning_map=self.beside.warnings.isChecked(),
        )
        request = DenoiseRequest(layer, layers.stack_of(layer), how)
        refuse_unsplit(self.model.card(), request.stack)
        photon_for(self.model.card(), request.stack, how)
        return request

    def check(self) -> None:
        """Show whether the request would be served, and what an export would take; asked for while a job runs, too."""
        super().check()
        request = self._served()
        if self.task.running:
            self.button.setEnabled(request is not None)
        self._show_estimate()

    def press(self) -> None:
        """Emit the request, unless it is refused; it comes before what is being denoised."""
        self.attempt(lambda: self.requested.emit(self.request()))

    def start(self, request: DenoiseRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def end(self) -> None:
        """End the job; frames that are looked at are still separated."""
        self._measured = None
        job.cancel(self.session)

    # what is exported

    def rows(self) -> slice:
        """The chosen positions along the first axis."""
        return slice(self.first.value(), self.last.value() + 1)

    def export(self, path: Path) -> None:
        """Write the separation of the chosen frames to ``path``, when the user agrees to what that takes."""
        self.attempt(lambda: self._export(path))

    def _export(self, path: Path) -> None:
        request = ExportRequest(self.request(), path, self.rows())
        export.check(request)
        made = job.separations_of(self.session).of(request.denoise)
        if made is None or made.seconds_per_frame is None:
            self._measured = request, export.measure(self.session, request.denoise)
        else:
            self._agree(request, made)

    def _agree(self, request: ExportRequest, made: Separating) -> None:
        if questions.agreed(self, export.question(request, made), yes="Write"):
            export.start(self.session, request)

    def _ask_where(self) -> None:
        name = self.frames.currentText().replace("/", " ") or "frames"
        suggested = str(preferences().in_folder(f"{name} denoised.h5"))
        chosen = QFileDialog.getSaveFileName(self, "Write signal and noise", suggested, "HDF5 (*.h5)")[0]
        if chosen:
            self.export(Path(chosen))

    # what is said

    def in_words(self, report: object) -> str:
        """Show how many frames are done, and how long the others take."""
        self._after_measuring()
        if not isinstance(report, FramesDone):
            return ""
        self.status.progress(report.done, report.total)
        seconds = report.separating.seconds_per_frame
        rate = f", {seconds:.2g} s a frame" if seconds is not None else ""
        return f"'{report.separating.request.layer.name}': {report.done} of {report.total} frames{rate}"

    def result_in_words(self) -> str:
        """Say what was done."""
        words = job.separations_of(self.session).last_words
        report = self.task.last_report
        if words or not isinstance(report, FramesDone):
            return words
        rest = "" if report.done >= report.total else "; the others when you look at them, or by Export"
        return f"{report.done} of {report.total} frames denoised{rest}"

    def after_job(self) -> None:
        """Ask about an export whose time was being measured."""
        super().after_job()
        self._show_caution()
        self._after_measuring()
        self._measured = None

    def _after_measuring(self) -> None:
        if self._measured is not None and self._measured[1].seconds_per_frame is not None:
            measured, self._measured = self._measured, None
            self._agree(*measured)

    def _served(self) -> DenoiseRequest | None:
        try:
            return self.request()
        except UnveilError:
            return None

    def _show_estimate(self, *_: object) -> None:
        request = self._served()
        made = None if request is None else job.separations_of(self.session).of(request)
        self.estimate.setText("" if request is None else export.estimate_in_words(request, self.rows(), made))

    def _show_caution(self) -> None:
        request = self._served()
        made = None if request is None else job.separations_of(self.session).of(request)
        said = () if made is None else made.cautions
        self.caution.setText("\n".join(f"Caution: {sentence}." for sentence in said))
        self.caution.setVisible(bool(said))

    def _show_card(self) -> None:
        lines = self.model.lines()
        self.card.show_lines(lines)
        self.model.setToolTip(f"{MODEL_TIP}{as_table(lines)}")
        self.beside.offer(self.model.value())
        self._offer_passes()

    def _offer_passes(self) -> None:
        """Several passes belong to the published way of separating."""
        try:
            applies = self.model.card().recipe == SEPARATION.name
        except UnveilError:
            applies = True
        self.passes.setEnabled(applies)
        self.passes.setToolTip(PASSES_TIP if applies else NO_PASSES_TIP)

    # what is taken over from elsewhere

    def choose_model(self, path: Path) -> None:
        """Offer the model in ``path`` and choose it."""
        self.model.offer(path)

    def showEvent(self, event: Any) -> None:  # noqa: N802  # Qt's name
        """Get ready for the first frame."""
        super().showEvent(event)
        self._prepare_soon()

    def _prepare_soon(self) -> None:
        if self.isVisible() and self.frames.layer() is not None:
            self._preparing.start()

    def _prepare(self) -> None:
        if self.viewer is not None:
            job.prepare(self.session)

    def _take_model(self) -> None:
        if self.session.model is not None:
            self.choose_model(self.session.model)

    def _take_selected(self) -> None:
        """Choose the frames that the user selects; adding results selects them, and then again what was selected."""
        active = self.viewer.layers.selection.active
        before = None if self._selected is None else self._selected()
        if isinstance(active, Image) and not layers.is_result(active) and active is not before:
            self._selected = ref(active)
            self.frames.choose(active)

    def _take_frames(self) -> None:
        layer = self.frames.layer()
        try:
            stack = layers.stack_of(layer)
        except UnveilError:
            return
        self.energy.blockSignals(True)
        self.energy.setValue(self._energies.get(layer, stack.photon_energy_keV or 0))
        self.energy.blockSignals(False)
        count = stack.data.shape[0] if stack.data.ndim > 2 else 1
        for field, value in ((self.first, 0), (self.last, count - 1)):
            field.setMaximum(count - 1)
            field.setValue(value)
        self.check_soon()
        self._prepare_soon()

    def _keep_energy(self, energy: float) -> None:
        layer = self.frames.layer()
        if layer is not None:
            self._energies[layer] = energy


def _words(colour: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    if colour:
        label.setStyleSheet(f"color: {colour}")
        label.setVisible(False)
    return label
