"""Shapes layers: drawn lines and regions leave as coordinates (y, x) in pixels of the frames."""

from typing import Any

import numpy as np
from napari.layers import Layer, Shapes
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.plugin.layers.frames import METADATA, placement_in_plane

GUIDE = "guide"
ELLIPSE_CORNERS = 72
LINE_COLOUR, REGION_COLOUR = "#ffd166", "#06d6a0"

YX = tuple[float, float]


def is_guide(layer: Layer) -> bool:
    """Whether the layer is a window's own, such as a split view or the cross of a centre."""
    return bool(layer.metadata.get(METADATA, {}).get(GUIDE))


def line_of(layer: Layer | None, *, like: Layer) -> tuple[YX, YX]:
    """Start and stop of the last line in a shapes layer, in pixels of the frames of ``like``.

    Raises
    ------
    Refused
        When no shapes layer with a line is chosen.
    """
    lines = drawn_in(layer, ("line", "path"))
    if not lines:
        raise Refused(
            found="no line is drawn",
            needed="a shapes layer with a line",
            remedy="press New line, or draw one across the frame",
        )
    ends = in_pixels(lines[-1][1][[0, -1]], layer, like)
    return (float(ends[0, 0]), float(ends[0, 1])), (float(ends[1, 0]), float(ends[1, 1]))


def polygons_of(layer: Layer | None, *, like: Layer) -> tuple[NDArray[np.float64], ...]:
    """Corners (corner, 2) of each rectangle, polygon and ellipse of a shapes layer, in pixels of ``like``.

    Raises
    ------
    Refused
        When no shapes layer with a region is chosen.
    """
    drawn = drawn_in(layer, ("rectangle", "polygon", "ellipse"))
    if not drawn:
        raise Refused(
            found="no region is drawn",
            needed="a shapes layer with a rectangle or a polygon",
            remedy="press New regions and draw one on the frame",
        )
    return tuple(in_pixels(corners, layer, like) for _, corners in drawn)


def in_pixels(points: NDArray[np.float64], layer: Any, like: Layer) -> NDArray[np.float64]:
    """Points (n, axes) of a layer as y, x (n, 2) in pixels of the frames of ``like``."""
    return np.array([pixel_at(layer.data_to_world(tuple(point)), like) for point in points])


def pixel_at(world: Any, like: Layer) -> YX:
    """Y and x in pixels of the frames of ``like``, of a place in the world; leading axes do not matter."""
    place = (0.0,) * (like.ndim - 2) + tuple(float(value) for value in tuple(world)[-2:])
    y, x = tuple(like.world_to_data(place))[-2:]
    return float(y), float(x)


def add_line(viewer: Any, *, like: Layer) -> Shapes:
    """Add a layer with a line across the frames of ``like``, whose ends can be dragged."""
    rows, columns = like.data.shape[-2:]
    ends = [[rows / 2, columns * 0.1], [rows / 2, columns * 0.9]]
    layer = _added(viewer, [ends], "line", "profile line", LINE_COLOUR, like)
    layer.mode = "direct"
    return layer


def add_regions(viewer: Any, *, like: Layer) -> Shapes:
    """Add a layer with a region in the middle of the frames of ``like``; more can be drawn at once."""
    rows, columns = like.data.shape[-2:]
    corners = [[rows * y, columns * x] for y, x in ((0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4))]
    layer = _added(viewer, [corners], "rectangle", "regions", REGION_COLOUR, like)
    layer.mode = "add_rectangle"
    return layer


def _added(viewer: Any, shapes: list[Any], kind: str, name: str, colour: str, like: Layer) -> Shapes:
    layer = viewer.add_shapes(
        shapes,
        shape_type=kind,
        name=name,
        edge_color=colour,
        face_color="transparent",
        edge_width=max(like.data.shape[-2:]) / 300,
        **placement_in_plane(like),
    )
    viewer.layers.selection.active = layer
    return layer


def drawn_in(layer: Layer | None, kinds: tuple[str, ...] | None = None) -> list[tuple[str, NDArray[np.float64]]]:
    """Kind and corners (corner, axes) of what is drawn in a shapes layer, all or of these kinds; ellipses are round."""
    if not isinstance(layer, Shapes):
        return []
    shapes = zip(map(str, layer.shape_type), layer.data, strict=True)
    chosen = [(kind, np.asarray(points, np.float64)) for kind, points in shapes if kinds is None or kind in kinds]
    return [(kind, _round(corners) if kind == "ellipse" else corners) for kind, corners in chosen]


def _round(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    centre, angle = corners.mean(axis=0), np.linspace(0, 2 * np.pi, ELLIPSE_CORNERS, endpoint=False)[:, None]
    half, other_half = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    return np.asarray(centre + np.cos(angle) * half + np.sin(angle) * other_half)
