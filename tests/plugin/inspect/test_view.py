"""Window "Inspect"."""

import csv
import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import writing_nxdata
from napari_unveil.plugin.inspect.guides import Guides
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.layers import show_error, show_separation
from napari_unveil.plugin.reader import layer_data
from napari_unveil.plugin.session import Trio
from napari_unveil.plugin.widgets import questions

Until = Callable[[Callable[[], Any]], None]
PROVENANCE = {"model": "a test"}
SEPARATION_ERROR = "signal separation error (keV per pixel)"


def opened(viewer: Any, qtbot: Any) -> InspectView:
    frames = viewer.layers["full shots"]
    whole = np.asarray(frames.data)
    signal, noise = show_separation(viewer, frames, whole * 0.75, whole * 0.25, provenance=PROVENANCE, noise_frame=None)
    view = InspectView(viewer)
    qtbot.addWidget(view)
    view.session.announce_trio(Trio(frames, signal, noise))
    view.show()
    return view


@pytest.fixture
def view(beamtime: Any, qtbot: Any, until: Until) -> Any:
    """The window beside a denoised layer, its first answer shown."""
    view = opened(beamtime, qtbot)
    until(view.profile.plot.names)
    task = view.task
    yield view
    until(lambda: not task.running)


def settle(view: InspectView, until: Until) -> None:
    """Wait until nothing is asked or answered any more."""
    until(lambda: not (view.task.running or view.asked))


def found(view: InspectView) -> Any:
    return view.session.inspection.found


def turn(view: InspectView, title: str) -> None:
    """Turn to the page of this title."""
    titles = [view.pages.tabText(place) for place in range(view.pages.count())]
    view.pages.setCurrentIndex(titles.index(title))


def pull(view: InspectView, start_yx: tuple[float, float], stop_yx: tuple[float, float], steps: int = 3) -> bool:
    """Press the mouse on the image at a place in pixels, move it and let go; whether something took hold of it."""
    event = SimpleNamespace(type="mouse_press", position=(0, *start_yx), handled=False, modifiers=())
    drags = [drag(view.viewer, event) for drag in list(view.viewer.mouse_drag_callbacks)]
    for drag in drags:
        next(drag, None)
    taken = event.handled
    event.type = "mouse_move"
    for place in np.linspace(start_yx, stop_yx, steps):
        event.position = (0, *place)
        for drag in drags:
            next(drag, None)
    event.type = "mouse_release"
    for drag in drags:
        next(drag, None)
    return taken


# standard errors of the signal


@pytest.fixture
def with_errors(view: InspectView, until: Until) -> InspectView:
    """The window beside a denoised layer with a standard error of 2 keV in each pixel."""
    trio = view.session.trio
    assert trio is not None
    whole = np.full(trio.frames.data.shape, 2, np.float32)
    error = show_error(view.viewer, trio.frames, whole, provenance=PROVENANCE, error_frame=whole[0])
    view.session.announce_trio(replace(trio, error=error))
    until(lambda: found(view).plot is not None and SEPARATION_ERROR in found(view).table.columns)
    return view


def test_profiles_carry_the_error_of_the_separation(with_errors: InspectView) -> None:
    columns = found(with_errors).table.columns
    np.testing.assert_allclose(columns[SEPARATION_ERROR], 2 / np.sqrt(columns["signal pixels"]), rtol=1e-6)
    assert set(with_errors.profile.plot.names()) == {"input", "signal", "noise"}


def test_the_error_is_no_choice_for_signal_or_noise(with_errors: InspectView) -> None:
    for choice in (with_errors.frames, with_errors.signal, with_errors.noise):
        assert "full shots error" not in [choice.itemText(place) for place in range(choice.count())]


def test_an_error_that_is_removed_leaves_the_profile(with_errors: InspectView, until: Until) -> None:
    with_errors.viewer.layers.remove("full shots error")
    until(lambda: SEPARATION_ERROR not in found(with_errors).table.columns)


def test_the_error_is_written_beside_the_standard_error(with_errors: InspectView, until: Until, tmp_path: Path) -> None:
    with_errors.export.to(tmp_path / "profile.csv")
    until((tmp_path / "profile.csv").is_file)
    settle(with_errors, until)
    lines = (tmp_path / "profile.csv").read_text().splitlines()
    names = next(csv.reader(line for line in lines if not line.startswith("#")))
    assert names[names.index(SEPARATION_ERROR) - 1] == "signal standard error (keV per pixel)"


def test_sums_of_regions_carry_it_too(with_errors: InspectView, until: Until) -> None:
    turn(with_errors, "Regions")
    with_errors.viewer.add_shapes([[[10, 10], [10, 20], [20, 20], [20, 10]]], ndim=2, name="regions")
    until(lambda: "separation error of the sum (keV)" in found(with_errors).table.columns)
    assert "counting statistics + separation" in with_errors.regions.table.values()["1 signal"]


def test_errors_of_an_opened_result_are_found(beamtime: Any, qtbot: Any, until: Until, tmp_path: Path) -> None:
    shape = beamtime.layers["full shots"].data.shape
    with writing_nxdata(
        tmp_path / "out.h5",
        stack_shape=shape,
        names=("signal", "noise", "signal_errors"),
        unit="keV",
        process={"method": "denoise"},
    ) as file:
        for index in range(shape[0]):
            for name, value in (("signal", 5), ("noise", 1), ("signal_errors", 2)):
                file.write(name, index, np.full(shape[1:], value, np.float32))
    for data, arguments, _ in layer_data(str(tmp_path / "out.h5")):
        beamtime.add_image(data, **arguments)
    view = InspectView(beamtime)
    qtbot.addWidget(view)
    view.show()
    until(lambda: view.session.inspection is not None and SEPARATION_ERROR in found(view).table.columns)
    settle(view, until)


# profiles


def test_profiles_of_the_trio_appear(view: InspectView) -> None:
    assert set(view.profile.plot.names()) == {"input", "signal", "noise"}
    assert view.place.text() == "Frame 0"
    curves = found(view).plot.curves
    np.testing.assert_allclose(curves["signal"].y, 3 * curves["noise"].y, rtol=1e-3)


def test_they_follow_the_shown_frame(view: InspectView, until: Until) -> None:
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: view.place.text() == "Frame 3")


def test_the_last_of_many_steps_is_shown(view: InspectView, until: Until) -> None:
    for step in (1, 2, 3, 2, 1, 0, 2):
        view.viewer.dims.set_current_step(0, step)
    until(lambda: view.place.text() == "Frame 2")
    settle(view, until)
    assert view.place.text() == "Frame 2"


def test_the_centre_is_suggested_until_the_user_gives_one(view: InspectView, until: Until) -> None:
    assert abs(view.profile.centre_y.value() - 24) < 2
    assert abs(view.profile.centre_x.value() - 24) < 2
    view.profile.centre_y.setValue(3)
    until(lambda: found(view).centre_yx[0] == 3)
    view.profile.suggest.click()
    until(lambda: abs(view.profile.centre_y.value() - 24) < 2)


def test_the_centre_is_dragged_on_the_image(view: InspectView, until: Until) -> None:
    assert pull(view, view.profile.centre, (40.0, 30.0))
    assert view.profile.centre == (40.0, 30.0)
    until(lambda: found(view).centre_yx == (40.0, 30.0))
    assert not pull(view, (5.0, 60.0), (6.0, 60.0)), "far from every handle the image is moved as ever"


def test_dragging_does_not_disturb_a_tool_in_use(view: InspectView) -> None:
    view.viewer.layers.selection.active = view.viewer.layers["signal mask"]
    view.viewer.layers["signal mask"].mode = "paint"
    assert not pull(view, view.profile.centre, (40.0, 30.0))


def test_the_edges_of_the_sector_are_dragged_on_the_image(view: InspectView, until: Until) -> None:
    view.profile.drag("centre", (32.0, 32.0))
    view.profile.start_deg.setValue(0)
    view.profile.in_sector.setChecked(True)
    until(lambda: view.session.inspection.request.question.sector is not None)
    pixels = found(view).table.columns["input pixels"].sum()
    assert 400 < pixels < 620, "an eighth of the image"
    reach = 0.4 * 64
    assert pull(view, (32.0, 32.0 + reach), (32.0 - reach, 32.0))
    assert view.profile.start_deg.value() == pytest.approx(-90)
    until(lambda: found(view).table.columns["input pixels"].sum() > 2 * pixels)


def test_cross_and_sector_are_there_while_the_page_is(view: InspectView, until: Until) -> None:
    name = "centre and sector"
    until(lambda: name in view.viewer.layers)
    turn(view, "Histogram")
    assert not view.viewer.layers[name].visible
    turn(view, "Profile")
    until(lambda: view.viewer.layers[name].visible)
    view.viewer.layers.remove(name)
    view.profile.drag("centre", (10.0, 10.0))
    until(lambda: name in view.viewer.layers)
    view.hide()
    assert not view.viewer.layers[name].visible
    Guides(view.session, name, print).show(view.viewer.layers["full shots"], [((0, 0), (1, 1))], {})
    assert [layer.name for layer in view.viewer.layers if name in layer.name] == [name], "what is left is used again"
    assert view.profile.guides._drag not in view.viewer.mouse_drag_callbacks


def test_a_drawn_line_gives_the_course_of_the_profile(view: InspectView, until: Until) -> None:
    view.viewer.add_shapes([[[0, 0], [0, 40]]], shape_type="line", name="cut")
    view.profile.course.choose("along")
    until(lambda: "line" in found(view).plot.x.words and found(view).plot.curves["input"].x.size == 41)
    view.profile.line.layer().data = [[[5, 5], [5, 15]]]
    until(lambda: found(view).plot.curves["input"].x.size == 11)


def test_a_line_is_drawn_for_the_user(view: InspectView, until: Until) -> None:
    view.profile.course.choose("along")
    until(lambda: "no line is drawn" in view.status.text().lower())
    view.profile.draw.click()
    until(lambda: "line" in found(view).plot.x.words)
    assert view.status.text() == ""
    assert view.profile.line.layer().mode == "direct"


def test_axes_are_switched(view: InspectView) -> None:
    item = view.profile.plot.canvas.getPlotItem()
    assert item.getAxis("left").logMode
    assert not item.getAxis("bottom").logMode
    view.profile.plot.log_y.setChecked(False)
    view.profile.plot.log_x.setChecked(True)
    assert not item.getAxis("left").logMode
    assert item.getAxis("bottom").logMode


def test_a_geometry_gives_q_and_the_centre(view: InspectView, until: Until, tmp_path: Path) -> None:
    pytest.importorskip("pyFAI")
    path = tmp_path / "small.poni"
    path.write_text(
        "poni_version: 2\nDetector: Detector\n"
        'Detector_config: {"pixel1": 75e-6, "pixel2": 75e-6, "max_shape": [64, 64]}\n'
        "Distance: 1.0\nPoni1: 0.0018\nPoni2: 0.0015\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n"
    )
    view.profile.poni.set_path(path)
    until(lambda: found(view).plot.x.label == "q (1/nm)")
    assert view.profile.centre == pytest.approx((23.5, 19.5))
    assert not view.profile.centre_y.isEnabled()
    view.profile.poni.set_path(tmp_path / "gone.poni")
    until(lambda: "gone.poni" in view.status.text())


@pytest.mark.usefixtures("nothing_put_aside")
def test_searches_for_garbage_are_short_while_the_window_is_seen(view: InspectView) -> None:
    assert gc.get_freeze_count() > 10_000
    view.hide()
    assert gc.get_freeze_count() == 0


def test_profiles_have_bands_of_one_standard_error(view: InspectView, until: Until) -> None:
    plot, curve = view.profile.plot, found(view).plot.curves["signal"]
    plot.log_y.setChecked(False)
    band = plot.bands["signal"].boundingRect()
    known = np.isfinite(curve.error)
    assert band.bottom() == pytest.approx((curve.y + curve.error)[known].max())
    assert band.top() == pytest.approx((curve.y - curve.error)[known].min())
    plot.log_y.setChecked(True)
    assert plot.bands["signal"].boundingRect().bottom() == pytest.approx(np.log10((curve.y + curve.error)[known].max()))
    turn(view, "Histogram")
    until(view.histogram.plot.names)
    assert not view.histogram.plot.bands


# regions, histogram, numbers


def test_sums_follow_the_regions(view: InspectView, until: Until) -> None:
    turn(view, "Regions")
    until(lambda: "no region is drawn" in view.status.text().lower())
    view.viewer.add_shapes([[[-0.5, -0.5], [-0.5, 9.5], [9.5, 9.5], [9.5, -0.5]]], shape_type="rectangle")
    until(view.regions.table.rowCount)
    assert "100 px" in view.regions.table.values()["1 input"]
    assert view.status.text() == ""
    view.regions.layer.layer().data = [[[-0.5, -0.5], [-0.5, 19.5], [9.5, 19.5], [9.5, -0.5]]]
    until(lambda: "200 px" in view.regions.table.values()["1 input"])
    assert "counting" in view.regions.table.item(1, 1).toolTip().lower()


def test_regions_of_a_scaled_layer_are_in_pixels_of_the_frames(view: InspectView, until: Until) -> None:
    turn(view, "Regions")
    corners = [[-0.5, -0.5], [-0.5, 9.5], [9.5, 9.5], [9.5, -0.5]]
    view.viewer.add_shapes([np.array(corners) / 2], shape_type="rectangle", scale=(2, 2))
    until(view.regions.table.rowCount)
    assert "100 px" in view.regions.table.values()["1 input"]


def test_a_region_is_drawn_for_the_user(view: InspectView, until: Until) -> None:
    turn(view, "Regions")
    view.regions.findChildren(type(view.compare.blink))[0].click()
    until(view.regions.table.rowCount)


def test_the_histogram_counts_in_photons(view: InspectView, until: Until) -> None:
    turn(view, "Histogram")
    until(lambda: set(view.histogram.plot.names()) == {"input", "signal", "noise"})
    view.histogram.unit.choose(True)
    until(lambda: found(view).plot.x.unit == "photons")
    assert found(view).plot.curves["noise"].y.sum() == 64 * 64
    view.histogram.plot.log_x.setChecked(True)
    until(lambda: view.session.inspection.request.question.growing)
    np.testing.assert_allclose(np.diff(np.log(found(view).plot.curves["noise"].x), 2), 0, atol=1e-9)


def test_numbers_say_what_is_good_and_bad(view: InspectView, until: Until) -> None:
    turn(view, "Numbers")
    until(view.numbers.table.rowCount)
    assert view.numbers.table.values()["Energy removed"] == "25.00 %"
    assert "Bad:" in view.numbers.table.item(1, 0).toolTip()


# frames and layers that are not as they should be


def test_a_frame_that_is_not_denoised_yet_is_named_and_its_input_shown(view: InspectView, until: Until) -> None:
    view.viewer.layers["full shots signal"].data[2] = np.nan
    view.viewer.dims.set_current_step(0, 2)
    until(lambda: "not denoised yet" in view.place.text())
    assert view.place.text().startswith("Frame 2")
    assert view.profile.plot.names() == ["input"]
    turn(view, "Numbers")
    until(lambda: not view.task.running)
    assert view.numbers.table.rowCount() == 0
    view.viewer.layers["full shots signal"].data[2] = 1.0
    view.session.task("denoise").reported.emit(None)
    until(view.numbers.table.rowCount)


def test_without_a_separation_the_input_is_shown(beamtime: Any, qtbot: Any, until: Until) -> None:
    view = InspectView(beamtime)
    qtbot.addWidget(view)
    view.show()
    until(lambda: view.profile.plot.names() == ["input"])
    view.compare.mode.choose("grid")
    assert "denoise frames first" in view.status.text()
    assert view.compare.mode.value() == "off"
    settle(view, until)


def test_layers_of_different_shape_are_refused(view: InspectView, until: Until) -> None:
    view.noise.choose(view.viewer.add_image(np.zeros((2, 2)), name="other noise", metadata=view.noise.layer().metadata))
    until(lambda: "have the shapes" in view.status.text())


def test_a_frame_of_nan_has_profiles_without_values(view: InspectView, until: Until) -> None:
    for name in ("full shots signal", "full shots noise"):
        view.viewer.layers[name].data[:] = np.nan
    empty = view.viewer.add_image(np.full((4, 64, 64), np.nan), name="nothing", contrast_limits=(0, 1))
    view.frames.choose(empty)
    for title in ("Regions", "Histogram", "Numbers", "Profile"):
        turn(view, title)
        settle(view, until)
    view.viewer.dims.set_current_step(0, 1)
    until(lambda: view.place.text() == "Frame 1")
    assert np.isnan(found(view).plot.curves["input"].y).all()


@pytest.mark.parametrize("name", ["full shots", "full shots signal", "full shots noise"])
@pytest.mark.parametrize("title", ["Profile", "Regions", "Histogram", "Numbers"])
def test_a_layer_that_goes_takes_nothing_with_it(view: InspectView, until: Until, name: str, title: str) -> None:
    turn(view, title)
    view.viewer.layers.remove(name)
    view.viewer.dims.set_current_step(0, 1)
    settle(view, until)
    view.viewer.layers.clear()
    settle(view, until)
    assert "no layer is chosen" in view.status.text().lower()


# files


def test_curves_are_written_with_what_they_are_of(view: InspectView, until: Until, tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    view.export.to(path)
    until(path.exists)
    until(lambda: "Wrote" in view.status.text())
    lines = path.read_text(encoding="utf-8").splitlines()
    header = dict(line[2:].split(": ", 1) for line in lines if line.startswith("#"))
    assert (header["frame"], header["unit"]) == ("frame 0", "keV")
    assert header["separation"] == '{"model": "a test"}'
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    read = [float(row["signal mean (keV per pixel)"]) for row in rows]
    np.testing.assert_array_equal(read, found(view).plot.curves["signal"].y)


def test_curves_are_drawn_into_a_picture(view: InspectView, until: Until, tmp_path: Path) -> None:
    view.export.to(tmp_path / "curve.png")
    until((tmp_path / "curve.png").exists)
    until(lambda: "Wrote" in view.status.text())
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_file_is_replaced_only_when_the_user_agrees(
    view: InspectView, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("before")
    monkeypatch.setattr(questions, "agreed", lambda *_, **__: False)
    view.export.to(path)
    settle(view, until)
    assert path.read_text() == "before"
    monkeypatch.setattr(questions, "agreed", lambda *_, **__: True)
    view.export.to(path)
    until(lambda: path.read_text().startswith("# program"))


def test_kinds_of_files_that_do_not_fit_are_refused(view: InspectView, until: Until, tmp_path: Path) -> None:
    view.export.to(tmp_path / "curve.txt")
    assert ".csv for numbers" in view.status.text()
    turn(view, "Numbers")
    until(view.numbers.table.rowCount)
    view.export.to(tmp_path / "numbers.png")
    assert "no curves" in view.status.text()
    view.export.to(tmp_path / "numbers.csv")
    until((tmp_path / "numbers.csv").exists)


def test_two_windows_on_one_session_show_their_own_pages(view: InspectView, qtbot: Any, until: Until) -> None:
    other = InspectView(view.viewer)
    qtbot.addWidget(other)
    turn(other, "Numbers")
    other.show()
    until(other.numbers.table.rowCount)
    view.viewer.dims.set_current_step(0, 3)
    until(lambda: view.place.text() == other.place.text() == "Frame 3")
    settle(other, until)
