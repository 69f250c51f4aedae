"""Shapes layers: drawn lines leave as coordinates (y, x)."""

import numpy as np
from napari.layers import Layer, Shapes

from napari_unveil.errors import Refused


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
