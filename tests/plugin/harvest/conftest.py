"""Pairs of exposures and a split measurement in a viewer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

from napari_unveil.frames import Address, FrameStack, stack_from_array
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.layers import METADATA, SPLIT
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.splitting import SplitSettings, split

Show = Callable[..., Any]
SIDE_PX = 48


@pytest.fixture
def scene() -> np.ndarray:
    """Photons that one short exposure of a few spots holds, shape (y, x)."""
    y, x = np.indices((SIDE_PX, SIDE_PX))
    spots = sum(np.exp(-((y - row) ** 2 + (x - column) ** 2) / 8) for row, column in ((12, 9), (30, 36), (40, 15)))
    return 2 + 60 * spots


@pytest.fixture
def show(viewer: Any) -> Show:
    """Add frames, or a stack, to the viewer under a name."""

    def added(frames: Any, name: str) -> Any:
        stack = frames if isinstance(frames, FrameStack) else stack_from_array(frames, name=name, unit="photons")
        data, arguments, _ = stack_layer(stack, name=name)
        return viewer.add_image(data, **arguments)

    return added


@pytest.fixture
def pairs(viewer: Any, show: Show, scene: np.ndarray) -> Any:
    """A viewer with six pairs, the long exposures twenty times as long."""
    rng = np.random.default_rng(0)
    show(rng.poisson(scene, (6, SIDE_PX, SIDE_PX)).astype(np.float32), "low counts")
    show(rng.poisson(20 * scene, (6, SIDE_PX, SIDE_PX)).astype(np.float32), "high counts")
    return viewer


@pytest.fixture
def split_measurement(viewer: Any, show: Show, scene: np.ndarray) -> Any:
    """A viewer with frames of photons, and the same in four parts."""
    frames = np.random.default_rng(1).poisson(8 * scene, (3, SIDE_PX, SIDE_PX)).astype(np.float32)
    show(frames, "measurement")
    settings = SplitSettings(form="thinning", parts=4)
    whole = FrameStack(
        da.from_array(frames, chunks=(1, SIDE_PX, SIDE_PX)),
        ("frame", "y", "x"),
        "photons",
        None,
        Address(Path("m")),
        {},
    )
    layer = show(split(whole, settings), "measurement split")
    layer.metadata[METADATA][SPLIT] = {"form": "thinning", "parts": 4}
    return viewer


@pytest.fixture
def opened(qtbot: Any, tmp_path: Path) -> Callable[..., HarvestView]:
    """The window, at a recipe, with small numbers."""

    def view_of(viewer: Any, recipe: str) -> HarvestView:
        view = HarvestView(viewer)
        qtbot.addWidget(view)
        view.recipe.choose(recipe)
        view.patch.setValue(16)
        view.patches.setValue(30)
        view.output.set_path(tmp_path / "patches.h5")
        view.check()
        return view

    return view_of
