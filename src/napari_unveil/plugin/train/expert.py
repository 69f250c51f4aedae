"""Fields of all settings of a run that presets fill in; those that a recipe does not have are hidden."""

from dataclasses import replace
from typing import Any

from qtpy.QtWidgets import QFormLayout

from napari_unveil.plugin.train.separation_fields import SeparationFields
from napari_unveil.plugin.widgets.fields import Choice, given, number, number_or, whole_number
from napari_unveil.plugin.widgets.step_view import StepView
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.training import TrainingSettings


class ExpertFields:
    """The fields, in a part of ``view``'s form that is folded away to begin with."""

    def __init__(self, view: StepView, begin: TrainingSettings) -> None:
        self._view, self._filled = view, begin
        self.strategy = Choice((("all parts but one to that (X:1)", "X:1"), ("one part to the others (1:X)", "1:X")))
        self.batch = whole_number(16, low=1, high=4096, unit="patches")
        self.learning_rate = number(2e-3, low=0, high=1, decimals=6)
        self.schedule = Choice((("constant", "constant"), ("cosine, after a warm-up", "cosine")))
        self.gradient_limit = number_or("none", low=0, high=1000, decimals=2)
        self.held_out = number(15, low=1, high=90, decimals=0, unit="% of frames")
        self.seed = whole_number(0, low=0, high=2**31 - 1)
        self.patience = whole_number(0, low=0, high=10_000, unit="epochs")
        self.patience.setSpecialValueText("never")
        self.least_epochs = whole_number(20, low=0, high=100_000, unit="epochs")
        self.keeps = Choice((("the last", "last"), ("best held-out loss", "best")))
        self._form = view.add_section(
            "Expert: all settings of the run", "What the preset fills in; each value can be changed."
        )
        self.separation = SeparationFields(view, self._form, begin.recipe)
        self._enter(begin)
        self._add_learning(self._form)
        self._add_end(self._form)
        self._show_rows()

    def fill(self, settings: TrainingSettings) -> None:
        """Show ``settings`` and the rows of their recipe; seed, early end and kept weights are the user's own."""
        self._filled = settings
        self.separation.fill(settings.recipe)
        self.separation.parametrisation.choose(settings.parametrisation)
        self._enter(settings)
        self._show_rows()

    def _show_rows(self) -> None:
        recipe = self._filled.recipe
        self.separation.show_rows(isinstance(recipe, SeparationSettings))
        self._form.setRowVisible(self.strategy, isinstance(recipe, Noise2InverseSettings))

    def _enter(self, settings: TrainingSettings) -> None:
        if isinstance(settings.recipe, Noise2InverseSettings):
            self.strategy.choose(settings.recipe.strategy)
        self.batch.setValue(settings.batch)
        self.learning_rate.setValue(settings.learning_rate)
        self.schedule.choose(settings.schedule)
        self.gradient_limit.setValue(settings.gradient_limit or 0)
        self.held_out.setValue(100 * settings.validation_share)

    def inherit(self, parent: RecipeSettings | None) -> None:
        """Show what belongs to the weights of the model that is begun from, which cannot be changed; None: none is."""
        if isinstance(parent, SeparationSettings):
            self.separation.show_network(parent)
        self.separation.lock_network(parent is not None)

    def settings(self, **others: Any) -> TrainingSettings:
        """What the fields say, with the settings that have fields elsewhere; all others as filled in."""
        return replace(
            self._filled,
            recipe=self._recipe(),
            batch=self.batch.value(),
            learning_rate=self.learning_rate.value(),
            schedule=self.schedule.value(),
            gradient_limit=given(self.gradient_limit),
            validation_share=self.held_out.value() / 100,
            seed=self.seed.value(),
            parametrisation=self._parametrisation(),
            patience_epochs=self.patience.value() or None,
            least_epochs=self.least_epochs.value(),
            keeps=self.keeps.value(),
            **others,
        )

    def _recipe(self) -> RecipeSettings:
        filled = self._filled.recipe
        if isinstance(filled, SeparationSettings):
            return self.separation.settings()
        return replace(filled, strategy=self.strategy.value()) if isinstance(filled, Noise2InverseSettings) else filled

    def _parametrisation(self) -> Any:
        separates = isinstance(self._filled.recipe, SeparationSettings)
        return self.separation.parametrisation.value() if separates else self._filled.parametrisation

    def _add_learning(self, form: QFormLayout) -> None:
        for label, field, tip in (
            (
                "Learned",
                self.strategy,
                "What the network sees and what it is to give. Published: both, X:1 as the better one.",
            ),
            ("Batch", self.batch, "Patches per step; fewer need less memory."),
            ("Learning rate", self.learning_rate, "AdamW's step size; no weight decay."),
            (
                "Schedule",
                self.schedule,
                "How the learning rate changes. Published: constant. Cosine: down to zero at the end of the run.",
            ),
            (
                "Gradient limit",
                self.gradient_limit,
                "Largest norm of the gradient, which is cut back to it. Published: none.",
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
