"""Window "Harvest patches": X-ray-only frames, full shots and a mask in, a patch library on disk out."""

from pathlib import Path
from typing import Any

from napari.layers import Image, Labels

from napari_unveil.harvest import HarvestReport, HarvestSettings
from napari_unveil.plugin import layers
from napari_unveil.plugin.harvest import job
from napari_unveil.plugin.harvest.job import HarvestRequest
from napari_unveil.plugin.widgets.fields import LayerChoice, OutputField, given, number_or, whole_number
from napari_unveil.plugin.widgets.step_view import StepView

DEFAULTS = HarvestSettings()


class HarvestView(StepView):
    """Asks for patches of signal and of noise."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task="harvest",
            action="Harvest",
            tip="Cut the patches and write them to the library.",
            end_tip="End the harvest; no library is left.",
        )
        self.signal = LayerChoice(self.viewer, Image, hints=("x-ray", "xray"), without=layers.is_result)
        self.noise = LayerChoice(self.viewer, Image, hints=("full",), without=layers.is_result)
        self.mask = LayerChoice(self.viewer, Labels, hints=(layers.MASK_NAME,))
        self.patch = whole_number(DEFAULTS.patch, low=8, high=1024, step=8, unit="px")
        self.signals = whole_number(DEFAULTS.signals, low=1, high=10**6, step=100)
        self.noises = whole_number(DEFAULTS.noises, low=1, high=10**6, step=100)
        self.min_intensity = number_or("automatic", low=0, high=1e12)
        self.seed = whole_number(DEFAULTS.seed, low=0, high=2**31 - 1)
        self.output = OutputField(
            title="Write the patches to", pattern="Patch library (*.h5)", text=str(Path.home() / "patches.h5")
        )
        rows = (
            ("X-ray-only frames", self.signal, "Signal patches come from this layer.", self.signal.changed),
            ("Full shots", self.noise, "Noise patches come from this layer, outside the mask.", self.noise.changed),
            ("Signal mask", self.mask, "Labels layer; every nonzero label is signal.", self.mask.changed),
            ("Patch", self.patch, "Side of a patch, in pixels; a multiple of 8.", self.patch.valueChanged),
            ("Signal patches", self.signals, "How many are wanted.", self.signals.valueChanged),
            ("Noise patches", self.noises, "How many are wanted.", self.noises.valueChanged),
            (
                "Least intensity", self.min_intensity,
                "Least integrated intensity of a signal patch, in the unit of the frames.",
                self.min_intensity.valueChanged,
            ),
            ("Seed", self.seed, "Of the random positions and orientations.", self.seed.valueChanged),
            ("Library", self.output, "HDF5 file that the patches are written to.", self.output.changed),
        )  # fmt: skip
        for label, field, tooltip, changed in rows:
            self.add_row(label, field, tooltip, changed=changed)
        self.check()

    def request(self) -> HarvestRequest:
        """What the form asks for, checked."""
        request = HarvestRequest(
            layers.stack_of(self.signal.layer()),
            layers.stack_of(self.noise.layer()),
            layers.mask_of(self.mask.layer()),
            HarvestSettings(
                patch=self.patch.value(),
                signals=self.signals.value(),
                noises=self.noises.value(),
                min_intensity=given(self.min_intensity),
                seed=self.seed.value(),
            ),
            self.output.path() or Path(),
        )
        job.check(request)
        return request

    def replaces(self) -> Path | None:
        """The library that a harvest would replace."""
        return self.output.path()

    def start(self, request: HarvestRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def in_words(self, report: HarvestReport) -> str:
        """Show how far the harvest is."""
        self.status.progress(report.signal_count + report.noise_count, report.signals + report.noises)
        return job.in_words(report)

    def result_in_words(self) -> str:
        """Say what was harvested."""
        report = self.task.last_report
        if not isinstance(report, HarvestReport) or self.session.library is None:
            return ""
        return f"{job.in_words(report)} in {self.session.library}"
