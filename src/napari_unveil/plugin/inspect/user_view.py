"""How the user has arranged the viewer, kept while a comparison rearranges it."""

from typing import Any
from weakref import WeakKeyDictionary, ref

from napari.layers import Layer

GRID = ("shape", "stride", "enabled")


class UserView:
    """Grid, visible layers, camera and the active layer of a viewer at one moment.

    Layers are known by themselves, not by their names; layers that came later or are gone are left alone.
    """

    def __init__(self, viewer: Any) -> None:
        grid, camera, active = grid_of(viewer), camera_of(viewer), viewer.layers.selection.active
        self._grid = {name: getattr(grid, name) for name in GRID}
        self._visible: WeakKeyDictionary[Layer, bool] = WeakKeyDictionary(
            {layer: bool(layer.visible) for layer in viewer.layers}
        )
        self._centre, self._zoom = tuple(camera.center), float(camera.zoom)
        self._active = None if active is None else ref(active)

    def restore(self, viewer: Any) -> None:
        """Bring everything back."""
        grid, camera = grid_of(viewer), camera_of(viewer)
        for name, value in self._grid.items():
            setattr(grid, name, value)
        for layer in viewer.layers:
            layer.visible = self._visible.get(layer, layer.visible)
        active = None if self._active is None else self._active()
        if active in viewer.layers:
            viewer.layers.selection.active = active
        camera.center, camera.zoom = self._centre, self._zoom


def grid_of(viewer: Any) -> Any:
    """Napari 0.9 moved the grid to the canvas."""
    return viewer.canvas.grid if hasattr(viewer, "canvas") else viewer.grid


def camera_of(viewer: Any) -> Any:
    """Napari 0.9 moved the camera to the scene."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera
