"""All access to napari's layers: a layer enters, a frame stack leaves; separations enter, layers leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from napari.experimental import link_layers
from napari.layers import Image, Labels, Layer, Shapes
from napari.utils.colormaps import AVAILABLE_COLORMAPS, Colormap
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import Address, FrameStack, lazy_stack
from napari_unveil.frames.stack import axes_of
from napari_unveil.types import Frame, Mask

METADATA = "unveil"
STACK, PROVENANCE, UNIT, ENERGY = "stack", "provenance", "unit", "photon_energy_keV"
MASK_NAME = "signal mask"
SHARED_LOOK = ("contrast_limits", "gamma", "colormap")
PLACEMENT = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
LIMITS_PERCENTILES = (1.0, 99.8)
COLORMAP = "viridis"
MISSING_COLOUR = (0.75, 0.2, 0.35, 1.0)
"""Red, green, blue and opacity of masked and missing pixels."""


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

    Raises
    ------
    Refused
        When there is no layer, or it does not show plain images.
    """
    layer = _frames_layer(layer)
    known: Mapping[str, Any] = layer.metadata.get(METADATA, {})
    stack = known.get(STACK)
    if isinstance(stack, FrameStack) and tuple(stack.data.shape) == tuple(layer.data.shape):
        return stack
    source = layer.source.path
    return FrameStack(
        data=lazy_stack(LayerFrames(layer.data)),
        axes=axes_of(layer.data.ndim),
        unit=str(known.get(UNIT, "")),
        photon_energy_keV=known.get(ENERGY),
        address=Address(Path(source or layer.name)),
        coordinates={},
    )


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
    leading = layer.data.shape[:-2]
    if not leading:
        return 0
    steps = current_step[len(current_step) - layer.data.ndim :][: len(leading)]
    position = [min(max(int(step), 0), side - 1) for step, side in zip(steps, leading, strict=True)]
    return int(np.ravel_multi_index(position, leading))


def mask_of(layer: Layer | None) -> Mask:
    """The mask (y, x) that a labels layer holds; True where it is labelled.

    Raises
    ------
    Refused
        When there is no labels layer, or it is not one image.
    """
    if not isinstance(layer, Labels):
        raise Refused(
            found="no mask layer is chosen",
            needed="a labels layer that marks the signal",
            remedy="make one in the window Signal mask",
        )
    if layer.data.ndim != 2:
        raise Refused(
            found=f"the mask '{layer.name}' has {layer.data.ndim} axes",
            needed="one image (y, x)",
            remedy="make the mask again in the window Signal mask",
        )
    return np.asarray(layer.data != 0)


def show_mask(viewer: Any, mask: Mask, *, like: Layer | None, name: str = MASK_NAME) -> Labels:
    """Show ``mask`` (y, x) as labels over all frames; a layer of that name and shape is changed, undoably."""
    layer = _named(viewer, name)
    if isinstance(layer, Labels) and layer.data.shape == mask.shape:
        changed = np.nonzero((np.asarray(layer.data) != 0) != mask)
        if changed[0].size:
            layer.data_setitem(changed, mask[changed].astype(np.uint8))
        return layer
    if isinstance(layer, Labels):
        viewer.layers.remove(layer)
    placed = {} if like is None else placement_in_plane(like)
    return viewer.add_labels(mask.astype(np.uint8), name=name, opacity=0.4, **placed)


def show_separation(
    viewer: Any, layer: Image, signal: Any, noise: Any, *, provenance: Mapping[str, Any]
) -> tuple[Image, Image]:
    """Show a separation of ``layer`` beside it, in layers that an earlier one left or in new ones.

    Parameters
    ----------
    signal, noise
        Array-likes of the shape of ``layer``.
    provenance
        What made them, plain values.
    """
    is_new = f"{layer.name} signal" not in viewer.layers
    shown = [
        _shown(viewer, f"{layer.name} {kind}", data, layer, provenance)
        for kind, data in (("signal", signal), ("noise", noise))
    ]
    if is_new:
        link_layers([layer, shown[0]], SHARED_LOOK)
        shown[1].visible = False  # the signal is what is looked at first; side by side shows both
        viewer.layers.selection.active = layer
    return shown[0], shown[1]


def _shown(viewer: Any, name: str, data: Any, like: Image, provenance: Mapping[str, Any]) -> Image:
    stack = stack_of(like)
    energy = provenance.get("parameters", {}).get(ENERGY, stack.photon_energy_keV)
    facts = {PROVENANCE: dict(provenance), UNIT: stack.unit, ENERGY: energy}
    existing = _named(viewer, name)
    if isinstance(existing, Image) and tuple(existing.data.shape) == tuple(data.shape):
        existing.data = data
        existing.metadata = {**existing.metadata, METADATA: facts}
        return existing
    return viewer.add_image(
        data,
        name=name,
        rgb=False,
        multiscale=False,
        contrast_limits=like.contrast_limits,
        gamma=like.gamma,
        colormap=like.colormap,
        metadata={METADATA: facts},
        **placement(like),
    )


def _named(viewer: Any, name: str) -> Layer | None:
    return next((layer for layer in viewer.layers if layer.name == name), None)


def placement(layer: Layer) -> dict[str, Any]:
    """Where a layer lies in the world, as arguments for a new one."""
    return {name: getattr(layer, name) for name in PLACEMENT}


def placement_in_plane(layer: Layer) -> dict[str, Any]:
    """Where the frames (y, x) of a layer lie in the world, as arguments for a new layer of one image."""
    return {
        "scale": layer.scale[-2:],
        "translate": layer.translate[-2:],
        "rotate": layer.rotate[-2:, -2:],
        "shear": layer.shear[-1:],
        "affine": layer.affine.affine_matrix[-3:, -3:],
        "units": layer.units[-2:],
        "axis_labels": layer.axis_labels[-2:],
    }


def frame_colormap() -> Colormap:
    """The colours of frames; masked and missing pixels have one of their own."""
    known = AVAILABLE_COLORMAPS[COLORMAP]
    return Colormap(known.colors, name=f"{COLORMAP}, missing marked", controls=known.controls, nan_color=MISSING_COLOUR)


def frame_limits(frame: NDArray[np.float32]) -> tuple[float, float]:
    """Contrast limits (low < high) that show most of a frame: its percentiles 1 and 99.8, NaN aside."""
    values = frame[np.isfinite(frame)]
    if values.size == 0:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(values[:: max(1, values.size // 200_000)], LIMITS_PERCENTILES))
    return (low, high) if high > low else (low, low + 1.0)


def line_of(layer: Layer | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """Start and stop (y, x) of the last line in a shapes layer.

    Raises
    ------
    Refused
        When no shapes layer with a line is chosen.
    """
    lines = (
        [
            np.asarray(points)[:, -2:]
            for points, kind in zip(layer.data, layer.shape_type, strict=True)
            if kind in ("line", "path")
        ]
        if isinstance(layer, Shapes)
        else []
    )
    if not lines:
        raise Refused(
            found="no line is drawn",
            needed="a shapes layer with a line",
            remedy="add a shapes layer and draw a line across the frame",
        )
    first, last = lines[-1][0], lines[-1][-1]
    return (float(first[0]), float(first[1])), (float(last[0]), float(last[1]))
