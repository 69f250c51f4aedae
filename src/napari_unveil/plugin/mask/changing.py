"""Section "Change": what is made of the mask as it is."""

from collections.abc import Callable
from typing import Any

from napari_unveil.masking import fill_holes, grow, invert, remove_specks, shrink
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.target import target_of
from napari_unveil.plugin.widgets.fields import Choice, whole_number
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask


class ChangePart:
    """Buttons that change the mask."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.by = whole_number(1, low=1, high=500, unit="px")
        self.speck = whole_number(20, low=2, high=10**6, step=10, unit="px")
        self.images = Choice((("the shown image", 2), ("all images", None)))
        section = view.add_section("Change", "Grow, shrink, invert or clean the mask.")
        view.add_row("By", self.by, "How far the mask grows or shrinks, in pixels.", section=section)
        view.add_row(
            "Specks below", self.speck, "Number of connected pixels below which a region is a speck.", section=section
        )
        view.add_row("In", self.images, "Which images of a mask per frame or per module are changed.", section=section)
        rows = (
            (
                Action("Grow", "Grow the mask by a disk of this radius.", self.grow, idle_only=True),
                Action("Shrink", "Shrink the mask by a disk of this radius.", self.shrink, idle_only=True),
                Action("Invert", "Mark what is not marked.", lambda: self.change(invert, "inverted"), idle_only=True),
            ),
            (
                Action("Fill holes", "Mark what the mask encloses.", self.fill_holes, idle_only=True),
                Action("Remove specks", "Unmark the small regions.", self.remove_specks, idle_only=True),
                Action("Clear", "Unmark everything.", lambda: self.change(_nothing, "cleared"), idle_only=True),
            ),
        )
        for actions in rows:
            view.add_button_row(section, *actions)

    def grow(self) -> None:
        """Grow the mask."""
        px = self.by.value()
        self.change(lambda mask: grow(mask, px), f"grown by {px} px")

    def shrink(self) -> None:
        """Shrink the mask."""
        px = self.by.value()
        self.change(lambda mask: shrink(mask, px), f"shrunk by {px} px")

    def fill_holes(self) -> None:
        """Fill what the mask encloses."""
        self.change(fill_holes, "holes filled")

    def remove_specks(self) -> None:
        """Remove small regions."""
        area_px = self.speck.value()
        self.change(lambda mask: remove_specks(mask, area_px=area_px), f"specks below {area_px} px removed")

    def change(self, operation: Callable[[Mask], Mask], step: str) -> None:
        """Replace the mask by what ``operation`` makes of it."""

        def start() -> None:
            steps = self.view.viewer.dims.current_step
            target = target_of(steps, self.view.mask.layer(), axes=self.images.value())
            job.change(self.view.session, target, lambda mask, _: operation(mask), step, lambda: self.view.say(step))

        if not self.view.task.running:
            self.view.attempt(start)


def _nothing(mask: Mask) -> Mask:
    return mask & False
