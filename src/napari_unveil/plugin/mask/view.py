"""Window "Signal mask": X-ray-only frames in, a labels layer that marks the signal out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari.layers import Image, Labels
from qtpy.QtWidgets import QFileDialog

from napari_unveil.frames import refuse_modules
from napari_unveil.masking import combine, grow, invert, load_mask, shrink
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.job import MaskRequest
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice, given, number, number_or
from napari_unveil.plugin.widgets.step_view import Action, StepView
from napari_unveil.types import Mask

MASK_FILES = "Masks (*.tif *.tiff *.npy *.edf *.h5 *.hdf5)"


class MaskView(StepView):
    """Asks for a signal mask; it is painted on with napari's own tools."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer, task="mask", action="Make mask", tip="Mark where the X-ray-only frames hold signal."
        )
        self.frames = LayerChoice(self.viewer, Image, hints=("x-ray", "xray"), without=layers.is_result)
        self.source = Choice((("mean of all frames", "mean"), ("shown frame", "shown")))
        self.threshold = number_or("automatic", low=0, high=1e9, decimals=3)
        self.grow = number(8, low=0, high=500, decimals=0, unit="px")
        self.mask = LayerChoice(self.viewer, Labels, hints=(layers.MASK_NAME,))
        self.add_row(
            "X-ray-only frames",
            self.frames,
            "Image layer with shots of the X-ray laser alone.",
            changed=self.frames.changed,
        )
        self.add_row("Image", self.source, "The image in which the signal is looked for.")
        self.add_row(
            "Threshold",
            self.threshold,
            "Level, in the unit of the frames per pixel, above which a smoothed pixel is signal. "
            "Automatic: five standard deviations above the background.",
        )
        self.add_row("Margin", self.grow, "Margin around the signal, in pixels.")
        self.add_row("Mask layer", self.mask, "Labels layer that is saved; every nonzero label is signal.")
        self.add_buttons(
            Action("Load…", "Read a mask (TIFF, npy, EDF, HDF5; nonzero = signal).", self._load),
            Action("Save…", "Write the mask layer (TIFF, npy, EDF, HDF5; nonzero = signal).", self._save),
        )
        self.add_button_row(
            Action("Grow", "Grow the mask layer by one pixel.", lambda: self.change(lambda mask: grow(mask, 1))),
            Action("Shrink", "Shrink the mask layer by one pixel.", lambda: self.change(lambda mask: shrink(mask, 1))),
            Action("Invert", "Mark what is not marked in the mask layer.", lambda: self.change(invert)),
            Action("Add…", "Mark in the mask layer what a mask in a file marks, too.", self._add),
        )
        self.check()

    def request(self) -> MaskRequest:
        """What the form asks for."""
        layer = self.frames.layer()
        stack = layers.stack_of(layer)
        refuse_modules(stack)
        shown = layers.shown_frame(layer, self.viewer.dims.current_step)
        frame = shown if self.source.value() == "shown" else None
        return MaskRequest(layer, stack, frame, given(self.threshold), self.grow.value())

    def start(self, request: MaskRequest) -> None:
        """Hand the request over."""
        job.make_mask(self.session, request)

    def result_in_words(self) -> str:
        """Say what the mask covers."""
        made = self.session.reference
        return (
            ""
            if made is None
            else f"{made.covered:.1%} of the frame is signal; threshold {made.threshold:.4g} {made.stack.unit}"
        )

    def change(self, operation: Callable[[Mask], Mask]) -> None:
        """Replace the mask by what ``operation`` makes of it; can be undone in the layer."""
        self.attempt(lambda: job.change(self.session, self.mask.layer(), operation))

    def add(self, path: Path) -> None:
        """Mark what the mask in ``path`` marks, too."""
        self.change(lambda mask: combine(mask, load_mask(path, shape=mask.shape)))

    def load(self, path: Path) -> None:
        """Show the mask in ``path``."""
        if self.attempt(lambda: job.load(self.session, path, self.frames.layer())):
            self.status.tell(f"read {path.name}")

    def save(self, path: Path) -> None:
        """Write the mask to ``path``."""
        if self.attempt(lambda: job.save(path, self.mask.layer())):
            self.status.tell(f"saved as {path}")

    def _load(self) -> None:
        chosen = QFileDialog.getOpenFileName(self, "Load a mask", "", MASK_FILES)[0]
        if chosen:
            self.load(Path(chosen))

    def _add(self) -> None:
        chosen = QFileDialog.getOpenFileName(self, "Add a mask", "", MASK_FILES)[0]
        if chosen:
            self.add(Path(chosen))

    def _save(self) -> None:
        chosen = QFileDialog.getSaveFileName(self, "Save the mask", "mask.tif", MASK_FILES)[0]
        if chosen:
            self.save(Path(chosen))
