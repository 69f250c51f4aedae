"""Section "Combine": several masks of the same frames, each under its name."""

from collections.abc import Callable
from typing import Any

from napari.layers import Labels

from napari_unveil.masking import combine, intersect, over_frames, subtract
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask import job
from napari_unveil.plugin.mask.target import target_of
from napari_unveil.plugin.widgets.fields import LayerChoice
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask


class CombinePart:
    """Another mask, and what is made of both."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.other = LayerChoice(view.viewer, Labels)
        section = view.add_section("Combine", "Combine the mask with another one, or share it out.")
        view.add_row(
            "Other mask", self.other, "Labels layer that is combined into the mask layer above.", section=section
        )
        rows = (
            (
                Action("Union", "Mark what either marks.", lambda: self.combine(combine, "with"), idle_only=True),
                Action(
                    "Common", "Keep what both mark.", lambda: self.combine(intersect, "common with"), idle_only=True
                ),
                Action("Difference", "Unmark what the other marks.", lambda: self.combine(subtract, "without"), True),
            ),
            (
                Action("One per frame", "A new mask layer with a copy for each frame.", self.share, idle_only=True),
                Action("Per module", "A new mask layer with a copy for each module.", self.share_modules, True),
                Action(
                    "One for all",
                    "A new mask layer that marks what any frame marks, or any module of a mask per module.",
                    self.unite,
                    idle_only=True,
                ),
            ),
        )
        for actions in rows:
            view.add_button_row(section, *actions)

    def combine(self, operation: Callable[..., Mask], word: str) -> None:
        """Make of the mask and the other one a new content of the mask."""

        def start() -> None:
            other = self.other.layer()
            target = target_of((), self.view.mask.layer(), axes=None)
            found, step = target.lined_up(layers.mask_of(other)), f"{word} {other}"
            job.change(
                self.view.session,
                target,
                lambda mask, place: operation(mask, found[place]),
                step,
                lambda: self.view.say(step),
            )

        self.view.attempt(start)

    def share(self) -> None:
        """Give each frame a mask of its own."""
        self.view.attempt(lambda: self._share("frame", layers.stack_of(self.view.frames.layer()).data.shape))

    def share_modules(self) -> None:
        """Give each module a mask of its own."""
        self.view.attempt(lambda: self._share("module", layers.stack_of(self.view.frames.layer()).shot_shape))

    def unite(self) -> None:
        """Make one mask of those of all frames."""
        self.view.attempt(self._unite)

    def _share(self, word: str, shape: tuple[int, ...]) -> None:
        layer = layers.mask_layer(self.view.mask.layer())
        masks = job.shared_out(layers.mask_of(layer), shape)
        self.view.show_new(masks, f"{layer.name} per {word}", like=self.view.frames.layer())

    def _unite(self) -> None:
        layer = layers.mask_layer(self.view.mask.layer())
        masks = layers.mask_of(layer)
        self.view.show_new(over_frames(masks) if masks.ndim > 2 else masks, f"{layer.name} for all", like=layer)
