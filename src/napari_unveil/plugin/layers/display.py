"""What is remembered of the display of one layer, in the layer's metadata."""

from dataclasses import dataclass, replace
from typing import Any

from napari.layers import Image
from napari.utils.colormaps import Colormap

from napari_unveil.display.limits import USUAL, Autoscale
from napari_unveil.display.scales import Scale

KEY = "unveil display"
"""Apart from the facts about the frames, which are replaced whenever a layer is filled anew."""


@dataclass(frozen=True, slots=True)
class Display:
    """How a layer is shown.

    Parameters
    ----------
    base
        Colours before they are put on the scale; None: those that the layer has.
    gamma
        Of the table in use; what the layer's gamma has beyond it is the user's.
    autoscale
        What limits are asked for.
    whole_stack
        Whether they are those of all frames instead of the shown one.
    each_frame
        Whether they are found anew whenever another frame is shown.
    """

    scale: Scale = Scale.LINEAR
    base: Colormap | None = None
    gamma: float = 1.0
    autoscale: Autoscale = USUAL
    whole_stack: bool = False
    each_frame: bool = False


def display_of(layer: Image) -> Display | None:
    """What is remembered; None for a layer whose display was never touched."""
    known = layer.metadata.get(KEY)
    return known if isinstance(known, Display) else None


def remember(layer: Image, **changes: Any) -> Display:
    """Change what is remembered of a layer."""
    layer.metadata[KEY] = display = replace(display_of(layer) or Display(), **changes)
    return display
