"""Section "Special pixels": edges of chips, pixels of double size, missing, saturated and hot ones."""

from collections.abc import Callable
from typing import Any

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.masking import asic_edges, double_size_pixels, hot_pixels, missing_pixels, saturated_pixels
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.widgets.fields import given, number, number_or, whole_number
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask


class SpecialPart:
    """Buttons that mark pixels which detectors treat apart."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.width = whole_number(1, low=1, high=20, unit="px")
        self.level = number_or("largest of the type", low=0, high=1e12, decimals=2)
        self.sigmas = number(8, low=3, high=100, decimals=1, unit="σ")
        section = view.add_section("Special pixels", "Mark pixels that the detector treats apart from the others.")
        view.add_row("Edge width", self.width, "Pixels on each side of a chip, for Chip edges.", section=section)
        view.add_row(
            "Saturated from", self.level,
            "Value, in the unit of the frames, from which a pixel is saturated; left alone, the largest value of "
            "frames in whole numbers.",
            section=section,
        )  # fmt: skip
        view.add_row(
            "Hot above", self.sigmas,
            "How many standard deviations (σ) a hot pixel lies above its neighbours, in most of the frames.",
            section=section,
        )  # fmt: skip
        rows = (
            (
                Action("Chip edges", "The outermost pixels of each Jungfrau chip (ASIC).", self.edges, idle_only=True),
                Action(
                    "Double size",
                    "Pixels of double size between the chips of a Jungfrau module.",
                    self.double_size,
                    idle_only=True,
                ),
            ),
            (
                Action("Missing", "Pixels without a value (NaN) in most of the frames.", self.missing, idle_only=True),
                Action("Saturated", "Pixels that saturate in any of the frames.", self.saturated, idle_only=True),
                Action("Hot", "Pixels that are far too bright in most of the frames.", self.hot, idle_only=True),
            ),
        )
        for actions in rows:
            view.add_button_row(section, *actions)

    def edges(self) -> None:
        """Mark the edges of the chips."""
        self._by_shape(lambda shape: asic_edges(shape, width_px=self.width.value()), "chip edges")

    def double_size(self) -> None:
        """Mark the pixels of double size."""
        self._by_shape(double_size_pixels, "double-size pixels")

    def missing(self) -> None:
        """Mark pixels that are mostly missing."""
        self._by_frames(lambda: missing_pixels, "missing pixels")

    def saturated(self) -> None:
        """Mark pixels that saturate."""

        def find_pixels() -> Callable[[Any], Mask]:
            level = self._saturation()
            return lambda frames: saturated_pixels(frames, level=level)

        self._by_frames(find_pixels, "saturated pixels")

    def hot(self) -> None:
        """Mark pixels that are hot."""
        sigmas = self.sigmas.value()
        self._by_frames(lambda: lambda frames: hot_pixels(frames, sigmas=sigmas), "hot pixels")

    def _by_shape(self, find_pixels: Callable[[tuple[int, int]], Mask], step: str) -> None:
        def start() -> None:
            stack = layers.stack_of(self.view.frames.layer())
            self.view.take_in(self.view.for_all_modules(find_pixels(stack.frame_shape)), step)

        self.view.attempt(start)

    def _by_frames(self, find_pixels: Callable[[], Callable[[Any], Mask]], step: str) -> None:
        def start() -> None:
            stack = layers.stack_of(self.view.frames.layer())
            self.view.find(job.in_some_frames(stack, find_pixels()), step)

        self.view.attempt(start)

    def _saturation(self) -> float:
        level = given(self.level)
        if level is not None:
            return level
        layer = self.view.frames.layer()
        if layer.data.dtype.kind not in "iu":
            raise Refused(
                found=f"the frames are of the type {layer.data.dtype}, which has no largest value",
                needed="the value from which a pixel is saturated",
                remedy="enter it under Saturated from; values that the file calls saturated are missing already",
            )
        return float(np.iinfo(layer.data.dtype).max)
