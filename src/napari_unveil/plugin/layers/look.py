"""How frames look: colours and contrast limits."""

import numpy as np
from napari.utils.colormaps import AVAILABLE_COLORMAPS, Colormap
from numpy.typing import NDArray

LIMITS_PERCENTILES = (1.0, 99.8)
COLORMAP = "viridis"
MISSING_COLOUR = (0.75, 0.2, 0.35, 1.0)
"""Red, green, blue and opacity of masked and missing pixels."""


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
