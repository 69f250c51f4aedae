"""Window "Inspect": input, signal and noise in; comparison, profiles, sums and numbers of the shown frame out."""

from typing import Any

from napari.layers import Image, Layer
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QTabWidget

from napari_unveil.errors import UnveilError
from napari_unveil.plugin import layers
from napari_unveil.plugin.inspect import job
from napari_unveil.plugin.inspect.comparing import ComparePart
from napari_unveil.plugin.inspect.export import ExportPart
from napari_unveil.plugin.inspect.job import Inspection, InspectRequest, Memory
from napari_unveil.plugin.inspect.panels import HistogramPanel, NumbersPanel, Panel, RegionsPanel
from napari_unveil.plugin.inspect.pauses import allow_pauses, avoid_pauses, search_all_once
from napari_unveil.plugin.inspect.profile_panel import ProfilePanel
from napari_unveil.plugin.layers.shapes import is_guide
from napari_unveil.plugin.session import Trio
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import LayerChoice
from napari_unveil.plugin.widgets.step_view import Action, StepView

LONGEST_WAIT_S = 0.04
"""So long a new image waits for its curves and numbers: drawing twice takes longer where OpenGL runs in software."""
PROFILE_TIP = (
    "Intensity over the distance from the beam, over q, or along a line. Bands: one standard error, from the scatter "
    "of the pixels; that of the signal holds the error of the separation too, where there is a layer of it."
)
REGIONS_TIP = "Sums and means over drawn regions, with errors; hover them for where the errors come from."


class InspectView(StepView):
    """Shows what was taken away."""

    shows_progress = False
    _ask = Signal()

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(napari_viewer, task="inspect", action="Update", tip="Read the shown frame again.")
        self.frames = LayerChoice(self.viewer, Image, without=layers.is_result)
        self.signal = LayerChoice(self.viewer, Image, hints=(" signal",), without=_no_result)
        self.noise = LayerChoice(self.viewer, Image, hints=(" noise",), without=_no_result)
        self.place = QLabel()
        self.profile = ProfilePanel(
            self.session, self.add_row, frames=self.frames.layer, guides_belong=lambda: self.compare.guides_belong
        )
        self.regions = RegionsPanel(self.viewer, self.add_row, self.frames.layer)
        self.histogram, self.numbers = HistogramPanel(self.add_row), NumbersPanel()
        self.pages = QTabWidget()
        self._memory, self._stale = Memory(), False
        self.export = ExportPart(self)
        self.asked = False
        self._ask.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._lay_out()
        self._connect()
        self._take_trio()

    def _lay_out(self) -> None:
        section = self.add_section(
            "Layers", "The layers that are looked at; those of the last denoising to begin with."
        )
        for label, field, tip in (
            ("Input", self.frames, "Frames as measured."),
            ("Signal", self.signal, "What was kept."),
            ("Noise", self.noise, "What was taken away."),
        ):
            self.add_row(label, field, tip, section=section)
        self.compare = ComparePart(self)
        for panel, title, tip in (
            (self.profile, "Profile", PROFILE_TIP),
            (self.regions, "Regions", REGIONS_TIP),
            (self.histogram, "Histogram", "How many pixels have which value."),
            (self.numbers, "Numbers", "How much was taken away, and whether signal is left in the noise."),
        ):
            self.pages.setTabToolTip(self.pages.addTab(panel, title), tip)
        self.place.setToolTip("The frame that curves and numbers are of.")
        self.place.setWordWrap(True)
        self.column.insertWidget(self.column.indexOf(self.form) + 1, self.place)
        self.column.insertWidget(self.column.indexOf(self.place) + 1, self.pages, 1)
        self.column.setStretch(self.column.count() - 1, 0)
        self.add_buttons(
            Action(
                "Export …", "Write what this page shows: numbers as CSV, curves as a PNG picture too.", self.export.ask
            )
        )

    def _connect(self) -> None:
        for choice in (self.frames, self.signal, self.noise):
            choice.changed.connect(self.refresh_soon)
        for panel in (self.profile, self.regions, self.histogram, self.numbers):
            panel.changed.connect(self.refresh_soon)
        self.pages.currentChanged.connect(self._page_turned)
        connect_while_alive(self, self.session.trio_changed, self._take_trio)
        connect_while_alive(self, self.session.step_changed, self._follow)
        connect_while_alive(self, self.session.task("denoise").reported, self._denoised_more)
        connect_while_alive(self, self.session.task("denoise").ended, self._denoised_more)
        connect_while_alive(self, self.session.inspected, self._show)
        connect_while_alive(self, self.viewer.layers.events.inserted, self.refresh_soon)
        connect_while_alive(self, self.viewer.layers.events.removed, self._let_go)
        window = id(self)
        self.destroyed.connect(lambda *_: allow_pauses(window))
        self.compare.show_mode()

    def request(self) -> InspectRequest:
        """What the form asks for, checked."""
        chosen = {"input": self.frames.layer(), "signal": self.signal.layer(), "noise": self.noise.layer()}
        frames = chosen["input"]
        there: dict[str, Any] = {name: layer for name, layer in chosen.items() if layer is not None or name == "input"}
        error = None if chosen["signal"] is None else layers.error_of(self.viewer, chosen["signal"])
        if error is not None:
            there["error"] = error
        stacks = {name: layers.stack_of(layer) for name, layer in there.items()}
        sources = tuple(layer.data for layer in there.values())
        shown = layers.shown_frame(there["input"], self.viewer.dims.current_step)
        made_by = there["signal"].metadata.get(layers.METADATA, {}) if "signal" in there else {}
        provenance = made_by.get(layers.PROVENANCE, {})
        page: Panel = self.pages.currentWidget()
        correlation = layers.error_correlation(error)
        request = InspectRequest(stacks, sources, shown, page.question(frames), provenance, self._memory, correlation)
        job.check(request)
        return request

    def start(self, request: InspectRequest) -> None:
        """Hand the request over."""
        job.start(self.session, request)

    def check(self) -> None:
        """Show whether the request would be served; a running inspection does not matter."""
        self._served()

    def _served(self) -> InspectRequest | None:
        try:
            request = self.request()
        except UnveilError as refusal:
            self.status.hinder(str(refusal))
            return None
        self.status.clear_hindrance()
        return request

    def press(self) -> None:
        """Read the shown frame again."""
        self._memory = Memory()
        self.refresh_soon()

    def after_job(self) -> None:
        """Do what has been asked for meanwhile; the newest request wins."""
        if self.export.waits:
            self.export.write()
        elif self._stale:
            self.refresh()

    def refresh_soon(self, *_: object) -> None:
        """Inspect the shown frame as soon as everything that happens at once has happened."""
        if not self.asked:
            self.asked = True
            self._ask.emit()

    def _follow(self) -> None:
        """Inspect the frame that the viewer begins to show, while napari cuts it out of the layers."""
        self.refresh()
        self._ask.emit()

    def _answer(self) -> None:
        """Inspect what was asked for, and wait a moment so that image and answer are drawn together."""
        if self.asked:
            self.asked = False
            self.refresh()
        if self.isVisible():
            self.task.await_end(LONGEST_WAIT_S)

    def refresh(self) -> None:
        """Inspect the shown frame, now or when the running inspection is over."""
        self._stale = self.task.running and self.isVisible()
        if self.task.running or not self.isVisible():
            return
        request = self._served()
        if request is not None:
            self.start(request)

    def result_in_words(self) -> str:
        """The file that was written last."""
        return self.export.words

    def of_this_page(self) -> Inspection | None:
        """What was found last, if it is what the open page asks for."""
        found: Inspection | None = self.session.inspection
        mine = found is not None and found.request.memory is self._memory
        return found if mine and self._page_of(found) is self.pages.currentWidget() else None

    def _page_of(self, inspection: Inspection | None) -> Panel | None:
        if inspection is None:
            return None
        asked = type(inspection.request.question).__name__
        pages: dict[str, Panel] = {
            "Around": self.profile,
            "Along": self.profile,
            "InRegions": self.regions,
            "Values": self.histogram,
            "WhatIsLeft": self.numbers,
        }
        return pages[asked]

    def _show(self) -> None:
        inspection = self.of_this_page()
        if inspection is None:
            return
        missing = "" if inspection.is_denoised else " · not denoised yet, the input alone is shown"
        _say(self.place, f"{inspection.place}{missing}")
        self.pages.currentWidget().show_found(inspection.found)
        self.export.words = ""

    def _let_go(self) -> None:
        search_all_once()
        self.refresh_soon()

    def _denoised_more(self) -> None:
        inspection: Inspection | None = self.session.inspection
        if inspection is None or not inspection.is_denoised:
            self.refresh_soon()

    def _page_turned(self, *_: object) -> None:
        self.profile.show_guides()
        self.refresh_soon()

    def _take_trio(self) -> None:
        trio = self.session.trio
        if trio is not None:
            self.frames.choose(trio.frames)
            self.signal.choose(trio.signal)
            self.noise.choose(trio.noise)
        self.refresh_soon()

    def trio(self) -> Trio | None:
        """The chosen layers; None while one of the three is missing."""
        frames, signal, noise = (choice.layer() for choice in (self.frames, self.signal, self.noise))
        whole = isinstance(frames, Image) and isinstance(signal, Image) and isinstance(noise, Image)
        return Trio(frames, signal, noise) if whole else None

    def showEvent(self, event: Any) -> None:  # noqa: N802  # Qt's name
        """Catch up with what has changed while the window was hidden."""
        super().showEvent(event)
        avoid_pauses(id(self))
        self.refresh_soon()

    def hideEvent(self, event: Any) -> None:  # noqa: N802  # Qt's name
        """Take cross and sector off the image."""
        super().hideEvent(event)
        allow_pauses(id(self))
        if self.viewer is not None:
            self.profile.guides.hide()


def _no_result(layer: Layer) -> bool:
    return layers.is_input(layer) or layers.is_error(layer) or layers.is_warning(layer) or is_guide(layer)


def _say(label: QLabel, sentence: str) -> None:
    if label.text() != sentence:
        label.setText(sentence[:1].upper() + sentence[1:])
