"""The window Signal mask over the small beamtime."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels
from qtpy.QtWidgets import QPushButton

from napari_unveil.plugin.mask.view import MaskView

Press = Callable[[str], None]


@pytest.fixture
def view(beamtime: Any, qtbot: Any) -> MaskView:
    """Without a mask to begin with."""
    beamtime.layers.remove("signal mask")
    view = MaskView(beamtime)
    qtbot.addWidget(view)
    return view


@pytest.fixture
def press(view: MaskView) -> Press:
    """Click the button of this name, if it can be clicked."""

    def click(word: str) -> None:
        buttons = {button.text(): button for button in view.findChildren(QPushButton)}
        buttons[word].click()

    return click


@pytest.fixture
def square(view: MaskView) -> Labels:
    """A mask layer with a square of ten pixels, chosen in the window."""
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 20:30] = 1
    layer = view.viewer.add_labels(mask, name="square")
    view.mask.choose(layer)
    return layer


@pytest.fixture
def per_frame(view: MaskView) -> Labels:
    """A mask layer with another square in each of the four frames, chosen in the window."""
    masks = np.zeros((4, 64, 64), np.uint8)
    for number, mask in enumerate(masks):
        mask[10 * number : 10 * number + 10, 20:30] = 1
    layer = view.viewer.add_labels(masks, name="per frame")
    view.mask.choose(layer)
    return layer
