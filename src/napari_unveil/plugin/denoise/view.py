"""Window "Denoise": a layer and a model in, signal and noise layers out; the shown frame comes first."""

from pathlib import Path
from typing import Any

from napari.layers import Image
from qtpy.QtWidgets import QFileDialog

from napari_unveil.errors import UnveilError
from napari_unveil.plugin import layers
from napari_unveil.plugin.denoise import job
from napari_unveil.plugin.denoise.job import SHIPPED_MODEL, DenoiseRequest, ExportRequest, FramesDone
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import DEVICES, Choice, LayerChoice, given, number_or
from napari_unveil.plugin.widgets.step_view import Action, StepView

OTHER_FILE = "file"


class DenoiseView(StepView):
    """Asks for a separation of the selected layer."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task="denoise",
            action="Denoise",
            tip="Take the shown frame apart at once, and the others after it.",
            end_tip="End the job; frames that are looked at are still denoised.",
        )
        self.frames = LayerChoice(self.viewer, Image, hints=("full",), without=layers.is_result)
        self.model = Choice((("default (shipped)", SHIPPED_MODEL), ("choose a file…", OTHER_FILE)))
        self.energy = number_or("unknown", low=0, high=1000, decimals=3, unit="keV")
        self.passes = Choice((("the model's own", None), ("1", 1), ("4 (published)", 4)))
        self.device = Choice(DEVICES)
        self.add_row("Frames", self.frames, "Image layer to take apart.", changed=self.frames.changed)
        self.add_row("Model", self.model, "The model that does it.", changed=self.model.currentIndexChanged)
        self.add_row(
            "Photon energy", self.energy, "In keV; turns keV per pixel into photons.", changed=self.energy.valueChanged
        )
        self.add_row("Passes", self.passes, "How many times each pixel is predicted, on shifted grids.")
        self.add_row("Device", self.device, "Where the network runs.")
        self.add_buttons(
            Action("Export…", "Write signal and noise of all frames to an HDF5 file.", self._export, idle_only=True)
        )
        self.frames.changed.connect(self._take_energy)
        self.model.activated.connect(self._choose_model)
        connect_while_alive(self, self.session.model_changed, self._take_model)
        connect_while_alive(self, self.viewer.layers.selection.events.active, self._take_selected)
        self._take_model()
        self._take_selected()
        self._take_energy()
        self.check()

    def request(self) -> DenoiseRequest:
        """What the form asks for."""
        layer = self.frames.layer()
        return DenoiseRequest(
            layer,
            layers.stack_of(layer),
            self.model.value(),
            self.passes.value(),
            given(self.energy),
            self.device.value(),
        )

    def start(self, request: DenoiseRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def end(self) -> None:
        """End the job; frames that are looked at are still separated."""
        job.cancel(self.session)

    def in_words(self, report: FramesDone) -> str:
        """Show how many frames are done."""
        self.status.progress(report.done, report.total)
        return f"{report.done} of {report.total} frames"

    def result_in_words(self) -> str:
        """Say what was done."""
        report = self.task.last_report
        if isinstance(report, FramesDone):
            rest = "" if report.done >= report.total else "; the others when you look at them, or by Export"
            return f"{report.done} of {report.total} frames denoised{rest}"
        return "written" if report is not None and report.done == report.total else ""

    def choose_model(self, path: Path) -> None:
        """Offer the model in ``path`` and choose it."""
        if self.model.findData(str(path)) < 0:
            self.model.insertItem(self.model.count() - 1, path.name, str(path))
        self.model.choose(str(path))

    def export(self, path: Path) -> None:
        """Write the separation of all frames to ``path``."""
        if self.task.running:
            return
        try:
            request = ExportRequest(self.request(), path)
            job.check_export(request)
        except UnveilError as refusal:
            self.status.refuse(str(refusal))
            return
        job.export(self.session, request)

    def _export(self) -> None:
        chosen = QFileDialog.getSaveFileName(self, "Write signal and noise", "denoised.h5", "HDF5 (*.h5)")[0]
        if chosen:
            self.export(Path(chosen))

    def _choose_model(self, _: int) -> None:
        if self.model.value() != OTHER_FILE:
            return
        self.model.choose(SHIPPED_MODEL)
        chosen = QFileDialog.getOpenFileName(self, "Model", "", "Model (*.safetensors)")[0]
        if chosen:
            self.choose_model(Path(chosen))

    def _take_model(self) -> None:
        if self.session.model is not None:
            self.choose_model(self.session.model)

    def _take_selected(self) -> None:
        active = self.viewer.layers.selection.active
        if isinstance(active, Image) and not layers.is_result(active):
            self.frames.choose(active)

    def _take_energy(self) -> None:
        try:
            energy = layers.stack_of(self.frames.layer()).photon_energy_keV
        except UnveilError:
            return
        self.energy.setValue(energy or 0)
