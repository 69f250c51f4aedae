"""Window "Split measurement"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from napari_unveil.frames import open_projections, parse_address, stack_from_array
from napari_unveil.plugin import layers
from napari_unveil.plugin.commands import add_frames
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.plugin.split import job
from napari_unveil.plugin.split.preview import NAME
from napari_unveil.plugin.split.view import SplitView
from napari_unveil.plugin.widgets.fields import given
from napari_unveil.recipes.noise2inverse_settings import MEASUREMENT
from napari_unveil.splitting import preview as sliced

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
ROWS, WIDTH, ANGLES = 4, 33, 48
AXIS_PX = 17.5


@pytest.fixture
def tomography(tmp_path: Path) -> Path:
    """Projections of a disc beside an axis that is not in the middle of the detector."""
    angles = np.arange(ANGLES) * 180 / ANGLES
    place = AXIS_PX + 5 * np.cos(np.deg2rad(angles))
    chord = np.sqrt(np.clip(36 - (np.arange(WIDTH) - place[:, None]) ** 2, 0, None))
    expected = 1e4 * np.exp(-0.05 * 2 * chord)
    counts = np.random.default_rng(0).poisson(np.repeat(expected[:, None], ROWS, axis=1))
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w") as file:
        exchange = file.create_group("exchange")
        exchange["data"] = counts.astype(np.float32)
        exchange["data_white"] = np.full((4, ROWS, WIDTH), 1e4, np.float32)
        exchange["data_dark"] = np.zeros((4, ROWS, WIDTH), np.float32)
        exchange["theta"] = angles
    return path


@pytest.fixture
def opened(viewer: Any, qtbot: Any, until: Until) -> Callable[[], SplitView]:
    """The window, once it knows what it may split."""

    def view_of() -> SplitView:
        view = SplitView(viewer)
        qtbot.addWidget(view)
        until(lambda: view._opened is not None and not view.session.task("split look").running)
        view.check()
        return view

    return view_of


@pytest.fixture
def scan(viewer: Any, tomography: Path, opened: Callable[[], SplitView]) -> SplitView:
    add_frames(viewer, f"{tomography}::/exchange/data", mask_bits=0)
    return opened()


@pytest.fixture
def exposures(viewer: Any, opened: Callable[[], SplitView]) -> SplitView:
    frames = np.random.default_rng(0).poisson(9, (9, 24, 24)).astype(np.float32)
    data, arguments, _ = stack_layer(stack_from_array(frames, name="static", unit="photons"), name="static")
    viewer.add_image(data, **arguments)
    return opened()


def made(view: SplitView, finish: Finish, name: str) -> Any:
    view.press()
    finish(view.task)
    assert name in view.viewer.layers, view.status.text()
    return view.viewer.layers[name]


def test_the_form_that_suits_is_chosen_and_rows_of_others_are_hidden(scan: SplitView) -> None:
    assert scan.kind.value() == "tomography"
    assert scan.row.maximum() == ROWS - 1
    assert scan.seed.isHidden()
    assert not scan.axis.isHidden()
    scan.kind.choose("thinning")
    assert not scan.seed.isHidden()
    assert scan.axis.isHidden()
    assert scan.preview_button.isHidden()


def test_a_tomography_becomes_slices_that_know_their_parts(scan: SplitView, finish: Finish) -> None:
    scan.suggest()
    finish(scan.session.task("split axis"))
    assert scan.axis.value() == pytest.approx(AXIS_PX, abs=0.3)
    layer = made(scan, finish, "scan reconstruction")
    stack = layers.stack_of(layer)
    assert stack.parts is not None
    assert stack.parts(1).shape == (4, WIDTH, WIDTH)
    assert layers.split_of(layer)["axis_px"] == scan.axis.value()
    assert layer.data.shape == (ROWS, WIDTH, WIDTH)
    np.testing.assert_array_equal(np.asarray(layer.data[ROWS // 2]), stack.read(ROWS // 2))
    assert np.nanmax(stack.read(1)) > 0.03


def test_slices_are_computed_when_they_are_looked_at(scan: SplitView, finish: Finish) -> None:
    layer = made(scan, finish, "scan reconstruction")
    assert np.isnan(np.asarray(layer.data[0])).all()
    scan.viewer.dims.set_current_step(scan.viewer.dims.ndim - 3, 0)
    finish(scan.session.task("slices"))
    assert np.isfinite(np.asarray(layer.data[0])).any()
    np.testing.assert_array_equal(
        layers.read_frame(layers.stack_of(layer), layer.data, 3), layers.stack_of(layer).read(3)
    )


def test_a_slice_follows_the_axis(scan: SplitView, finish: Finish, until: Until) -> None:
    scan.preview_button.click()
    preview = scan.session.task("split preview")
    until(lambda: NAME in scan.viewer.layers)
    finish(preview)
    assert scan.axis.value() == pytest.approx(AXIS_PX, abs=0.3), "the slice is about the suggested axis"
    before = np.asarray(scan.viewer.layers[NAME].data)
    for column in (10.0, 14.0, 22.0):
        scan.axis.setValue(column)
    finish(preview)
    until(lambda: not preview.running)
    projections = open_projections(parse_address(str(scan._opened.measurement.address)))
    until(
        lambda: np.array_equal(
            scan.viewer.layers[NAME].data, sliced(projections, scan.row.value(), axis_px=22.0), equal_nan=True
        )
    )
    assert not np.array_equal(before, scan.viewer.layers[NAME].data, equal_nan=True)
    assert "scan" in [scan.measurement.itemText(place) for place in range(scan.measurement.count())]
    assert NAME not in [scan.measurement.itemText(place) for place in range(scan.measurement.count())]
    scan.preview_button.click()
    assert NAME not in scan.viewer.layers


def test_a_preview_removed_by_hand_ends(scan: SplitView, until: Until, finish: Finish) -> None:
    scan.preview_button.click()
    until(lambda: NAME in scan.viewer.layers)
    finish(scan.session.task("split preview"))
    del scan.viewer.layers[NAME]
    assert not scan.preview_button.isChecked()
    scan.axis.setValue(12)
    assert not scan.session.task("split preview").running


def test_exposures_become_their_mean_in_groups(exposures: SplitView, finish: Finish) -> None:
    assert exposures.kind.value() == "frames"
    layer = made(exposures, finish, "static mean")
    stack = layers.stack_of(layer)
    assert stack.parts is not None
    assert stack.parts(0).shape == (4, 24, 24)
    assert "9 frames in 4 parts" in exposures.caution.text()
    assert not exposures.caution.isHidden()


def test_the_mean_is_seen_whichever_exposure_was_looked_at(exposures: SplitView, finish: Finish) -> None:
    exposures.viewer.dims.set_current_step(0, 5)
    made(exposures, finish, "static mean")
    assert exposures.viewer.dims.current_step[0] == 0
    assert not exposures.viewer.layers["static"].visible
    assert exposures.viewer.layers["static mean"].visible


def test_a_split_that_was_ended_does_not_speak_of_a_new_layer(exposures: SplitView, finish: Finish) -> None:
    exposures.press()
    exposures.end()
    finish(exposures.task)
    assert [layer.name for layer in exposures.viewer.layers] == ["static"]
    assert exposures.status.text() == "Ended; no layer was added"


def test_photons_of_single_frames_are_dealt_out(exposures: SplitView, finish: Finish) -> None:
    exposures.kind.choose("thinning")
    exposures.parts.setValue(3)
    layer = made(exposures, finish, "static split")
    stack = layers.stack_of(layer)
    assert stack.parts is not None
    np.testing.assert_allclose(stack.parts(2).mean(axis=0), layers.stack_of(exposures.measurement.layer()).read(2))


def test_more_parts_than_exposures_are_refused_with_a_sentence(exposures: SplitView, finish: Finish) -> None:
    exposures.parts.setValue(10)
    exposures.press()
    finish(exposures.task)
    assert "9 frames, 10 parts were asked for" in exposures.status.text()
    assert [layer.name for layer in exposures.viewer.layers] == ["static"]


def test_frames_are_no_tomography(exposures: SplitView) -> None:
    exposures.kind.choose("tomography")
    exposures.check()
    assert not exposures.button.isEnabled()
    assert "no projections with flats" in exposures.status.text()


def test_a_layer_that_is_removed_during_its_split_leaves_a_sentence(
    exposures: SplitView, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    exposures.press()
    del exposures.viewer.layers["static"]
    finish(exposures.task)
    assert not len(exposures.viewer.layers)
    assert "was removed while it was being split" in exposures.task.sentence


def test_a_split_layer_is_found_by_the_other_windows_and_no_measurement_any_more(
    exposures: SplitView, finish: Finish, qtbot: Any
) -> None:
    layer = made(exposures, finish, "static mean")
    harvest, denoise = HarvestView(exposures.viewer), DenoiseView(exposures.viewer)
    for view in (harvest, denoise):
        qtbot.addWidget(view)
    harvest.recipe.choose("noise2inverse")
    assert harvest.roles.layers_of(MEASUREMENT) == [layer]
    denoise.frames.choose(layer)
    assert denoise.frames.layer() is layer
    assert [exposures.measurement.itemText(place) for place in range(exposures.measurement.count())] == ["static"]


def test_removing_the_split_layer_ends_its_computing(scan: SplitView, finish: Finish) -> None:
    layer = made(scan, finish, "scan reconstruction")
    scan.viewer.layers.remove(layer)
    scan.viewer.dims.set_current_step(0, 1)
    assert not scan.session.task(job.TASK).running
    assert not scan.session.task("slices").running


def test_without_layers_nothing_is_offered(viewer: Any, qtbot: Any) -> None:
    view = SplitView(viewer)
    qtbot.addWidget(view)
    view.check()
    assert not view.button.isEnabled()
    assert not view.suggest_button.isEnabled()
    assert "no layer is chosen" in view.status.text().lower()


def test_the_axis_of_one_tomography_is_not_taken_for_another(
    scan: SplitView, tomography: Path, tmp_path: Path, finish: Finish
) -> None:
    scan.axis.setValue(12.0)
    other = tmp_path / "other.h5"
    other.write_bytes(tomography.read_bytes())
    add_frames(scan.viewer, f"{other}::/exchange/data", mask_bits=0)
    assert scan.axis.value() == 12.0, "the layer that was chosen is still chosen"
    scan.measurement.choose(scan.viewer.layers["other"])
    assert given(scan.axis) is None
    finish(scan.session.task("split look"))


def test_the_suggested_axis_is_taken_and_is_nothing_doubtful(scan: SplitView, finish: Finish) -> None:
    layer = made(scan, finish, "scan reconstruction")
    assert layers.split_of(layer)["axis_px"] == pytest.approx(AXIS_PX, abs=0.3)
    assert "axis of rotation" not in scan.caution.text()


def test_a_split_layer_is_saved_with_all_its_frames(scan: SplitView, finish: Finish) -> None:
    layer = made(scan, finish, "scan reconstruction")
    stack = layers.stack_of(layer)
    np.testing.assert_array_equal(np.asarray(layer.data)[0], stack.read(0))


def test_a_viewer_closed_during_a_split_leaves_nothing(
    make_napari_viewer: Callable[..., Any], tomography: Path, until: Until
) -> None:
    viewer = make_napari_viewer()
    add_frames(viewer, f"{tomography}::/exchange/data", mask_bits=0)
    view = SplitView(viewer)
    viewer.window.add_dock_widget(view)
    until(lambda: view._opened is not None)
    view.preview_button.click()
    view.press()
    viewer.close()
