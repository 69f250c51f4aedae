"""What the tools of the window work on: one image of a mask layer, or all of them at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.masking import combine, subtract
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask.history import history_of
from napari_unveil.types import Mask

ADD, TAKE, REPLACE = "add", "take", "replace"


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A mask layer, and the frame in it that is shown when it has a mask for each.

    Parameters
    ----------
    plane
        Number of the frame; empty: the whole layer.
    """

    layer: Labels
    plane: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the mask, (y, x), or (frame, y, x) for all frames of a mask per frame."""
        return tuple(self.layer.data.shape[len(self.plane) :])

    def mask(self) -> Mask:
        """The mask as it is now."""
        pixels = self.layer.data[self.plane] if self.plane else self.layer.data
        return np.asarray(np.asarray(pixels) != 0)

    def made_by(self, operation: Callable[[Mask], Mask], mask: Mask) -> Mask:
        """What ``operation``, which takes and gives (y, x), makes of ``mask``."""
        return np.stack([operation(one) for one in mask]) if mask.ndim > 2 else operation(mask)

    def put(self, mask: Mask, step: str) -> None:
        """Show ``mask`` from now on, as a step of this name that can be undone."""
        with history_of(self.layer).naming(step):
            layers.change_mask(self.layer, mask, plane=self.plane)

    def merge(self, found: Mask, step: str, *, how: str) -> None:
        """Add ``found`` (y, x) to the mask, take it away, or replace the mask by it."""
        _refuse_other_shape(self.layer, found)
        rules: dict[str, Callable[[Mask, Mask], Mask]] = {ADD: combine, TAKE: subtract, REPLACE: _second}
        rule = rules[how]
        self.put(self.made_by(lambda mask: rule(mask, found), self.mask()), step)


def target_of(viewer: Any, layer: Layer | None, *, all_frames: bool = False) -> Target:
    """The shown image of a mask layer, or all of it.

    Raises
    ------
    Refused
        When it is no mask layer.
    """
    masks = layers.mask_layer(layer)
    if masks.data.ndim == 2 or all_frames:
        return Target(masks)
    return Target(masks, (layers.shown_frame(masks, viewer.dims.current_step),))


def _second(_: Mask, found: Mask) -> Mask:
    return found


def _refuse_other_shape(layer: Labels, found: Mask) -> None:
    if layer.data.shape[-2:] != found.shape:
        raise Refused(
            found=f"the mask '{layer.name}' has the shape (y, x) {tuple(layer.data.shape[-2:])}, "
            f"the frames {found.shape}",
            needed="a mask of these frames",
            remedy="choose another mask layer, or make a new one",
        )
