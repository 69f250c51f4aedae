"""What the tools of the window work on: one image of a mask layer, those of a shot, or all of them at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from napari.layers import Labels, Layer

from napari_unveil.errors import Refused
from napari_unveil.masking import combine, lines_up, over_frames, subtract
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask.history import history_of
from napari_unveil.types import Mask

ADD, TAKE, REPLACE = "add", "take", "replace"


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A mask layer, and the place in it that is shown when it has several images.

    Parameters
    ----------
    plane
        Place along the first axes of the layer; empty: the whole layer.
    """

    layer: Labels
    plane: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the mask, (y, x) or with those leading axes that have no place."""
        return tuple(self.layer.data.shape[len(self.plane) :])

    def mask(self) -> Mask:
        """The mask as it is now."""
        pixels = self.layer.data[self.plane] if self.plane else self.layer.data
        return np.asarray(np.asarray(pixels) != 0)

    def put(self, mask: Mask, step: str) -> None:
        """Show ``mask`` from now on, as a step of this name that can be undone."""
        with history_of(self.layer).naming(step):
            layers.change_mask(self.layer, mask, plane=self.plane)

    def merge(self, found: Mask, step: str, *, how: str) -> None:
        """Add ``found`` to the mask, take it away, or replace the mask by it."""
        rules: dict[str, Callable[[Mask, Mask], Mask]] = {ADD: combine, TAKE: subtract, REPLACE: _second}
        self.put(rules[how](self.mask(), self.lined_up(found)), step)

    def lined_up(self, found: Mask) -> Mask:
        """A mask of as many axes or fewer in the shape of this one; of one with more, what it marks anywhere.

        Raises
        ------
        Refused
            When it does not line up with this one.
        """
        united = found
        while united.ndim > len(self.shape):
            united = over_frames(united)
        _refuse_misfit(self, united, found)
        return np.broadcast_to(united, self.shape)


def target_of(steps: tuple[int, ...], layer: Layer | None, *, axes: int | None = 2) -> Target:
    """What a viewer at these steps shows of a mask layer.

    Parameters
    ----------
    axes
        How many of the last axes are meant: 2, the shown image; None, the whole layer.

    Raises
    ------
    Refused
        When it is no mask layer.
    """
    masks = layers.mask_layer(layer)
    if axes is None:
        return Target(masks)
    return Target(masks, layers.shown_place(masks, steps)[: max(masks.data.ndim - axes, 0)])


def _second(_: Mask, found: Mask) -> Mask:
    return found


def _refuse_misfit(target: Target, united: Mask, found: Mask) -> None:
    if not lines_up(united.shape, target.shape):
        axes = "(y, x) " if len(target.shape) == 2 else ""
        raise Refused(
            found=f"the mask '{target.layer.name}' has the shape {axes}{target.shape}, what was found {found.shape}",
            needed="masks of one shape, that of the frames",
            remedy="choose another mask layer, or make a new one",
        )
