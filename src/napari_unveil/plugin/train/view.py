"""Window "Train": a patch library in, live losses on the way, a model file out."""

from itertools import groupby
from pathlib import Path
from typing import Any

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.train import job
from napari_unveil.plugin.train.job import TrainRequest
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.curves import CurvePlot
from napari_unveil.plugin.widgets.fields import (
    DEVICES,
    Choice,
    FileField,
    OutputField,
    given,
    number,
    number_or,
    whole_number,
)
from napari_unveil.plugin.widgets.step_view import Action, StepView

PRESET_WORDS = {
    "default": "default",
    "published": "published (large, slow)",
    "fast": "fast (small)",
}


class TrainView(StepView):
    """Asks for a training run and shows its losses."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task="train",
            action="Train",
            tip="Train a network on the patches and write it to the model file.",
            end="Stop",
            end_tip="End the run well: the model is written, and the run can be resumed.",
        )
        self.library = FileField(title="Patch library", pattern="Patch library (*.h5)")
        self.library.setPlaceholderText("harvested patches")
        self.preset = Choice(tuple((PRESET_WORDS[name], name) for name in job.PRESETS))
        self.limit = Choice((("minutes", "minutes"), ("epochs", "epochs"), ("as the preset", "preset")))
        self.minutes = number(10, low=0.1, high=10_000, decimals=1, unit="min")
        self.epochs = whole_number(60, low=1, high=100_000, unit="epochs")
        self.energy = number_or("as in the library", low=0, high=1000, decimals=3, unit="keV")
        self.device = Choice(DEVICES)
        self.seed = whole_number(0, low=0, high=2**31 - 1)
        self.output = OutputField(
            title="Write the model to", pattern="Model (*.safetensors)", text=str(Path.home() / "model.safetensors")
        )
        self.add_row("Patches", self.library, "Patch library written by a harvest.", changed=self.library.changed)
        self.add_row(
            "Preset",
            self.preset,
            "Network, loss and learning rate. Published: 4 x as wide as the default; fast: half as wide.",
        )
        self.add_row("Ends after", self.limit, "What ends the run.", changed=self.limit.currentIndexChanged)
        self.add_row("", self.minutes, "Length of the whole run, resumed parts included, in minutes.")
        self.add_row("", self.epochs, "An epoch shows each signal patch once.")
        self.add_row("Photon energy", self.energy, "In keV; turns keV per pixel into photons.")
        self.add_row("Device", self.device, "Where the network is trained.")
        self.add_row("Seed", self.seed, "Of weights, split and draws.")
        self.add_row(
            "Model",
            self.output,
            "Model file to write; the state of the run lies beside it.",
            changed=self.output.changed,
        )
        self.add_buttons(
            Action(
                "Resume", "Go on with the interrupted run that belongs to this model file.", self.resume, idle_only=True
            )
        )
        self.plot = CurvePlot(x="step", y="loss")
        self.column.addWidget(self.plot, 1)
        self.limit.currentIndexChanged.connect(self._show_limit)
        connect_while_alive(self, self.session.library_changed, self._take_library)
        self._show_limit()
        self._take_library()
        self.check()

    def request(self) -> TrainRequest:
        """What the form asks for, checked."""
        limit = self.limit.value()
        request = TrainRequest(
            library=self.library.path(),
            preset=self.preset.value(),
            minutes=self.minutes.value() if limit == "minutes" else None,
            epochs=self.epochs.value() if limit == "epochs" else None,
            photon_energy_keV=given(self.energy),
            device=self.device.value(),
            seed=self.seed.value(),
            path=self.output.path() or Path(),
        )
        job.check(request)
        return request

    def replaces(self) -> Path | None:
        """The model that a run would replace."""
        return self.output.path()

    def start(self, request: TrainRequest) -> None:
        """Hand the request over."""
        self.plot.clear()
        job.start(self.session, request)

    def end(self) -> None:
        """Let the run come to a good end: the model is written."""
        self.task.stop()

    def in_words(self, report: tuple[Any, ...]) -> str:
        """Draw the losses; say how fast it goes and how long it takes."""
        steps = [one.step for one in report]
        self.plot.draw("training", steps, [one.training_loss for one in report])
        measured = [next(same) for _, same in groupby(report, key=lambda one: one.validation_loss)]
        self.plot.draw("validation", [one.step for one in measured], [one.validation_loss for one in measured])
        last = report[-1]
        whole_s = last.elapsed_s + last.left_s
        self.status.progress(round(last.elapsed_s * 10), max(1, round(whole_s * 10)))
        return f"epoch {last.epoch:.1f}, {last.patches_per_second:.0f} patches per second, {_time(last.left_s)} left"

    def result_in_words(self) -> str:
        """Say where the model is and how good."""
        reports = self.task.last_report
        if not isinstance(reports, tuple) or self.session.model is None:
            return ""
        return f"validation loss {reports[-1].validation_loss:.4g}; the model is {self.session.model}"

    def resume(self) -> None:
        """Go on with the interrupted run."""
        if self.task.running:
            return
        try:
            request = self.request()
        except UnveilError as refusal:
            self.status.refuse(str(refusal))
            return
        self.plot.clear()
        job.resume(self.session, request)

    def _take_library(self) -> None:
        if self.session.library is not None:
            self.library.set_path(self.session.library)

    def _show_limit(self, *_: object) -> None:
        for name, field in (("minutes", self.minutes), ("epochs", self.epochs)):
            self.form.setRowVisible(field, self.limit.value() == name)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
