"""Layers side by side in napari's grid: layers enter, and the user's own view comes back afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from napari.layers import Layer


@dataclass(frozen=True, slots=True)
class UserView:
    """What a grid of ours replaces: napari's grid settings, which layers were visible, and the camera."""

    grid: dict[str, Any]
    visible: dict[str, bool]
    centre: tuple[float, ...]
    zoom: float


def put_side_by_side(viewer: Any, layers: Sequence[Layer]) -> UserView:
    """Show ``layers`` alone, in their order in the layer list, in one row; gives what :func:`restore` needs."""
    grid, camera = grid_of(viewer), _camera(viewer)
    before = UserView(
        {name: getattr(grid, name) for name in ("enabled", "shape", "stride")},
        {layer.name: layer.visible for layer in viewer.layers},
        tuple(camera.center),
        float(camera.zoom),
    )
    for layer in viewer.layers:
        layer.visible = layer in layers
    grid.shape, grid.stride, grid.enabled = (1, -1), 1, True
    viewer.reset_view()
    return before


def restore(viewer: Any, before: UserView) -> None:
    """Bring the user's grid, layers and camera back."""
    grid, camera = grid_of(viewer), _camera(viewer)
    for name in ("shape", "stride", "enabled"):
        setattr(grid, name, before.grid[name])
    for layer in viewer.layers:
        layer.visible = before.visible.get(layer.name, layer.visible)
    camera.center, camera.zoom = before.centre, before.zoom


def grid_of(viewer: Any) -> Any:
    """Napari 0.9 moved the grid to the canvas."""
    return viewer.canvas.grid if hasattr(viewer, "canvas") else viewer.grid


def _camera(viewer: Any) -> Any:
    """Napari 0.9 moved the camera to the scene."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera
