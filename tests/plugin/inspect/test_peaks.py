"""Window "Inspect": peaks in drawn regions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import stack_from_array
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.reader import stack_layer

Until = Callable[[Callable[[], Any]], None]
PEAK, EMPTY = [[8, 12], [8, 44], [40, 44], [40, 12]], [[8, 60], [8, 90], [40, 90], [40, 60]]


@pytest.fixture
def view(viewer: Any, qtbot: Any, until: Until) -> Any:
    """The page of regions beside two frames with a peak, which is brighter in the second, and a region around it."""
    y, x = np.indices((60, 100))
    peak = np.exp(-((y - 24.0) ** 2 + (x - 28.0) ** 2) / 18)
    frames = np.random.default_rng(0).poisson(1 + np.array([9, 90])[:, None, None] * peak)
    data, arguments, _ = stack_layer(stack_from_array(frames, name="frames", unit="counts"), name="frames")
    viewer.add_image(data, **arguments)
    viewer.dims.set_current_step(0, 0)
    view = InspectView(viewer)
    qtbot.addWidget(view)
    view.show()
    view.pages.setCurrentWidget(view.regions)
    viewer.add_shapes([PEAK], shape_type="rectangle", name="regions")
    until(lambda: "1 input" in view.regions.table.values())
    task = view.task
    yield view
    until(lambda: not task.running)


def peak_of(view: InspectView, region: int = 1) -> str:
    return view.regions.table.values().get(f"{region} input: peak", "")


def test_a_peak_is_fitted_when_it_is_asked_for(view: InspectView, until: Until) -> None:
    assert peak_of(view) == ""
    view.regions.peaks.click()
    until(lambda: "SRBR" in peak_of(view))
    assert "at y 2" in peak_of(view)
    assert view.regions.table.item(1, 1).toolTip().startswith("A Gaussian on a plane")
    view.regions.peaks.click()
    until(lambda: peak_of(view) == "")


def test_the_peak_follows_frame_and_region(view: InspectView, until: Until) -> None:
    view.regions.peaks.click()
    until(lambda: "SRBR" in peak_of(view))
    first = peak_of(view)
    view.viewer.dims.set_current_step(0, 1)
    until(lambda: peak_of(view) not in ("", first))
    view.regions.layer.layer().data = [PEAK, EMPTY]
    until(lambda: peak_of(view, 2).startswith("none: "))


def test_peaks_are_written_with_the_sums(view: InspectView, until: Until, tmp_path: Path) -> None:
    view.regions.peaks.click()
    until(lambda: "SRBR" in peak_of(view))
    view.export.to(tmp_path / "peaks.csv")
    until((tmp_path / "peaks.csv").is_file)
    until(lambda: not view.task.running)
    written = (tmp_path / "peaks.csv").read_text()
    assert "peak SRBR,peak y (px),error of peak y (px)" in written
    assert "# peaks: a Gaussian on a plane" in written
