"""The form of the window "Train": what is learned from, how long, on what, and where the model goes."""

from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.train.job import recipe_of
from napari_unveil.plugin.widgets.fields import (
    DEVICES,
    Choice,
    FileField,
    OutputField,
    number,
    number_or,
    whole_number,
)
from napari_unveil.plugin.widgets.step_view import StepView
from napari_unveil.recipes.registry import RECIPES, recipe_called
from napari_unveil.recipes.separation_settings import RECIPE
from napari_unveil.training import preset

CHANCE, SHIPPED, FILE = "", "default", "file"


class TrainForm(StepView):
    """A step with the fields that everybody needs."""

    def __init__(self, viewer: Any, *, action: str, tip: str, end: str, end_tip: str) -> None:
        super().__init__(viewer, task="train", action=action, tip=tip, end=end, end_tip=end_tip)
        self._make()
        self._add_source()
        self._add_length()
        self._add_place()
        self._offer_shipped(self.recipe == RECIPE)

    def limit_given(self) -> dict[str, float | int | None]:
        """Minutes or epochs, the other one None."""
        name = self.limit.value()
        return {
            "minutes": self.minutes.value() if name == "minutes" else None,
            "epochs": self.epochs.value() if name == "epochs" else None,
        }

    def parent_model(self) -> str:
        """The model to begin from: a shipped one by name, or a path; empty: none."""
        return str(self.parent_file.path() or "") if self.begin.value() == FILE else str(self.begin.value())

    def path(self) -> Path:
        """The model file to write; an empty path where none is entered."""
        return self.output.path() or Path()

    def _make(self) -> None:
        chosen = preferences()
        self.library = FileField(title="Patch library", pattern="Patch library (*.h5)")
        self.library.setPlaceholderText("harvested patches")
        self.preset, self.recipe = Choice(), recipe_of(self.session.library) or RECIPE
        self._offer_presets()
        self.begin = Choice((("random weights", CHANCE), ("the shipped model", SHIPPED), ("a model file", FILE)))
        self.parent_file = FileField(title="Model to begin from", pattern="Model (*.safetensors)")
        self.limit = Choice((("minutes", "minutes"), ("epochs", "epochs")))
        self.minutes = number(10, low=0.1, high=100_000, decimals=1, unit="min")
        self.epochs = whole_number(preset("default").epochs or 1, low=1, high=100_000, unit="epochs")
        self.energy = number_or("as in the library", low=0, high=1000, decimals=3, unit="keV")
        self.device = Choice(DEVICES)
        self.device.choose(chosen.device)
        self.output = OutputField(
            title="Write the model to",
            pattern="Model (*.safetensors)",
            text=str(chosen.in_folder("model.safetensors")),
        )
        self.preset_note, self.means = _note(), _note()
        self.means.setToolTip("Where the run takes place, and how much memory it needs there.")

    def _add_source(self) -> None:
        self.add_row("Patches", self.library, "Patch library written by a harvest.")
        self.add_row(
            "Preset",
            self.preset,
            "Fills in all settings under “Expert”; there are others for each recipe, which the patches are for. "
            "Published: as in the paper; fast: a smaller network than the default.",
        )
        self.form.addRow(self.preset_note)
        self.add_row(
            "Begin from",
            self.begin,
            "The weights that the run begins with. Those of a model (fine-tuning) bring its network along; it must be "
            "of the recipe that the patches are for. The shipped model separates an additive background.",
        )
        self.add_row("Model file", self.parent_file, "Model to begin from.")

    def _add_length(self) -> None:
        self.add_row("Ends after", self.limit, "What ends the run.")
        self.add_row("Minutes", self.minutes, "Length of the run, pauses not counted; or what “Train more” adds.")
        self.add_row("Epochs", self.epochs, "An epoch shows each patch (of signal) once; or what “Train more” adds.")
        self.add_row("Photon energy", self.energy, "In keV; turns keV per pixel into photons.")

    def _add_place(self) -> None:
        self.add_row("Device", self.device, "Where the network is trained.")
        self.form.addRow(self.means)
        self.add_row("Model", self.output, "Model file to write; the state of the run lies beside it.")

    def take_recipe(self, name: str) -> None:
        """Offer the presets of a recipe, of its own and with it what a run may begin from."""
        if name == self.recipe or name not in RECIPES:
            return
        self.recipe = name
        self._offer_presets()
        self._offer_shipped(name == RECIPE)

    def _offer_presets(self) -> None:
        """The presets of the recipe, of which the default is chosen."""
        self.preset.blockSignals(True)
        self.preset.clear()
        for name, one in recipe_called(self.recipe).presets.items():
            self.preset.addItem(one.words, name)
        self.preset.choose("default")
        self.preset.blockSignals(False)

    def _offer_shipped(self, offered: bool) -> None:
        item = self.begin.model().item(self.begin.findData(SHIPPED))
        enabled = Qt.ItemFlag.ItemIsEnabled
        item.setFlags(item.flags() | enabled if offered else item.flags() & ~enabled)
        item.setToolTip("" if offered else "It separates an additive background; the patches are for another recipe.")
        if not offered and self.begin.value() == SHIPPED:
            self.begin.choose(CHANCE)

    def show_limit(self) -> None:
        """Show the field of the limit that is chosen."""
        for name, field in (("minutes", self.minutes), ("epochs", self.epochs)):
            self.form.setRowVisible(field, self.limit.value() == name)


def _note() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    return label
