"""Grid, split and blink, and the way back."""

from typing import Any

import numpy as np
import pytest

from napari_unveil.plugin.inspect import keys
from napari_unveil.plugin.inspect.comparison import BLINK, GRID, OFF, SPLIT, SPLIT_NAME, Comparison, comparison_of
from napari_unveil.plugin.inspect.split_frames import SplitFrames
from napari_unveil.plugin.inspect.user_view import camera_of, grid_of
from napari_unveil.plugin.layers import show_separation
from napari_unveil.plugin.session import Trio, session_of

MODES = (GRID, SPLIT, BLINK)
PROVENANCE = {"model": "a test"}


@pytest.fixture
def trio(beamtime: Any) -> Trio:
    frames = beamtime.layers["full shots"]
    whole = np.asarray(frames.data)
    return Trio(
        frames, *show_separation(beamtime, frames, whole * 0.75, whole * 0.25, provenance=PROVENANCE, noise_frame=None)
    )


@pytest.fixture
def comparison(beamtime: Any, trio: Trio) -> Comparison:
    session = session_of(beamtime)
    session.announce_trio(trio)
    return comparison_of(session)


def arrange(viewer: Any) -> dict[str, Any]:
    """Arrange the viewer in an unusual way."""
    grid, camera = grid_of(viewer), camera_of(viewer)
    grid.shape, grid.stride = (2, -1), 3
    viewer.layers["X-ray only"].visible = False
    viewer.layers["full shots noise"].visible = True
    viewer.layers.selection.active = viewer.layers["signal mask"]
    camera.center, camera.zoom = (0, 11, 12), 3.5
    return arranged(viewer)


def arranged(viewer: Any) -> dict[str, Any]:
    grid, camera = grid_of(viewer), camera_of(viewer)
    return {
        "grid": (grid.enabled, grid.shape, grid.stride),
        "visible": {layer.name for layer in viewer.layers if layer.visible},
        "active": viewer.layers.selection.active,
        "camera": (tuple(camera.center), camera.zoom),
    }


@pytest.mark.parametrize("mode", MODES)
def test_leaving_brings_the_users_view_back(beamtime: Any, comparison: Comparison, trio: Trio, mode: str) -> None:
    before = arrange(beamtime)
    comparison.enter(mode, trio)
    camera_of(beamtime).zoom = 1.0
    assert arranged(beamtime) != before
    comparison.leave()
    assert arranged(beamtime) == before
    assert comparison.mode == OFF


def test_from_one_mode_to_the_next_the_users_view_is_kept(beamtime: Any, comparison: Comparison, trio: Trio) -> None:
    before = arrange(beamtime)
    for mode in (GRID, SPLIT, BLINK, GRID, OFF):
        comparison.enter(mode, trio)
    assert arranged(beamtime) == before


@pytest.mark.parametrize("mode", MODES)
def test_layers_renamed_meanwhile_are_still_known(beamtime: Any, comparison: Comparison, trio: Trio, mode: str) -> None:
    beamtime.layers["X-ray only"].visible = False
    comparison.enter(mode, trio)
    trio.frames.name, beamtime.layers["X-ray only"].name = "shots", "full shots"
    comparison.leave()
    assert trio.frames.visible
    assert not beamtime.layers["full shots"].visible


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("part", ["frames", "signal", "noise"])
def test_a_layer_of_the_trio_that_goes_ends_the_comparison(
    beamtime: Any, comparison: Comparison, trio: Trio, mode: str, part: str
) -> None:
    comparison.enter(mode, trio)
    beamtime.layers.remove(getattr(trio, part))
    assert comparison.mode == OFF
    assert not grid_of(beamtime).enabled
    assert SPLIT_NAME not in beamtime.layers
    with pytest.raises(Exception, match="not in the viewer any more"):
        comparison.enter(mode, trio)


@pytest.mark.parametrize("mode", MODES)
def test_other_layers_may_come_and_go(beamtime: Any, comparison: Comparison, trio: Trio, mode: str) -> None:
    comparison.enter(mode, trio)
    beamtime.layers.remove("X-ray only")
    beamtime.add_image(np.zeros((4, 4)), name="new")
    comparison.leave()
    assert beamtime.layers["new"].visible


def test_the_grid_shows_input_signal_and_noise_in_a_row(beamtime: Any, comparison: Comparison, trio: Trio) -> None:
    comparison.enter(GRID, trio)
    assert [layer for layer in beamtime.layers if layer.visible] == [trio.frames, trio.signal, trio.noise]
    grid = grid_of(beamtime)
    counted = beamtime.layers if hasattr(beamtime, "canvas") else len(beamtime.layers)
    columns = [
        grid.position(beamtime.layers.index(layer), counted)[1] for layer in (trio.frames, trio.signal, trio.noise)
    ]
    assert columns == sorted(columns)


def test_the_split_shows_the_input_left_and_the_signal_right(beamtime: Any, comparison: Comparison, trio: Trio) -> None:
    comparison.enter(SPLIT, trio)
    comparison.move_split(19.5)
    shown = np.asarray(beamtime.layers[SPLIT_NAME].data[0])
    whole = np.asarray(trio.frames.data[0])
    np.testing.assert_array_equal(shown[:, :20], whole[:, :20])
    np.testing.assert_array_equal(shown[:, 20:], np.asarray(trio.signal.data[0])[:, 20:])
    trio.frames.contrast_limits = (0, 7)
    assert tuple(beamtime.layers[SPLIT_NAME].contrast_limits) == (0, 7)


@pytest.mark.parametrize(("dragged_to", "column"), [(-100.0, 0.0), (31.5, 32.0), (900.0, 64.0)])
def test_the_split_stays_on_the_frame(comparison: Comparison, trio: Trio, dragged_to: float, column: float) -> None:
    comparison.enter(SPLIT, trio)
    comparison.move_split(dragged_to)
    assert comparison.column == column


def test_a_split_view_taken_away_by_hand_ends_the_comparison(beamtime: Any, comparison: Comparison, trio: Trio) -> None:
    before = arrange(beamtime)
    comparison.enter(SPLIT, trio)
    beamtime.layers.remove(SPLIT_NAME)
    assert arranged(beamtime) == before


@pytest.mark.parametrize(
    "key",
    [
        (0, slice(None), slice(None)),
        (slice(None), 3, slice(None)),
        (slice(None), slice(None), 5),
        (slice(None), slice(None), 2),
        (1,),
        (Ellipsis,),
        (0, slice(1, 5), slice(2, 7)),
    ],
)
def test_a_split_stack_is_cut_as_numpy_cuts(key: tuple[Any, ...]) -> None:
    left, right = np.zeros((2, 6, 8), np.float32), np.ones((2, 6, 8), np.float32)
    whole = np.concatenate([left[..., :4], right[..., 4:]], axis=-1)
    np.testing.assert_array_equal(SplitFrames(left, right, 4)[key], whole[key])


def test_the_keys_blink_and_put_side_by_side(beamtime: Any, comparison: Comparison, trio: Trio) -> None:
    keys.blink(beamtime)
    assert (trio.signal.visible, trio.frames.visible) == (True, False)
    keys.blink(beamtime)
    assert (trio.signal.visible, trio.frames.visible) == (False, True)
    keys.side_by_side(beamtime)
    assert comparison.mode == GRID
    keys.side_by_side(beamtime)
    assert comparison.mode == OFF


def test_without_a_separation_a_key_says_so(beamtime: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(keys, "show_info", said.append)
    keys.blink(beamtime)
    assert "Nothing is denoised yet" in said[0]
