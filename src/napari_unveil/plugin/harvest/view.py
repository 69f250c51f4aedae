"""Window "Harvest patches": frames with roles and a mask in, a patch library on disk out; bad patches are removed."""

from pathlib import Path
from typing import Any

from napari.layers import Labels
from qtpy.QtWidgets import QLabel

from napari_unveil.frames import FrameStack
from napari_unveil.harvest import (
    AlignedSettings,
    FrameSeries,
    HarvestReport,
    HarvestSettings,
    PairedFrames,
    RemovalReport,
    Role,
    frame_series,
)
from napari_unveil.plugin import layers
from napari_unveil.plugin.harvest import job
from napari_unveil.plugin.harvest.gallery import gallery_of
from napari_unveil.plugin.harvest.lookahead import Lookahead
from napari_unveil.plugin.harvest.panel import PatchPanel
from napari_unveil.plugin.harvest.requests import AlignedRequest, AnyRequest, HarvestRequest, parts_of_one
from napari_unveil.plugin.harvest.role_table import RoleTable
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice, OutputField, given, number, number_or, whole_number
from napari_unveil.plugin.widgets.status_line import REFUSED_COLOUR
from napari_unveil.plugin.widgets.step_view import StepView
from napari_unveil.recipes.noise2inverse_settings import MEASUREMENT
from napari_unveil.recipes.paired_settings import HIGH_COUNT, LOW_COUNT, PAIRED
from napari_unveil.recipes.registry import RECIPES
from napari_unveil.recipes.separation_settings import FULL_SHOT, SEPARATION, XRAY_ONLY

DEFAULTS, ALIGNED_DEFAULTS = HarvestSettings(), AlignedSettings()
FEWEST_PARTS = 2
"""Of a split measurement; how many it has is found when it is read."""


class HarvestView(StepView):
    """Asks for the patches that a recipe learns from, and shows them."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer,
            task="harvest",
            action="Harvest",
            tip="Cut the patches and write them to the library.",
            end_tip="End the job; no library is left half-written.",
        )
        self.recipe = Choice(tuple((one.title, name) for name, one in RECIPES.items()))
        self.roles = RoleTable(self.session, roles=SEPARATION.roles)
        self.mask = LayerChoice(self.viewer, Labels, hints=(layers.MASK_NAME,))
        self.patch = whole_number(DEFAULTS.patch, low=8, high=1024, step=8, unit="px")
        self.signals = whole_number(DEFAULTS.signals, low=1, high=10**6, step=100, unit="patches")
        self.noises = whole_number(DEFAULTS.noises, low=1, high=10**6, step=100, unit="patches")
        self.patches = whole_number(ALIGNED_DEFAULTS.patches, low=1, high=10**6, step=100, unit="patches")
        self.output = OutputField(
            title="Write the patches to",
            pattern="Patch library (*.h5)",
            text=str(preferences().in_folder("patches.h5")),
        )
        self.min_intensity = number_or("automatic", low=0, high=1e12)
        self.max_excluded = number(100 * DEFAULTS.max_excluded, low=0, high=99, decimals=1, unit="%")
        self.seed = whole_number(DEFAULTS.seed, low=0, high=2**31 - 1)
        self.ahead = QLabel()
        self.ahead.setWordWrap(True)
        self.ahead.setToolTip("What the harvest will give and take at most; patches may overlap.")
        self.caution = QLabel()
        self.caution.setWordWrap(True)
        self.caution.setStyleSheet(f"color: {REFUSED_COLOUR}")
        self.caution.setVisible(False)
        self._checked: AnyRequest | None = None
        self._written: Path | None = None
        self._arrange()
        self.recipe.currentIndexChanged.connect(lambda _: self._take_recipe())
        self._take_recipe()
        self.lookahead = Lookahead(self.session)
        connect_while_alive(self, self.lookahead.found, self._show_ahead)
        connect_while_alive(self, self.session.library_changed, self._library_written)
        connect_while_alive(self, self.task.started, self._forget_result)
        for happened in (self.session.task("train").started, self.session.task("train").ended):
            connect_while_alive(self, happened, self.check_soon)
        self.check()

    def _arrange(self) -> None:
        self.add_row(
            "Recipe",
            self.recipe,
            "What the network is to learn: from shots with and without a background, from short and long exposures of "
            "the same scenes, or from independent parts of one measurement.",
        )
        self.form.addRow(self.roles)
        self.roles.changed.connect(self.check_soon)
        more = self.add_section("More settings", "Which patches count, what may be missing, seed.")
        self.add_row(
            "Signal mask", self.mask, "Labels layer; every nonzero label is signal.", changed=self.mask.changed
        )
        rows = (
            ("Patch", self.patch, "Side of a patch, in pixels; a multiple of 8.", None),
            ("Signal", self.signals, "How many signal patches are wanted.", None),
            ("Noise", self.noises, "How many noise patches are wanted.", None),
            ("Patches", self.patches, "How many patches are wanted; each holds all images of its place.", None),
            ("Library", self.output, "HDF5 file that the patches are written to.", None),
            (
                "Least intensity", self.min_intensity,
                "Least integrated intensity of a signal patch, in the unit of the frames. Automatic: five standard "
                "deviations above the patches outside the mask.",
                more,
            ),
            ("Missing", self.max_excluded, "Largest share of masked and missing pixels in a patch, in percent.", more),
            ("Seed", self.seed, "Of the random positions and orientations.", more),
        )  # fmt: skip
        for label, field, tooltip, section in rows:
            self.add_row(label, field, tooltip, section=section)
        self.more = more
        self.column.insertWidget(self.column.indexOf(self.form) + 1, self.ahead)
        self.column.insertWidget(self.column.indexOf(self.ahead) + 1, self.caution)
        self.panel = PatchPanel(self)
        self.column.insertWidget(self.column.indexOf(self.status) + 1, self.panel)

    def request(self) -> AnyRequest:
        """What the form asks for, checked."""
        request = self._of_mixtures() if self._separates else self._of_aligned()
        job.check(self.session, request)
        self._checked = request
        return request

    @property
    def _separates(self) -> bool:
        return bool(self.recipe.value() == SEPARATION.name)

    def _of_mixtures(self) -> HarvestRequest:
        return HarvestRequest(
            self._series(XRAY_ONLY),
            self._series(FULL_SHOT),
            layers.mask_of(self.mask.layer()),
            HarvestSettings(
                patch=self.patch.value(),
                signals=self.signals.value(),
                noises=self.noises.value(),
                min_intensity=given(self.min_intensity),
                max_excluded=self.max_excluded.value() / 100,
                seed=self.seed.value(),
            ),
            self.output.path() or Path(),
        )

    def _of_aligned(self) -> AlignedRequest:
        settings = AlignedSettings(
            patch=self.patch.value(),
            patches=self.patches.value(),
            max_excluded=self.max_excluded.value() / 100,
            seed=self.seed.value(),
        )
        recipe, path = self.recipe.value(), self.output.path() or Path()
        if recipe == PAIRED.name:
            pairs = PairedFrames(self._series(LOW_COUNT), self._series(HIGH_COUNT))
            return AlignedRequest(recipe, pairs, settings, path)
        stacks, split = self._stacks(MEASUREMENT), dict[str, Any]()
        for layer in self.roles.layers_of(MEASUREMENT):
            split.update(layers.split_of(layer))
        parts = parts_of_one(stacks, parts=split.get("parts", FEWEST_PARTS), role=MEASUREMENT.title)
        return AlignedRequest(recipe, parts, settings, path, {"split": split} if split else {})

    def check(self) -> None:
        """Show whether the request would be served, and soon after what it will take."""
        super().check()
        self.lookahead.ask(self._checked if self.button.isEnabled() else None)
        if not self.button.isEnabled():
            self.ahead.setText("")
            self._show_cautions(())

    def start(self, request: HarvestRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def replaces(self) -> Path | None:
        """The library that is there already."""
        return self.output.path()

    def in_words(self, report: HarvestReport | RemovalReport) -> str:
        """Show how far the harvest is, or the removal of patches."""
        if isinstance(report, RemovalReport):
            self.status.progress(report.done, report.total)
        else:
            self.status.progress(sum(report.counts.values()), sum(report.wanted.values()))
        return job.in_words(report)

    def result_in_words(self) -> str:
        """Say what was harvested, removed or shown."""
        report = self.task.last_report
        if isinstance(report, HarvestReport | RemovalReport):
            return f"{job.in_words(report)} in {self._written}" if self._written else "cancelled; no file was written"
        return gallery_of(self.session).sentence

    def after_job(self) -> None:
        """Say what came of it, also when the form asks for something impossible by now."""
        super().after_job()
        if not self.task.sentence:
            self.status.tell(self.result_in_words())

    def _series(self, role: Role) -> FrameSeries:
        return frame_series(self._stacks(role), role=role.title)

    def _stacks(self, role: Role) -> list[FrameStack]:
        return [layers.stack_of(layer) for layer in self.roles.layers_of(role)]

    def _take_recipe(self) -> None:
        """Offer the roles of the recipe, and show the fields that apply to it."""
        self.roles.offer(RECIPES[self.recipe.value()].roles)
        for field in (self.mask, self.signals, self.noises):
            self.form.setRowVisible(field, self._separates)
        self.more.setRowVisible(self.min_intensity, self._separates)
        self.form.setRowVisible(self.patches, not self._separates)

    def _show_ahead(self) -> None:
        answer = self.lookahead.answer
        if answer is None or self.task.running:
            return
        self.ahead.setText(answer.words)
        self._show_cautions(answer.cautions)
        if answer.hindrance:
            self.status.hinder(answer.hindrance)
            self.button.setEnabled(False)

    def _show_cautions(self, said: tuple[str, ...]) -> None:
        self.caution.setText("\n".join(f"Caution: {sentence}" for sentence in said))
        self.caution.setVisible(bool(said))

    def _library_written(self) -> None:
        self._written = self.session.library
        self.panel.expand(animate=False)

    def _forget_result(self) -> None:
        self._written = None
