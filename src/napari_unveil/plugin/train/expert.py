"""Fields of all settings of a run that presets fill in; what is published is cited in their tooltips."""

from importlib.util import find_spec
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFormLayout

from napari_unveil.network.settings import UNetSettings
from napari_unveil.plugin.widgets.fields import Choice, given, number, number_or, whole_number
from napari_unveil.plugin.widgets.step_view import StepView
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.training import TrainingSettings, preset
from napari_unveil.training.settings import separation_in

WIDTHS = ((32, 64, 128, 256), (16, 32, 64, 128), (8, 16, 32, 64), (4, 8, 16, 32), (8, 16, 32), (4, 8, 16))
SOURCE = "Published (Starke & Smid, doi 10.14278/rodare.2586):"


class ExpertFields:
    """The fields, in a part of ``view``'s form that is folded away to begin with."""

    def __init__(self, view: StepView) -> None:
        self._view = view
        self.batch = whole_number(16, low=1, high=4096, unit="patches")
        self.learning_rate = number(2e-3, low=0, high=1, decimals=6)
        self.schedule = Choice((("constant", "constant"), ("cosine, after a warm-up", "cosine")))
        self.loss = Choice(
            (
                ("mean absolute error", "mae"),
                ("Poisson likelihood", "poisson"),
                ("Poisson, pixels and cells", "poisson-cells"),
            )
        )
        self.head = Choice((("n = ReLU(l)", "subtract"), ("n = x sigmoid(l)", "share")))
        self.scaling = Choice((("percentiles of each patch", "percentile"), ("photons, asinh", "physical")))
        self.widths = Choice(tuple((_widths_in_words(widths), widths) for widths in WIDTHS))
        self.latent = whole_number(8, low=1, high=256, unit="maps")
        self.cell_px = Choice((("single pixels", 1), ("cells of 2 x 2 pixels", 2)))
        self.outputs = Choice((("none", 1), ("standard error of the signal", 2)))
        self.amplitude_from = number(0.7, low=0.01, high=1, decimals=2, unit="x")
        self.amplitude_to = number(1.4, low=1, high=100, decimals=2, unit="x")
        self.noises_from = whole_number(0, low=0, high=16, unit="patches")
        self.noises_to = whole_number(2, low=1, high=16, unit="patches")
        self.readout = Choice((("twice, as measured", "twice"), ("once", "once")))
        self.gradient_limit = number_or("none", low=0, high=1000, decimals=2)
        self.held_out = number(15, low=1, high=90, decimals=0, unit="% of frames")
        self.seed = whole_number(0, low=0, high=2**31 - 1)
        self.parametrisation = Choice((("p4 (plain torch)", "p4"), ("escnn", "escnn")))
        self.patience = whole_number(0, low=0, high=10_000, unit="epochs")
        self.patience.setSpecialValueText("never")
        self.least_epochs = whole_number(20, low=0, high=100_000, unit="epochs")
        self.keeps = Choice((("the last", "last"), ("best held-out loss", "best")))
        self.fill(preset("default"))
        form = view.add_section(
            "Expert: all settings of the run", "What the preset fills in; each value can be changed."
        )
        self._add_network(form)
        self._add_learning(form)
        self._add_end(form)
        _grey_out_escnn(self.parametrisation)

    def fill(self, settings: TrainingSettings) -> None:
        """Show ``settings``; limits, seed, early end and kept weights are the user's own and stay."""
        recipe = separation_in(settings)
        self.show_recipe(recipe)
        self.batch.setValue(settings.batch)
        self.learning_rate.setValue(settings.learning_rate)
        self.schedule.choose(settings.schedule)
        self.loss.choose(recipe.loss)
        self.amplitude_from.setValue(recipe.amplitude[0])
        self.amplitude_to.setValue(recipe.amplitude[1])
        self.noises_from.setValue(recipe.noise_patches[0])
        self.noises_to.setValue(recipe.noise_patches[1])
        self.readout.choose(recipe.readout)
        self.gradient_limit.setValue(settings.gradient_limit or 0)
        self.held_out.setValue(100 * settings.validation_share)
        self.parametrisation.choose(settings.parametrisation)

    def show_recipe(self, recipe: SeparationSettings) -> None:
        """Show network, scaling and head."""
        if self.widths.findData(recipe.network.widths) < 0:
            self.widths.addItem(_widths_in_words(recipe.network.widths), recipe.network.widths)
        self.widths.choose(recipe.network.widths)
        self.latent.setValue(recipe.network.latent)
        self.cell_px.choose(recipe.network.cell_px)
        self.outputs.choose(recipe.network.outputs)
        self.scaling.choose(recipe.scaling)
        self.head.choose(recipe.head)

    def lock_recipe(self, locked: bool) -> None:
        """Let network, scaling and head be changed, or not: they belong to the weights of a model."""
        own = (self.widths, self.latent, self.cell_px, self.outputs, self.scaling, self.head, self.parametrisation)
        for field in own:
            field.setEnabled(not locked)
        if locked:
            self.parametrisation.choose("p4")

    def settings(self, **others: Any) -> TrainingSettings:
        """What the fields say, with the settings that have fields elsewhere."""
        recipe = SeparationSettings(
            UNetSettings(self.widths.value(), self.latent.value(), self.cell_px.value(), self.outputs.value()),
            self.scaling.value(),
            self.head.value(),
            self.loss.value(),
            amplitude=(self.amplitude_from.value(), self.amplitude_to.value()),
            noise_patches=(self.noises_from.value(), self.noises_to.value()),
            readout=self.readout.value(),
        )
        return TrainingSettings(
            recipe,
            batch=self.batch.value(),
            learning_rate=self.learning_rate.value(),
            schedule=self.schedule.value(),
            gradient_limit=given(self.gradient_limit),
            validation_share=self.held_out.value() / 100,
            seed=self.seed.value(),
            parametrisation=self.parametrisation.value(),
            patience_epochs=self.patience.value() or None,
            least_epochs=self.least_epochs.value(),
            keeps=self.keeps.value(),
            **others,
        )

    def _add_network(self, form: QFormLayout) -> None:
        for label, field, tip in (
            (
                "Widths",
                self.widths,
                f"Fields of four channels in each encoder block of the U-Net. {SOURCE} 32, 64, 128, 256.",
            ),
            (
                "Latent maps",
                self.latent,
                f"Fields of the last map before the projection to one image. {SOURCE} 16.",
            ),
            (
                "First block sees",
                self.cell_px,
                f"What the first block works on. {SOURCE} single pixels. In cells of 2 x 2 pixels each block costs a "
                "quarter, and reaches twice as far.",
            ),
            (
                "Error bar",
                self.outputs,
                "Whether the network also predicts how wrong its signal may be in each pixel. It needs the head "
                f"n = x sigmoid(l). {SOURCE} none.",
            ),
            (
                "Scaling",
                self.scaling,
                f"How values reach the network. {SOURCE} percentiles 1 and 99.95 of each patch, clipped to 0..1. "
                "Photons: one scale for all, nothing clipped.",
            ),
            (
                "Head",
                self.head,
                f"How noise n and signal s come from the last map l and the input x. {SOURCE} n = ReLU(l), "
                "s = ReLU(x - n). The other keeps s + n = x exactly.",
            ),
            (
                "Parametrisation",
                self.parametrisation,
                f"How filters that turn by quarter turns are built. {SOURCE} escnn. "
                "The model file is of the same kind.",
            ),
        ):
            self._view.add_row(label, field, tip, section=form)

    def _add_learning(self, form: QFormLayout) -> None:
        for label, field, tip in (
            (
                "Loss",
                self.loss,
                f"What is minimised. {SOURCE} mean absolute error of signal and noise; its optimum is the median, "
                "that of the Poisson likelihood is the mean, which keeps weak flux.",
            ),
            ("Batch", self.batch, f"Patches per step; fewer need less memory. {SOURCE} 16."),
            ("Learning rate", self.learning_rate, f"AdamW's step size; no weight decay. {SOURCE} 0.0001."),
            (
                "Schedule",
                self.schedule,
                f"How the learning rate changes. {SOURCE} constant. Cosine: down to zero at the end of the run.",
            ),
            (
                "Gradient limit",
                self.gradient_limit,
                f"Largest norm of the gradient, which is cut back to it. {SOURCE} none.",
            ),
            (
                "Amplitude from",
                self.amplitude_from,
                "Each signal patch is multiplied by a random factor; this is the smallest. Noise is never scaled. "
                "The factor is published, its range is not.",
            ),
            ("Amplitude to", self.amplitude_to, "The largest factor on a signal patch."),
            (
                "Noise patches from",
                self.noises_from,
                f"At least so many noise patches are added to each signal patch. {SOURCE} 1.",
            ),
            (
                "Noise patches to",
                self.noises_to,
                f"And so many at most: the network learns other densities of hits than were measured. {SOURCE} 1.",
            ),
            (
                "Readout noise",
                self.readout,
                "Signal and noise patches both carry the detector's readout noise. Once: what lies within three "
                f"standard deviations in a noise patch is no hit and not added. {SOURCE} twice.",
            ),
            (
                "Held out",
                self.held_out,
                "Share of the frames whose patches are not trained on; the validation loss comes from them.",
            ),
            ("Seed", self.seed, "Of weights, split and draws; the same seed gives the same run."),
        ):
            self._view.add_row(label, field, tip, section=form)

    def _add_end(self, form: QFormLayout) -> None:
        for label, field, tip in (
            (
                "Stop early after",
                self.patience,
                "End the run when the validation loss, measured anew after each epoch, has not fallen for so many "
                "epochs. Published: never.",
            ),
            ("but not before", self.least_epochs, "Epochs that are trained in any case."),
            (
                "Weights kept",
                self.keeps,
                "Which weights the model file holds: those of the last step, or of the epoch with the lowest "
                "validation loss. The model's card says which.",
            ),
        ):
            self._view.add_row(label, field, tip, section=form)


def _widths_in_words(widths: tuple[int, ...]) -> str:
    return ", ".join(map(str, widths))


def _grey_out_escnn(choice: Choice) -> None:
    if find_spec("escnn") is not None:
        return
    item = choice.model().item(choice.findData("escnn"))
    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
    item.setText("escnn (not installed)")
    item.setToolTip('escnn is not installed: install "napari-unveil[escnn]"')
