"""The window Denoise on a small beamtime, ready to be pressed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.session import Trio


@pytest.fixture
def view(beamtime: Any, qtbot: Any, model: Path) -> DenoiseView:
    view = DenoiseView(beamtime)
    qtbot.addWidget(view)
    view.session.announce_model(model)
    view.frames.choose(beamtime.layers["full shots"])
    view.check()
    return view


@pytest.fixture
def denoised(finish: Callable[[Task], None]) -> Callable[[DenoiseView], Trio]:
    """Presses Denoise and gives the layers that come of it."""

    def press(view: DenoiseView) -> Trio:
        view.press()
        finish(view.task)
        trio = view.session.trio
        assert trio is not None
        return trio

    return press
