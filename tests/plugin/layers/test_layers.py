"""Layers in, frames out; separations in, layers out."""

import copy
import gc
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Shapes

from napari_unveil.errors import Refused
from napari_unveil.plugin import layers
from napari_unveil.plugin.layers import shapes
from napari_unveil.plugin.layers.frames import placement_of_axes


def test_the_stack_that_our_reader_opened_comes_back(beamtime: Any) -> None:
    layer = beamtime.layers["full shots"]
    stack = layers.stack_of(layer)
    assert stack.photon_energy_keV == 8.0
    assert stack.data is layer.data


@pytest.mark.parametrize("shape", [(8, 9), (3, 8, 9), (2, 3, 8, 9)])
def test_any_plain_image_is_read_frame_by_frame(shape: tuple[int, ...]) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    stack = layers.stack_of(Image(pixels, name="counts", rgb=False))
    assert stack.frame_count == np.prod(shape[:-2], dtype=int)
    np.testing.assert_array_equal(stack.read(stack.frame_count - 1), pixels.reshape(-1, 8, 9)[-1])


def test_only_the_frame_that_is_read_is_computed() -> None:
    computed = []

    def block(block_info: Any = None) -> np.ndarray:
        computed.append(block_info[None]["chunk-location"][0])
        return np.zeros((1, 8, 9), np.float32)

    lazy = da.map_blocks(block, chunks=((1,) * 5, (8,), (9,)), dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))
    layer = Image(lazy, name="lazy", contrast_limits=(0, 1))
    computed.clear()
    layers.stack_of(layer).read(3)
    assert computed == [3]


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (None, "no layer is chosen"),
        (Labels(np.zeros((4, 4), np.uint8), name="drawn"), "'drawn' is a Labels layer"),
        (Image(np.zeros((8, 8, 3), np.uint8), name="photo", rgb=True), "'photo' is a colour image"),
    ],
)
def test_layers_without_frames_are_refused_in_a_sentence(layer: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        layers.stack_of(layer)


def test_the_shown_frame_counts_over_all_leading_axes() -> None:
    layer = Image(np.zeros((3, 4, 8, 9)), name="runs")
    assert layers.shown_frame(layer, (2, 1, 0, 0)) == 9
    assert layers.shown_frame(layer, (7, 2, 1, 0, 0)) == 9, "an axis that only other layers have comes first"


def test_results_lie_where_the_input_lies(viewer: Any) -> None:
    frames = np.random.default_rng(0).random((3, 8, 9)).astype(np.float32)
    layer = viewer.add_image(
        frames, name="run", scale=(1, 0.075, 0.075), translate=(0, 5, 6), axis_labels=("frame", "y", "x"),
        units=("pixel", "mm", "mm"),
    )  # fmt: skip
    signal, noise = layers.show_separation(
        viewer, layer, frames, frames, provenance={"model": "m"}, noise_frame=frames[0]
    )
    for result in (signal, noise):
        for name in layers.frames.PLACEMENT:
            assert np.array_equal(np.asarray(getattr(result, name)), np.asarray(getattr(layer, name))), name
    assert (signal.name, noise.name) == ("run signal", "run noise")
    assert signal.metadata["unveil"]["provenance"] == {"model": "m"}


def test_input_and_signal_share_their_look_and_noise_has_its_own(beamtime: Any) -> None:
    layer = beamtime.layers["full shots"]
    signal, noise = layers.show_separation(beamtime, layer, layer.data, layer.data, provenance={}, noise_frame=None)
    noise.contrast_limits = (1, 2)
    layer.contrast_limits = (3, 30)
    layer.gamma = 0.5
    assert (tuple(signal.contrast_limits), signal.gamma) == ((3, 30), 0.5)
    assert tuple(noise.contrast_limits) == (1, 2)


def test_a_second_separation_updates_the_layers_of_the_first(beamtime: Any) -> None:
    layer = beamtime.layers["full shots"]
    first = layers.show_separation(beamtime, layer, layer.data, layer.data, provenance={"model": "a"}, noise_frame=None)
    count = len(beamtime.layers)
    second = layers.show_separation(
        beamtime, layer, layer.data + 1, layer.data, provenance={"model": "b"}, noise_frame=None
    )
    assert (first, count) == (second, len(beamtime.layers))
    assert second[0].metadata["unveil"]["provenance"] == {"model": "b"}


def test_a_change_of_a_shown_mask_can_be_undone(beamtime: Any) -> None:
    layer = beamtime.layers["signal mask"]
    before = layers.mask_of(layer)
    layers.change_mask(layer, ~before)
    np.testing.assert_array_equal(layers.mask_of(layer), ~before)
    layer.undo()
    np.testing.assert_array_equal(layers.mask_of(layer), before)


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4), (3, 2, 4, 4)])
def test_a_mask_has_the_axes_of_its_layer(shape: tuple[int, ...]) -> None:
    labels = np.random.default_rng(0).integers(0, 3, shape).astype(np.uint8)
    np.testing.assert_array_equal(layers.mask_of(Labels(labels)), labels != 0)


def test_a_mask_of_modules_lies_on_their_frames() -> None:
    viewer = ViewerModel()
    scale, translate = (1, 1, 2, 3), (0, 0, 5, 7)
    frames = viewer.add_image(np.zeros((3, 2, 4, 6), np.float32), scale=scale, translate=translate)
    mask = layers.add_mask(viewer, np.zeros((2, 4, 6), np.bool_), like=frames)
    np.testing.assert_array_equal(mask.scale, scale[1:])
    np.testing.assert_array_equal(mask.translate, translate[1:])
    viewer.dims.set_current_step((0, 1), (2, 1))
    assert layers.shown_place(frames, viewer.dims.current_step) == (2, 1)
    assert layers.shown_place(mask, viewer.dims.current_step) == (1,)
    world = frames.data_to_world((2, 1, 3, 4))
    np.testing.assert_allclose(mask.world_to_data(world[1:]), (1, 3, 4))


@pytest.mark.parametrize("ndim", [2, 3, 4])
def test_the_placement_of_all_axes_is_that_of_the_layer(ndim: int) -> None:
    shear = np.arange(1, ndim * (ndim - 1) // 2 + 1) / 10
    layer = Labels(np.zeros((2,) * ndim, np.uint8), scale=range(1, ndim + 1), shear=shear)
    whole, parts = layers.placement(layer), placement_of_axes(layer, ndim)
    for name in ("scale", "translate", "rotate", "shear"):
        np.testing.assert_array_equal(parts[name], whole[name])


@pytest.mark.parametrize("shape", [(5, 6), (3, 5, 6)])
def test_a_change_of_a_mask_is_one_step(shape: tuple[int, ...]) -> None:
    layer = Labels(np.random.default_rng(0).integers(0, 3, shape).astype(np.uint8))
    before, wanted = layer.data.copy(), np.random.default_rng(1).random(shape) > 0.5
    layers.change_mask(layer, wanted)
    np.testing.assert_array_equal(layer.data != 0, wanted)
    np.testing.assert_array_equal(layer.data[before > 0][wanted[before > 0]], before[before > 0][wanted[before > 0]])
    layer.undo()
    np.testing.assert_array_equal(layer.data, before)


def test_one_frame_of_a_mask_is_changed() -> None:
    layer = Labels(np.zeros((3, 5, 6), np.uint8))
    layers.change_mask(layer, np.ones((5, 6), bool), plane=(1,))
    np.testing.assert_array_equal(layer.data.any(axis=(1, 2)), [False, True, False])


def test_a_mask_on_disk_is_not_changed() -> None:
    with pytest.raises(Refused, match="not held in memory"):
        layers.change_mask(Labels(da.zeros((4, 4), dtype=np.uint8)), np.ones((4, 4), bool))


def test_an_overlay_lies_over_the_frames_and_leaves_the_selection(beamtime: Any) -> None:
    frames, mask = beamtime.layers["full shots"], beamtime.layers["signal mask"]
    frames.scale, frames.translate = (1, 2, 2), (0, 10, 20)
    beamtime.layers.selection.active = mask
    coarse = layers.show_overlay(
        beamtime, np.ones((16, 16), bool), like=frames, name="seen", colour=(1, 0, 0, 1), step=4
    )
    assert beamtime.layers.selection.active is mask
    np.testing.assert_allclose(
        coarse.data_to_world((0, 0)), (10 + 2 * 1.5, 20 + 2 * 1.5), err_msg="the middle of 4 pixels"
    )
    np.testing.assert_allclose(coarse.data_to_world((15, 15)), (10 + 2 * 61.5, 20 + 2 * 61.5))
    layers.hide_overlay(beamtime, "full shots")
    assert frames.visible, "only overlays are hidden"
    layers.hide_overlay(beamtime, "seen")
    assert not coarse.visible


def test_an_overlay_that_was_hidden_is_shown_again_on_top_and_where_its_frames_lie_now(beamtime: Any) -> None:
    frames, marked = beamtime.layers["full shots"], np.ones((64, 64), bool)
    hidden = layers.show_overlay(beamtime, marked, like=frames, name="seen", colour=(1, 0, 0, 1))
    layers.hide_overlay(beamtime, "seen")
    beamtime.add_image(np.ones((64, 64)), name="on top")
    again = layers.show_overlay(beamtime, ~marked, like=frames, name="seen", colour=(1, 0, 0, 1))
    assert again is hidden
    assert again.visible
    assert beamtime.layers[-1] is again
    assert not again.data.any()
    frames.translate = (0, 5, 7)
    moved = layers.show_overlay(beamtime, marked, like=frames, name="seen", colour=(1, 0, 0, 1))
    np.testing.assert_array_equal(moved.translate, (5, 7))
    assert [layer.name for layer in beamtime.layers].count("seen") == 1


def test_the_array_that_a_layer_shows_decides_which_frames_it_has(beamtime: Any) -> None:
    layer = beamtime.layers["full shots"]
    opened = layers.stack_of(layer)
    assert opened is layer.metadata["unveil"]["stack"]
    twin = beamtime.add_image(copy.deepcopy(layer.data), metadata=layer.metadata)
    assert layers.stack_of(twin) is opened
    layer.data = np.full(layer.data.shape, 7, np.float32)
    replaced = layers.stack_of(layer)
    assert layers.stack_of(layer).data is replaced.data, "windows ask often"
    np.testing.assert_array_equal(replaced.read(1), 7)
    assert (replaced.unit, replaced.photon_energy_keV) == (opened.unit, opened.photon_energy_keV)
    assert replaced.address.path.name == "full shots"
    layer.metadata["unveil"]["unit"] = "ADU"
    assert layers.stack_of(layer).unit == "ADU"


def test_the_last_line_of_a_shapes_layer_counts_in_pixels_of_the_frames() -> None:
    frames = Image(np.zeros((3, 8, 9)), scale=(1, 0.5, 0.5), translate=(0, 10, 0))
    drawn = Shapes([[[0, 0], [1, 1]], [[11, 1.5], [12, 2.5]]], shape_type="line")
    assert layers.line_of(drawn, like=frames) == ((2, 3), (4, 5))
    with pytest.raises(Refused, match="no line is drawn"):
        layers.line_of(Shapes(), like=frames)


def test_regions_leave_as_polygons_an_ellipse_as_a_round_one() -> None:
    frames = Image(np.zeros((8, 9)))
    corners = [[0, 0], [0, 4], [6, 4], [6, 0]]
    drawn = Shapes([corners, corners, [[0, 0], [5, 5]]], shape_type=["rectangle", "ellipse", "line"])
    rectangle, ellipse = shapes.polygons_of(drawn, like=frames)
    np.testing.assert_allclose(rectangle, corners)
    np.testing.assert_allclose(((ellipse - [3, 2]) ** 2 / [9, 4]).sum(axis=1), 1)
    with pytest.raises(Refused, match="no region is drawn"):
        shapes.polygons_of(None, like=frames)


def test_results_leave_the_selection_alone_and_napari_agrees(beamtime_in_window: Any) -> None:
    viewer, frames = beamtime_in_window, beamtime_in_window.layers["full shots"]
    shown = viewer.window._qt_viewer
    for chosen in ({frames}, {frames, viewer.layers["X-ray only"]}):
        viewer.layers.selection = chosen
        told: list[object] = []
        viewer.layers.selection.events.changed.connect(told.append)
        results = layers.show_separation(viewer, frames, frames.data, frames.data, provenance={}, noise_frame=None)
        assert told == []
        assert set(viewer.layers.selection) == chosen
        assert viewer.layers.selection.active is (frames if chosen == {frames} else None)
        marked = {index.data() for index in shown.layers.selectionModel().selectedIndexes()}
        assert marked == {layer.name for layer in chosen}
        for layer in results:
            viewer.layers.remove(layer)
    viewer.layers.selection = {frames}
    assert shown.controls.currentWidget() is shown.controls.widgets[frames]


@pytest.mark.usefixtures("nothing_put_aside")
def test_removing_a_layer_searches_no_older_objects_for_garbage(
    beamtime_in_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_aside: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda *_: put_aside.append(gc.get_freeze_count()) or 0)
    layers.remove(beamtime_in_window, beamtime_in_window.layers["X-ray only"])
    assert put_aside
    assert min(put_aside) > 10_000
    assert gc.get_freeze_count() == 0
    assert "X-ray only" not in beamtime_in_window.layers
