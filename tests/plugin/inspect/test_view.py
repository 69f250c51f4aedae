"""Window "Inspect"."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from napari_unveil.plugin.inspect.side_by_side import grid_of
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.layers import show_separation
from napari_unveil.plugin.session import Trio

Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def view(beamtime: Any, qtbot: Any) -> InspectView:
    frames = beamtime.layers["full shots"]
    whole = np.asarray(frames.data)
    signal, noise = show_separation(beamtime, frames, whole * 0.75, whole * 0.25, provenance={"model": "a test"})
    view = InspectView(beamtime)
    qtbot.addWidget(view)
    view.session.announce_trio(Trio(frames, signal, noise))
    view.show()
    return view


def numbers(view: InspectView) -> dict[str, str]:
    return {view.table.item(row, 0).text(): view.table.item(row, 1).text() for row in range(view.table.rowCount())}


def columns(view: InspectView) -> list[int]:
    """Columns of the grid in which input, signal and noise are shown."""
    grid, layers = grid_of(view.viewer), view.viewer.layers
    counted = layers if hasattr(view.viewer, "canvas") else len(layers)
    trio = [choice.layer() for choice in (view.frames, view.signal, view.noise)]
    return [grid.position(layers.index(layer), counted)[1] for layer in trio]


def test_profiles_and_numbers_of_the_trio_appear(view: InspectView, until: Until) -> None:
    until(view.table.rowCount)
    assert set(view.plot.names()) == {"input", "signal", "noise"}
    assert numbers(view)["Energy removed"] == "25.00 %"


def test_they_follow_the_shown_frame(view: InspectView, until: Until) -> None:
    until(view.table.rowCount)
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: numbers(view)["Frame"] == "3")


def test_the_centre_is_suggested_until_the_user_gives_one(view: InspectView, until: Until) -> None:
    until(view.table.rowCount)
    assert abs(view.centre_y.value() - 24) < 2
    assert abs(view.centre_x.value() - 24) < 2
    view.centre_y.setValue(3)
    until(lambda: view.session.inspection.centre_yx[0] == 3)
    view.suggest_centre()
    until(lambda: abs(view.centre_y.value() - 24) < 2)
    until(lambda: not view.task.running)


def test_a_drawn_line_gives_the_course_of_the_profile(view: InspectView, until: Until) -> None:
    view.viewer.add_shapes([[[0, 0], [0, 40]]], shape_type="line", name="cut")
    view.course.choose("line")
    until(lambda: view.session.inspection is not None and "line" in view.session.inspection.position_label)
    assert view.session.inspection.profiles["input"].position.size == 41
    view.line.layer().add_lines([[5, 5], [5, 15]])
    until(lambda: view.session.inspection.profiles["input"].position.size == 11)
    until(lambda: not view.task.running)


def test_without_a_line_it_says_what_is_missing(view: InspectView, until: Until) -> None:
    view.course.choose("line")
    until(lambda: "no line is drawn" in view.status.text().lower())
    until(lambda: not view.task.running)


def test_a_frame_that_is_not_denoised_yet_is_named(view: InspectView, until: Until) -> None:
    view.viewer.layers["full shots signal"].data[2] = np.nan
    view.viewer.dims.set_current_step(0, 2)
    until(lambda: "frame 2 is not denoised yet" in view.status.text().lower())
    until(lambda: not view.task.running)


def test_layers_of_different_shape_are_refused(view: InspectView, until: Until) -> None:
    view.noise.choose(view.viewer.add_image(np.zeros((2, 2)), name="other noise", metadata=view.noise.layer().metadata))
    until(lambda: "have the shapes" in view.status.text())
    until(lambda: not view.task.running)


def test_side_by_side_shows_the_trio_and_gives_the_users_view_back(view: InspectView, until: Until) -> None:
    grid = grid_of(view.viewer)
    grid.shape, grid.stride = (2, -1), 3
    view.viewer.layers["X-ray only"].visible = False
    visible = [layer.visible for layer in view.viewer.layers]
    view.toggle_side_by_side()
    shown = [layer.name for layer in view.viewer.layers if layer.visible]
    assert shown == ["full shots", "full shots signal", "full shots noise"]
    assert (grid.enabled, grid.shape) == (True, (1, -1))
    assert columns(view) == sorted(columns(view))
    view.toggle_side_by_side()
    assert (grid.enabled, grid.shape, grid.stride) == (False, (2, -1), 3)
    assert [layer.visible for layer in view.viewer.layers] == visible
    until(lambda: not view.task.running)
