"""Section "Threshold": pixels below, between or above two limits of the frames themselves."""

from collections.abc import Callable
from typing import Any

from napari_unveil.masking import band_mask, threshold_mask
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.reference import unit_suffix
from napari_unveil.plugin.widgets.fields import Choice, number
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Frame, Mask

FARTHEST = 1e12


class LimitsPart:
    """Two limits; until they are typed they are those of the shown contrast."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.image = Choice((("shown frame", "shown"), ("mean of all frames", "mean")))
        self.low = number(0, low=-FARTHEST, high=FARTHEST, decimals=3)
        self.high = number(1, low=-FARTHEST, high=FARTHEST, decimals=3)
        section = view.add_section("Threshold", "Mark pixels by their values, as they are, without smoothing.")
        view.add_row("Pixels of", self.image, "The image whose pixels are compared.", section=section)
        view.add_row("Lower limit", self.low, "In the unit of the frames.", section=section)
        view.add_row("Upper limit", self.high, "In the unit of the frames.", section=section)
        rows = (
            (Action("From contrast", "Take the limits from the contrast that is shown.", self.take_contrast),),
            (
                Action("Below", "Mark the pixels below the lower limit.", self.below, idle_only=True),
                Action("Between", "Mark the pixels from the lower to the upper limit.", self.between, idle_only=True),
                Action("Above", "Mark the pixels above the upper limit.", self.above, idle_only=True),
            ),
        )
        for actions in rows:
            view.add_button_row(section, *actions)
        view.frames.changed.connect(self.take_contrast)
        self.take_contrast()

    def take_contrast(self) -> None:
        """Enter the limits that are shown."""
        layer = self.view.frames.layer()
        if layer is not None and not layer.rgb:
            low, high = layer.contrast_limits
            for field in (self.low, self.high):
                field.setSuffix(unit_suffix(layer))
            self.low.setValue(low)
            self.high.setValue(high)

    def below(self) -> None:
        """Mark what lies below the lower limit."""
        low = self.low.value()
        self._mark(lambda image: threshold_mask(image, low=low), f"below {low:.4g}")

    def between(self) -> None:
        """Mark what lies between the limits."""
        low, high = self.low.value(), self.high.value()
        self._mark(lambda image: band_mask(image, low=low, high=high), f"{low:.4g} to {high:.4g}")

    def above(self) -> None:
        """Mark what lies above the upper limit."""
        high = self.high.value()
        self._mark(lambda image: threshold_mask(image, high=high), f"above {high:.4g}")

    def _mark(self, find_pixels: Callable[[Frame], Mask], step: str) -> None:
        def start() -> None:
            source = job.source_of(self.view.viewer, self.view.frames.layer(), shown_only=self.image.value() == "shown")
            self.view.find(job.in_image(source, find_pixels), step)

        self.view.attempt(start)
