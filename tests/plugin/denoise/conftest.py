"""The window Denoise on a small beamtime, ready to be pressed."""

from pathlib import Path
from typing import Any

import pytest

from napari_unveil.plugin.denoise.view import DenoiseView


@pytest.fixture
def view(beamtime: Any, qtbot: Any, model: Path) -> DenoiseView:
    view = DenoiseView(beamtime)
    qtbot.addWidget(view)
    view.session.announce_model(model)
    view.frames.choose(beamtime.layers["full shots"])
    view.check()
    return view
