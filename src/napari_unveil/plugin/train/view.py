"""Window "Train": a patch library in, live losses and a held-out patch on the way, a model file out."""

from pathlib import Path
from typing import Any

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QScrollArea

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.train import job
from napari_unveil.plugin.train.expert import ExpertFields
from napari_unveil.plugin.train.form import FILE, TrainForm
from napari_unveil.plugin.train.job import DeviceNews, GoOnRequest, RunNews, TrainRequest
from napari_unveil.plugin.train.loss_plot import LossPlot
from napari_unveil.plugin.train.preview_strip import PreviewStrip
from napari_unveil.plugin.train.words import (
    ENDS,
    captions_of,
    inherited_in_words,
    network_of_preset,
    report_in_words,
)
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import given
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.training import RunRecord, preset

LINK_COLOUR = "#3d85c6"
"""Readable on napari's dark and light theme."""


class TrainView(TrainForm):
    """Asks for a training run and shows its losses."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            action="Train",
            tip="Begin a new run with the settings above.",
            end="Stop",
            end_tip="Bring the run to a good end: the model is written, and it can be gone on with later.",
        )
        self._record: RunRecord | None = None
        self._stamp: tuple[Path, int] | None = None
        self._needs_words = ""
        self._shown = False
        self.expert = ExpertFields(self, preset(self.preset.value(), recipe=self.recipe))
        self.pause_button, self.resume_button, self.more_button = self.add_buttons(
            Action("Pause", "Let the run wait, and go on: it uses no core, and the time does not count.", self.pause),
            Action("Resume", "", self.resume),
            Action("Train more", "", self.train_more),
        )
        self.plot, self.strip = LossPlot(), PreviewStrip()
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.strip)
        self._connect()
        self.show_limit()
        self._show_parent()
        self._take_library()
        self.check()

    # what is asked for

    def request(self) -> TrainRequest:
        """What the form asks for, checked."""
        self._take_recipe()
        settings = self.expert.settings(
            **self.limit_given(), photon_energy_keV=given(self.energy), device=self.device.value()
        )
        request = TrainRequest(self.library.path(), settings, self.parent_model(), self.path())
        self._needs_words = job.needs_in_words(request, job.check(request))
        return request

    def replaces(self) -> Path | None:
        """The model file, of which there may be one already."""
        return self.path()

    def start(self, request: TrainRequest) -> None:
        """Hand the request over."""
        self._clear()
        job.start(self.session, request)

    def end(self) -> None:
        """Let the run come to a good end: the model is written."""
        self.task.stop()

    def pause(self) -> None:
        """Let the run wait, or go on."""
        self.task.pause(not self.task.paused)

    def resume(self) -> None:
        """Go on with an interrupted run up to the limit that it had."""
        self._go_on()

    def train_more(self) -> None:
        """Go on with a run for as long as the form says."""
        self._go_on(**self.limit_given())

    # what is shown

    def look_at_device(self) -> None:
        """Load torch, which takes some seconds, and show which device the run would have."""
        if not self.task.running:
            job.look_at_device(self.session, self.device.value())

    def check(self) -> None:
        """Show whether the request would be served, and what can be done with the run beside the model file."""
        super().check()
        self._look_beside()
        self._show_buttons()
        if not self.task.running:
            self._show_device()

    def in_words(self, report: object) -> str:
        """Draw losses and preview; say how fast it goes, on what, and how long it takes."""
        if isinstance(report, DeviceNews):
            self._show_means(report.device)
            return ""
        if not isinstance(report, RunNews):
            return str(report)
        last = report.reports[-1]
        self.plot.draw(report.reports)
        self._show_means(report.device)
        if last.preview is not None:
            self.strip.draw(last.preview, epoch=last.epoch, captions=captions_of(report.recipe))
            self._bring_into_view()
        self.status.progress(round(last.elapsed_s * 10), max(1, round((last.elapsed_s + last.left_s) * 10)))
        return report_in_words(last, paused=self.task.paused)

    def result_in_words(self) -> str:
        """Say how the run ended, where the model is and how good."""
        news = self.task.last_report
        if not isinstance(news, RunNews) or self.session.model is None:
            return ""
        last = news.reports[-1]
        return f"{ENDS[last.ended]}: validation loss {last.validation_loss:.4g}; the model is {self.session.model}"

    # parts

    def _connect(self) -> None:
        self.preset.currentIndexChanged.connect(lambda _: self._take_preset())
        self.begin.currentIndexChanged.connect(lambda _: self._show_parent())
        self.parent_file.changed.connect(self._show_parent)
        self.limit.currentIndexChanged.connect(lambda _: self.show_limit())
        self.means.linkActivated.connect(lambda _: self.look_at_device())
        connect_while_alive(self, self.task.pausing, self._pausing)
        connect_while_alive(self, self.session.library_changed, self._take_library)

    def _go_on(self, **longer: Any) -> None:
        if self.task.running:
            return
        request = GoOnRequest(self.library.path(), self.path(), self.device.value(), **longer)
        self._clear()
        job.go_on(self.session, request)

    def _clear(self) -> None:
        self._shown = False
        self.plot.clear()
        self.strip.clear()

    def _look_beside(self) -> None:
        """Read the record of the run beside the model file, where it may have changed."""
        stamp = job.stamp_beside(self.path())
        if self.task.running or stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._record = job.record_beside(self.path())
        except UnveilError:
            self._record = None

    def _show_buttons(self) -> None:
        running, record = self.task.running, self._record
        self.pause_button.setEnabled(running)
        self.pause_button.setText("Go on" if self.task.paused else "Pause")
        self.resume_button.setEnabled(not running and record is not None and not record.complete)
        self.more_button.setEnabled(not running and record is not None)
        there = "no run belongs to this model file"
        if record is not None:
            ended = ENDS[record.last.ended] if record.last.ended else "it was interrupted"
            there = f"its run is at epoch {record.last.epoch:.1f}; {ended}"
        self.resume_button.setToolTip(f"Go on with the run of this model file to the limit that it had: {there}.")
        self.more_button.setToolTip(
            "Go on with the run of this model file for the minutes or epochs above, with the settings that it has; a "
            f"learning rate that had come down to zero goes up and comes down once more. {there.capitalize()}."
        )

    def _show_device(self) -> None:
        try:
            self._show_means(
                job.device_in_words(self.device.value()), which=not job.device_is_known(self.device.value())
            )
        except UnveilError as refusal:
            self._show_means(str(refusal))

    def _show_means(self, device: str, *, which: bool = False) -> None:
        look = f' <a href="which" style="color: {LINK_COLOUR}">Which is it?</a>' if which else ""
        self.means.setText(f"{device}.{look}<br>{self._needs_words}")

    def _bring_into_view(self) -> None:
        """Scroll, once a run, to where its losses and pictures are."""
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if parent is not None and not self._shown:
            self._shown = True
            QTimer.singleShot(0, self.strip, lambda: parent.ensureWidgetVisible(self.strip))

    def _take_preset(self) -> None:
        settings = preset(self.preset.value(), recipe=self.recipe)
        self.expert.fill(settings)
        self.epochs.setValue(settings.epochs or self.epochs.value())
        self._show_parent()

    def _show_parent(self) -> None:
        self.form.setRowVisible(self.parent_file, self.begin.value() == FILE)
        recipe = self._inherited()
        self.expert.inherit(recipe)
        own = preset(self.preset.value(), recipe=self.recipe).recipe
        words = network_of_preset(own) if recipe is None else inherited_in_words(recipe)
        self.preset_note.setText(words)
        self.form.setRowVisible(self.preset_note, bool(words))

    def _inherited(self) -> RecipeSettings | None:
        """The settings of the model to begin from, where it is one of the recipe that the patches are for."""
        try:
            recipe = job.inherited_recipe(self.parent_model())
        except UnveilError:
            return None
        return recipe if recipe is not None and recipe.recipe == self.recipe else None

    def _take_recipe(self) -> None:
        """Offer what goes with the recipe of the chosen patches, when it is another one than before."""
        name = job.recipe_of(self.library.path())
        if name is not None and name != self.recipe:
            self.take_recipe(name)
            self._take_preset()

    def _pausing(self) -> None:
        self._show_buttons()
        self._reported()

    def _take_library(self) -> None:
        if self.session.library is not None:
            self.library.set_path(self.session.library)
