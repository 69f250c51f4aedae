"""Fields of what the recipe ``separation`` trains; what is published is cited in their tooltips."""

from importlib.util import find_spec

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFormLayout, QWidget

from napari_unveil.network.settings import UNetSettings
from napari_unveil.plugin.widgets.fields import Choice, number, whole_number
from napari_unveil.plugin.widgets.step_view import StepView
from napari_unveil.recipes.separation_settings import SEPARATION, SeparationSettings

WIDTHS = ((32, 64, 128, 256), (16, 32, 64, 128), (8, 16, 32, 64), (4, 8, 16, 32), (8, 16, 32), (4, 8, 16))
SOURCE = "Published (Starke & Smid, doi 10.14278/rodare.2586):"


class SeparationFields:
    """The fields, as rows of ``form``, which is part of ``view``."""

    def __init__(self, view: StepView, form: QFormLayout, begin: object) -> None:
        self._view, self._form = view, form
        self.widths = Choice(tuple((_widths_in_words(widths), widths) for widths in WIDTHS))
        self.latent = whole_number(8, low=1, high=256, unit="maps")
        self.cell_px = Choice((("single pixels", 1), ("cells of 2 x 2 pixels", 2)))
        self.outputs = Choice((("none", 1), ("standard error of the signal", 2)))
        self.scaling = Choice((("percentiles of each patch", "percentile"), ("photons, asinh", "physical")))
        self.head = Choice((("n = ReLU(l)", "subtract"), ("n = x sigmoid(l)", "share")))
        self.loss = Choice(
            (
                ("mean absolute error", "mae"),
                ("Poisson likelihood", "poisson"),
                ("Poisson, pixels and cells", "poisson-cells"),
            )
        )
        self.amplitude_from = number(0.7, low=0.01, high=1, decimals=2, unit="x")
        self.amplitude_to = number(1.4, low=1, high=100, decimals=2, unit="x")
        self.noises_from = whole_number(0, low=0, high=16, unit="patches")
        self.noises_to = whole_number(2, low=1, high=16, unit="patches")
        self.readout = Choice((("twice, as measured", "twice"), ("once", "once")))
        self.parametrisation = Choice((("p4 (plain torch)", "p4"), ("escnn", "escnn")))
        self.fill(SEPARATION.presets["default"].settings)
        self.fill(begin)
        self._rows = [*self._add_network(), *self._add_mixing()]
        _grey_out_escnn(self.parametrisation)

    def fill(self, recipe: object) -> None:
        """Show the settings of a ``recipe``, unless it is another one."""
        if not isinstance(recipe, SeparationSettings):
            return
        self.show_network(recipe)
        self.loss.choose(recipe.loss)
        self.amplitude_from.setValue(recipe.amplitude[0])
        self.amplitude_to.setValue(recipe.amplitude[1])
        self.noises_from.setValue(recipe.noise_patches[0])
        self.noises_to.setValue(recipe.noise_patches[1])
        self.readout.choose(recipe.readout)

    def show_network(self, recipe: SeparationSettings) -> None:
        """Show network, scaling and head."""
        if self.widths.findData(recipe.network.widths) < 0:
            self.widths.addItem(_widths_in_words(recipe.network.widths), recipe.network.widths)
        self.widths.choose(recipe.network.widths)
        self.latent.setValue(recipe.network.latent)
        self.cell_px.choose(recipe.network.cell_px)
        self.outputs.choose(recipe.network.outputs)
        self.scaling.choose(recipe.scaling)
        self.head.choose(recipe.head)

    def lock_network(self, locked: bool) -> None:
        """Let network, scaling and head be changed, or not: they belong to the weights of a model."""
        own = (self.widths, self.latent, self.cell_px, self.outputs, self.scaling, self.head, self.parametrisation)
        for field in own:
            field.setEnabled(not locked)
        if locked:
            self.parametrisation.choose("p4")

    def show_rows(self, shown: bool) -> None:
        """Show the rows, or hide them."""
        for field in self._rows:
            self._form.setRowVisible(field, shown)

    def settings(self) -> SeparationSettings:
        """What the fields say."""
        return SeparationSettings(
            UNetSettings(self.widths.value(), self.latent.value(), self.cell_px.value(), self.outputs.value()),
            self.scaling.value(),
            self.head.value(),
            self.loss.value(),
            amplitude=(self.amplitude_from.value(), self.amplitude_to.value()),
            noise_patches=(self.noises_from.value(), self.noises_to.value()),
            readout=self.readout.value(),
        )

    def _add_network(self) -> list[QWidget]:
        return self._add(
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
        )

    def _add_mixing(self) -> list[QWidget]:
        return self._add(
            (
                "Loss",
                self.loss,
                f"What is minimised. {SOURCE} mean absolute error of signal and noise; its optimum is the median, "
                "that of the Poisson likelihood is the mean, which keeps weak flux.",
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
        )

    def _add(self, *rows: tuple[str, QWidget, str]) -> list[QWidget]:
        for label, field, tip in rows:
            self._view.add_row(label, field, tip, section=self._form)
        return [field for _, field, _ in rows]


def _widths_in_words(widths: tuple[int, ...]) -> str:
    return ", ".join(map(str, widths))


def _grey_out_escnn(choice: Choice) -> None:
    if find_spec("escnn") is not None:
        return
    item = choice.model().item(choice.findData("escnn"))
    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
    item.setText("escnn (not installed)")
    item.setToolTip('escnn is not installed: install "napari-unveil[escnn]"')
