"""How frames look: colours on an intensity scale, and contrast limits. No pixel is copied or changed for it.

A scale is put into the colormap: its colours are spread so that napari's own way from a value to a colour (share of
the way between the contrast limits, to the power of gamma, looked up) ends at the colour that the scale asks for.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Image
from napari.utils.colormaps import AVAILABLE_COLORMAPS, Colormap
from numpy.typing import NDArray

from napari_unveil.display.limits import FirstLook, Limits, first_look
from napari_unveil.display.scales import Scale, table
from napari_unveil.plugin.layers.display import KEY, Display

COLORMAP, ERROR_COLORMAP = "viridis", "magma"
WARNING_COLORMAP = Colormap([(1.0, 0.4, 0.1, 0.0), (1.0, 0.4, 0.1, 0.5)], name="unlike training")
"""Clear for 0, a veil for 1."""

MISSING_COLOUR = (0.75, 0.2, 0.35, 1.0)
"""Red, green, blue and opacity of masked and missing pixels."""

LINEAR_NAME = "missing marked"
INSIDE = 1e-7
"""So far from 0 and 1 a colormap is asked for its colours; colours for what lies outside are handed on apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a :class:`ScaledColormap` was made of, and the layer's ``gamma`` that goes with it."""

    base: Colormap
    scale: Scale
    limits: Limits
    gamma: float


class ScaledColormap(Colormap):  # type: ignore[misc]  # napari is not typed here
    """Colours of a base map on a scale between two limits; masked and missing pixels have a colour of their own."""

    _look: Look | None = None

    def same_colors(self, other: Colormap) -> bool:
        """Whether both are one base on one scale; their tables follow the limits of their layers."""
        mine, others = self._look, look_of(other)
        if mine is None or others is None:
            return bool(super().same_colors(other))
        return mine.base.name == others.base.name and mine.scale is others.scale


def scaled_colormap(base: Colormap, scale: Scale, limits: Limits) -> tuple[ScaledColormap, float]:
    """A colormap on a scale between ``limits`` (low < high), and the layer's gamma that goes with it."""
    low, high = limits
    made = table(scale, low=low, high=high)
    name = scaled_name(base, scale)
    AVAILABLE_COLORMAPS.pop(name, None)  # napari would look up the table of other limits under this name
    colours = {"colors": base.colors, "controls": base.controls, "interpolation": base.interpolation}
    if scale is not Scale.LINEAR:
        colours = {"colors": base.map(np.clip(made.positions, INSIDE, 1 - INSIDE))}
    colormap = ScaledColormap(
        name=name, nan_color=MISSING_COLOUR, low_color=base.low_color, high_color=base.high_color, **colours
    )
    colormap._look = Look(base, scale, (low, high), made.gamma)
    return colormap, made.gamma


def scaled_name(base: Colormap, scale: Scale) -> str:
    """Name of a base map on a scale, as napari's controls show it."""
    return f"{base.name}, {LINEAR_NAME if scale is Scale.LINEAR else scale.value}"


def look_of(colormap: Colormap) -> Look | None:
    """What a colormap of ours was made of; None for all others."""
    return colormap._look if isinstance(colormap, ScaledColormap) else None


def frame_look(seen: NDArray[np.float32] | FirstLook | None, *, colours: str = COLORMAP) -> dict[str, Any]:
    """What a new image layer begins with: colours, limits and what is remembered of them, as arguments of the layer.

    Parameters
    ----------
    seen
        A frame that is to be seen well, or what was found for it before, which spares the main thread some ten
        milliseconds; None: unknown.
    colours
        Name of the colormap.
    """
    if not isinstance(seen, FirstLook):
        seen = FirstLook() if seen is None else first_look(seen)
    base = AVAILABLE_COLORMAPS[colours]
    colormap, gamma = scaled_colormap(base, seen.scale, seen.limits)
    return {
        "contrast_limits": seen.limits,
        "colormap": colormap,
        "gamma": gamma,
        "metadata": {KEY: Display(seen.scale, base, gamma, seen.autoscale)},
    }


def shown_pixels(layer: Image) -> NDArray[Any] | None:
    """The pixels that napari shows of a layer right now, as it holds them; None while it shows nothing."""
    pixels = getattr(layer, "_data_view", None)  # reading layer.data again could take as long as the first time
    return pixels if isinstance(pixels, np.ndarray) and pixels.size else None
