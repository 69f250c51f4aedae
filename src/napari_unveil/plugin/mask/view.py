"""Window "Signal mask": X-ray-only frames in, labels layers that mark the signal out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Image, Labels, Layer
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

from napari_unveil.masking import lines_up
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.changing import ChangePart
from napari_unveil.plugin.mask.combining import CombinePart
from napari_unveil.plugin.mask.drafts import DraftPart
from napari_unveil.plugin.mask.files import FilePart
from napari_unveil.plugin.mask.job import MaskRequest
from napari_unveil.plugin.mask.limits import LimitsPart
from napari_unveil.plugin.mask.painting import PaintPart
from napari_unveil.plugin.mask.reference import ReferencePart
from napari_unveil.plugin.mask.room import RoomPart
from napari_unveil.plugin.mask.special import SpecialPart
from napari_unveil.plugin.mask.steps import StepsPart
from napari_unveil.plugin.mask.target import ADD, TAKE
from napari_unveil.plugin.widgets.fields import Choice, LayerChoice
from napari_unveil.plugin.widgets.step_view import Action, StepView
from napari_unveil.types import Mask


class MaskView(StepView):
    """Asks for signal masks; each section is a part of its own."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(
            napari_viewer, task="mask", action="Make mask", tip="Mark where the X-ray-only frames hold signal."
        )
        self._sentence = ""
        self._followed: Layer | None = None
        self.frames = LayerChoice(self.viewer, Image, hints=("x-ray", "xray"), without=layers.is_result)
        self.mask = LayerChoice(self.viewer, Labels, hints=(layers.MASK_NAME,))
        self.how = Choice((("add to the mask", ADD), ("take from the mask", TAKE)))
        self.add_row(
            "X-ray-only frames",
            self.frames,
            "Image layer with shots of the X-ray laser alone.",
            changed=self.frames.changed,
        )
        self.add_row("Mask layer", self._mask_row(), "Labels layer that is worked on; every nonzero label is masked.")
        self.add_row("Tools", self.how, "What outlines, thresholds and special pixels do to the mask.")
        self.room = RoomPart(self)
        self.reference = ReferencePart(self)
        self.paint = PaintPart(self)
        self.limits = LimitsPart(self)
        self.changing = ChangePart(self)
        self.special = SpecialPart(self)
        self.combining = CombinePart(self)
        self.files = FilePart(self)
        self.steps = StepsPart(self)
        self.drafts = DraftPart(self)
        self.mask.changed.connect(self._mask_changed)
        self.frames.changed.connect(self.drafts.look)
        self._mask_changed()
        self.drafts.look()
        self.check()

    # the step itself

    def request(self) -> MaskRequest:
        """What the section From reference asks for."""
        return self.reference.request()

    def start(self, request: MaskRequest) -> None:
        """Hand the request over."""
        job.make_mask(self.session, request, self.mask.layer(), self._made)

    def result_in_words(self) -> str:
        """What the last job came to."""
        return self._sentence

    def after_job(self) -> None:
        """Preview again, if that was asked for."""
        self.reference.after_job()
        super().after_job()

    # what the sections ask for

    def masks(self) -> list[Labels]:
        """The mask layers of the viewer."""
        return layers.mask_layers(self.viewer)

    def mask_to_paint(self) -> Labels:
        """The mask layer; an empty one is made without any. Refused when that needs frames and there are none."""
        layer = self.mask.layer()
        return layers.mask_layer(layer) if layer is not None else self.new_mask()

    def new_mask(self) -> Labels:
        """Show an empty mask of the frames, with an image for each module, under a name of its own."""
        frames = self.frames.layer()
        shape = layers.stack_of(frames).shot_shape
        return self.show_new(np.zeros(shape, np.bool_), layers.MASK_NAME, like=frames)

    def show_new(self, mask: Mask, name: str, *, like: Layer | None) -> Labels:
        """Show ``mask`` in a layer of its own and choose it."""
        layer = layers.add_mask(self.viewer, mask, like=like, name=name)
        self.mask.choose(layer)
        return layer

    def find(self, work: Callable[..., Any], step: str) -> None:
        """Run work that comes to a mask, and take that in."""
        if not self.task.running:
            self._sentence, steps = "", self.viewer.dims.current_step
            job.find(self.session, work, lambda found: self.take_in(found, step, steps=steps))

    def take_in(self, found: Mask, step: str, *, how: str | None = None, steps: tuple[int, ...] | None = None) -> None:
        """Add ``found``, for what the viewer shows (or showed at ``steps``), to the mask, or do what is asked for."""
        rule = self.how.value() if how is None else how
        layer = job.merge(
            self.session,
            found,
            step,
            mask=self.mask.layer(),
            like=self.frames.layer(),
            how=rule,
            steps=self.viewer.dims.current_step if steps is None else steps,
        )
        self.mask.choose(layer)
        taken = " taken away" if rule == TAKE else ""
        self.say(f"{step}{taken}: {int(found.sum())} pixels")

    def for_all_modules(self, mask: Mask) -> Mask:
        """A mask (y, x) in the shape of a shot of the chosen frames, if it fits them."""
        shape = layers.stack_of(self.frames.layer()).shot_shape
        return np.broadcast_to(mask, shape) if lines_up(mask.shape, shape) else mask

    def say(self, step: str) -> None:
        """Say what was done."""
        self._sentence = step
        self.status.tell(step)

    def mask_edited(self) -> None:
        """The mask has another step."""
        self.room.refresh_soon()
        self.drafts.keep_soon()

    def change(self, operation: Callable[[Mask], Mask], step: str = "changed") -> None:
        """Replace the mask by what ``operation`` makes of it; can be undone."""
        self.changing.change(operation, step)

    def add(self, path: Path) -> None:
        """Mark what the mask in ``path`` marks, too."""
        self.files.add(path)

    def load(self, path: Path) -> None:
        """Show the mask in ``path``."""
        self.files.load(path)

    def save(self, path: Path) -> None:
        """Write the mask to ``path``."""
        self.files.save(path)

    def _mask_row(self) -> QWidget:
        field = QWidget()
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.mask, 1)
        button: QPushButton = self.fill(
            row, [Action("New", "Begin another, empty mask.", lambda: self.attempt(self.new_mask))]
        )[0]
        row.setStretchFactor(button, 0)
        return field

    def _mask_changed(self) -> None:
        layer = self.mask.layer()
        if layer is not self._followed:
            self._followed = layer
            self.steps.follow(layer)
            self.paint.follow(layer)
        self.room.refresh_soon()

    def _made(self, layer: Labels) -> None:
        made = self.session.reference
        self.mask.choose(layer)
        self.reference.end_preview()
        if made is not None:
            self._sentence = (
                f"{made.covered:.1%} of the frame is signal; threshold {made.threshold:.4g} {made.stack.unit}"
            )
