"""Image layers with detector frames: a layer enters, a frame stack leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import dask.array as da
import numpy as np
from napari.layers import Image, Layer

from napari_unveil.errors import Refused
from napari_unveil.frames import Address, FrameStack, lazy_stack
from napari_unveil.frames.stack import axes_of
from napari_unveil.types import Frame

METADATA = "unveil"
STACK, PROVENANCE, UNIT, ENERGY = "stack", "provenance", "unit", "photon_energy_keV"
SPLIT = "split"
"""How a measurement was taken apart, as plain values."""
PLACEMENT = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")

_arrays: WeakKeyDictionary[Layer, tuple[Any, Any]] = WeakKeyDictionary()
"""The array that a layer showed last, and its lazy frames."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerFrames:
    """Single frames out of whatever array a layer shows."""

    data: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, then y and x."""
        return tuple(int(side) for side in self.data.shape)

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read the frame (y, x) at ``position``."""
        return np.asarray(self.data[position] if position else self.data[...], np.float32)


def stack_of(layer: Layer | None) -> FrameStack:
    """The frames behind a layer: those that our reader opened, or the layer's own array read frame by frame.

    A layer whose array was replaced shows other frames than were opened, and these are what leaves.

    Raises
    ------
    Refused
        When there is no layer, or it does not show plain images.
    """
    layer = _frames_layer(layer)
    known: Mapping[str, Any] = layer.metadata.get(METADATA, {})
    opened = known.get(STACK)
    if isinstance(opened, FrameStack) and _is_one_array(layer.data, opened.data):
        return opened
    source = layer.source.path if opened is None else None
    return FrameStack(
        data=_wrapped(layer),
        axes=axes_of(layer.data.ndim),
        unit=str(known.get(UNIT, "")),
        photon_energy_keV=known.get(ENERGY),
        address=Address(Path(source or layer.name)),
        coordinates={},
    )


def read_frame(stack: FrameStack, array: Any, index: int) -> Frame:
    """Frame ``index`` of the array behind a stack; dask, which takes some milliseconds, is left out where it can be.

    An array that shows what is computed so far, under the name of the stack's own, is left out, too.
    """
    if isinstance(array, da.Array) or getattr(array, "name", None) == stack.data.name:
        return stack.read(index)
    position = np.unravel_index(index, array.shape[:-2])
    return LayerFrames(array).frame(tuple(int(number) for number in position))


def _wrapped(layer: Image) -> Any:
    """The array of a layer as lazy frames, made once an array: windows ask often, and many frames take long."""
    array, frames = _arrays.get(layer, (None, None))
    if array is not layer.data:
        frames = lazy_stack(LayerFrames(layer.data))
        _arrays[layer] = layer.data, frames
    return frames


def _is_one_array(shown: Any, opened: Any) -> bool:
    """Whether a layer shows the array that was opened, or a copy of it: copies of a dask array keep its name."""
    return shown is opened or getattr(shown, "name", None) == opened.name


def is_split(layer: Layer) -> bool:
    """Whether the frames of a layer know their independent parts."""
    stack = layer.metadata.get(METADATA, {}).get(STACK)
    return isinstance(stack, FrameStack) and stack.parts is not None


def split_of(layer: Layer) -> dict[str, Any]:
    """How the measurement in a layer was taken apart, as plain values; empty where that is not known."""
    return dict(layer.metadata.get(METADATA, {}).get(SPLIT, {}))


def is_result(layer: Layer) -> bool:
    """Whether a separation of ours made the layer."""
    return PROVENANCE in layer.metadata.get(METADATA, {})


def is_input(layer: Layer) -> bool:
    """Whether the layer is none that a separation made."""
    return not is_result(layer)


def _frames_layer(layer: Layer | None) -> Image:
    if layer is None:
        raise Refused(
            found="no layer is chosen",
            needed="an image layer with detector frames",
            remedy="open frames with File > Open detector frames",
        )
    if not isinstance(layer, Image):
        raise Refused(
            found=f"'{layer.name}' is a {type(layer).__name__} layer",
            needed="an image layer with detector frames",
            remedy="choose another layer",
        )
    if layer.rgb or layer.multiscale:
        raise Refused(
            found=f"'{layer.name}' is a {'colour' if layer.rgb else 'multiscale'} image",
            needed="plain intensities at one resolution",
            remedy="open it with napari-unveil or add it with rgb=False",
        )
    return layer


def shown_frame(layer: Layer, current_step: tuple[int, ...]) -> int:
    """Number of the frame of ``layer`` that a viewer with these steps shows, in C order over the leading axes."""
    place = shown_place(layer, current_step)
    return int(np.ravel_multi_index(place, layer.data.shape[:-2])) if place else 0


def shown_place(layer: Layer, current_step: tuple[int, ...]) -> tuple[int, ...]:
    """Where along its leading axes a viewer with these steps shows ``layer``; napari lines axes up at the last."""
    leading = layer.data.shape[:-2]
    steps = current_step[len(current_step) - layer.data.ndim :][: len(leading)]
    return tuple(min(max(int(step), 0), side - 1) for step, side in zip(steps, leading, strict=True))


def placement(layer: Layer) -> dict[str, Any]:
    """Where a layer lies in the world, as arguments for a new one."""
    return {name: getattr(layer, name) for name in PLACEMENT}


def placement_in_plane(layer: Layer) -> dict[str, Any]:
    """Where the frames (y, x) of a layer lie in the world, as arguments for a new layer of one image."""
    return placement_of_axes(layer, 2)


def placement_of_axes(layer: Layer, count: int) -> dict[str, Any]:
    """Where the last axes of a layer lie in the world, as arguments for a new layer of ``count`` axes."""
    return {
        "scale": layer.scale[-count:],
        "translate": layer.translate[-count:],
        "rotate": layer.rotate[-count:, -count:],
        "shear": layer.shear[-count * (count - 1) // 2 :],
        "affine": layer.affine.affine_matrix[-count - 1 :, -count - 1 :],
        "units": layer.units[-count:],
        "axis_labels": layer.axis_labels[-count:],
    }


def layer_named(viewer: Any, name: str) -> Layer | None:
    """The first layer of this name."""
    return next((layer for layer in viewer.layers if layer.name == name), None)
