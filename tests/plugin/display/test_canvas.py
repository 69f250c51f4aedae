"""What napari's window shows."""

from typing import Any

import numpy as np
import pytest
from napari.utils.colormaps import AVAILABLE_COLORMAPS
from qtpy.QtWidgets import QComboBox

from napari_unveil.display.scales import Scale, position
from napari_unveil.plugin.display.displays import displays_of
from napari_unveil.plugin.layers import MISSING_COLOUR
from napari_unveil.plugin.layers.look import look_of

ENLARGED = 5
MAGNIFIED = slice(ENLARGED // 2, None, ENLARGED)
"""The middle of each pixel of a picture that is drawn so many times larger."""


def drawn(viewer: Any, shape: tuple[int, int]) -> np.ndarray:
    """Colours 0..1 of the pixels of one image, as they are on the screen."""
    picture = viewer.export_figure(scale_factor=ENLARGED, flash=False)
    assert picture.shape[:2] == tuple(side * ENLARGED for side in shape), "test invalid"
    return picture[MAGNIFIED, MAGNIFIED, :3] / 255


@pytest.mark.parametrize("scale", list(Scale))
def test_six_decades_are_drawn_in_the_colours_of_the_scale(make_napari_viewer: Any, scale: Scale) -> None:
    viewer, shape = make_napari_viewer(show=True), (40, 60)
    values = np.geomspace(1e-2, 1e4, 2400).reshape(shape).astype(np.float32)
    values[7, 9] = np.nan
    layer = viewer.add_image(values, colormap="gray", contrast_limits=(1e-2, 1e4))
    displays_of(viewer).show([layer], scale)
    seen = drawn(viewer, shape)
    low, high = layer.contrast_limits
    expected = AVAILABLE_COLORMAPS["gray"].map(position(values, scale=scale, low=low, high=high))[..., :3]
    finite = np.isfinite(values)
    assert np.abs(seen - expected)[finite].max() <= 1 / 256 + 0.5 / 255, "a grey level, and the rounding to one"
    np.testing.assert_allclose(seen[7, 9], MISSING_COLOUR[:3], atol=1 / 255)


def test_the_status_bar_keeps_true_values(viewer_with_window: Any) -> None:
    viewer = viewer_with_window
    values = np.geomspace(1, 1e6, 64, dtype=np.float32).reshape(8, 8)
    layer = viewer.add_image(values)
    for scale in Scale:
        displays_of(viewer).show([layer], scale)
        assert layer.get_value((3, 5)) == values[3, 5]


def test_colormaps_are_chosen_in_naparis_own_list(viewer_with_window: Any) -> None:
    viewer = viewer_with_window
    layer = viewer.add_image(np.geomspace(1, 1e4, 64).reshape(8, 8), contrast_limits=(1, 1e4))
    displays_of(viewer).show([layer], Scale.LOG)
    (combo,) = viewer.window._qt_window.findChildren(QComboBox, "colormapComboBox")
    for chosen, shown in (("magma", "magma, logarithmic"), ("gray, logarithmic", "gray, logarithmic")):
        layer.contrast_limits = (1, layer.contrast_limits[1] / 2)
        combo.setCurrentIndex(combo.findData(chosen))
        assert combo.currentData() == layer.colormap.name == shown
        assert look_of(layer.colormap).limits == tuple(layer.contrast_limits)
