"""Displays of layers: scales and limits that follow what happens to the layers."""

from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.experimental import link_layers
from napari.layers import Image, Layer
from napari.utils.colormaps import AVAILABLE_COLORMAPS
from qtpy.QtWidgets import QApplication

from napari_unveil.display.limits import Autoscale, Rule
from napari_unveil.display.scales import Scale, position
from napari_unveil.errors import Refused
from napari_unveil.plugin.display.displays import Displays, displays_of
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.layers import MISSING_COLOUR, show_separation
from napari_unveil.plugin.layers.display import display_of
from napari_unveil.plugin.layers.look import look_of
from napari_unveil.plugin.session import session_of

CURVED = [Scale.SQRT, Scale.LOG, Scale.ARCSINH]


@pytest.fixture
def displays(viewer: Any) -> Displays:
    return displays_of(viewer)


@pytest.fixture
def decades(viewer: Any) -> Image:
    """Six decades in each of three frames, each three times as bright as the one before; one missing pixel."""
    frames = np.stack([factor * np.geomspace(1e-2, 1e4, 32 * 32).reshape(32, 32) for factor in (1, 3, 9)])
    frames[0, 0, 0] = np.nan
    layer = viewer.add_image(frames, name="decades", contrast_limits=(1e-2, 1e4), colormap="gray")
    viewer.dims.set_current_step(0, 0)
    return layer


def assert_shown(layer: Image, scale: Scale, base: str) -> None:
    """The colours of a layer are those of a base map on a scale between the present limits."""
    low, high = layer.contrast_limits
    values = np.linspace(low, high, 400)
    expected = AVAILABLE_COLORMAPS[base].map(position(values, scale=scale, low=low, high=high))
    shown = layer.colormap.map(((values - low) / (high - low)) ** layer.gamma)
    assert np.abs(shown - expected).max() <= 1 / 256


@pytest.mark.parametrize("scale", list(Scale))
def test_one_call_shows_a_layer_on_a_scale(displays: Displays, decades: Image, scale: Scale) -> None:
    displays.show([decades], scale)
    assert_shown(decades, scale, "gray")


def test_no_pixel_is_copied_or_computed(displays: Displays, viewer: Any) -> None:
    pixels = np.ones((2, 16, 16), np.float32)
    computed = []

    def block(block_info: Any = None) -> np.ndarray:
        computed.append(block_info[None]["chunk-location"][0])
        return np.ones((1, 16, 16), np.float32)

    lazy = da.map_blocks(block, chunks=((1,) * 9, (16,), (16,)), dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))
    held = viewer.add_image(pixels, contrast_limits=(0, 1))
    lazily = viewer.add_image(lazy, contrast_limits=(0, 1))
    computed.clear()
    for scale in Scale:
        displays.show([held, lazily], scale)
        displays.autoscale([held, lazily])
    assert held.data is pixels
    assert lazily.data is lazy
    assert computed == []


@pytest.mark.parametrize("scale", CURVED)
def test_the_scale_follows_the_contrast_limits(displays: Displays, decades: Image, scale: Scale) -> None:
    displays.show([decades], scale)
    for limits in ((1, 100), (-5, 2000), (0, 7)):
        decades.contrast_limits = limits
        assert_shown(decades, scale, "gray")


@pytest.mark.parametrize("scale", CURVED)
def test_another_colormap_is_the_base_of_the_scale_from_then_on(
    displays: Displays, decades: Image, scale: Scale
) -> None:
    displays.show([decades], scale)
    decades.colormap = "magma"
    assert_shown(decades, scale, "magma")
    decades.contrast_limits = (1, 50)
    displays.show([decades], Scale.LINEAR)
    assert_shown(decades, Scale.LINEAR, "magma")


def test_what_the_user_did_to_gamma_stays_through_all_scales(displays: Displays, decades: Image) -> None:
    decades.gamma = 1.5
    for scale in (*CURVED, Scale.LINEAR):
        displays.show([decades], scale)
    assert decades.gamma == pytest.approx(1.5)


def test_missing_pixels_are_marked_once_the_display_is_used(displays: Displays, decades: Image) -> None:
    assert not np.allclose(decades.colormap.nan_color, MISSING_COLOUR), "test invalid"
    displays.show([decades], Scale.LINEAR)
    np.testing.assert_allclose(decades.colormap.nan_color, MISSING_COLOUR, atol=1e-6)
    decades.colormap = "inferno"
    np.testing.assert_allclose(decades.colormap.nan_color, MISSING_COLOUR, atol=1e-6)


def test_layers_that_nobody_touched_are_left_alone(displays: Displays, decades: Image) -> None:
    decades.contrast_limits = (1, 2)
    decades.colormap = "magma"
    assert (decades.colormap.name, display_of(decades)) == ("magma", None)


def test_frames_and_signal_keep_one_look_and_noise_its_own(displays: Displays, beamtime: Any) -> None:
    frames = beamtime.layers["full shots"]
    displays.show([frames], Scale.LOG)
    signal, noise = show_separation(beamtime, frames, frames.data, frames.data, provenance={}, noise_frame=None)
    noise.contrast_limits = (-30, 30)
    displays.show([noise], Scale.ARCSINH)
    signal.contrast_limits = (1, 500)
    signal.colormap = "inferno"
    for layer, scale, base in ((frames, Scale.LOG, "inferno"), (signal, Scale.LOG, "inferno")):
        assert_shown(layer, scale, base)
    assert tuple(frames.contrast_limits) == (1, 500)
    assert_shown(noise, Scale.ARCSINH, "viridis")
    displays.show([frames], Scale.SQRT)
    assert display_of(signal).scale is Scale.SQRT
    assert_shown(signal, Scale.SQRT, "inferno")


@pytest.mark.parametrize("scale", CURVED)
def test_noise_of_both_signs_has_its_zero_and_its_extremes_told_apart(
    displays: Displays, viewer: Any, scale: Scale
) -> None:
    noise = viewer.add_image(np.random.default_rng(0).normal(0, 100, (32, 32)), contrast_limits=(-500, 500))
    displays.show([noise], scale)
    below, zero, above = noise.colormap.map(np.array([0.0, 0.5, 1.0]) ** noise.gamma)[:, 0]
    assert below <= zero < above


def test_layers_linked_in_colour_alone_settle(displays: Displays, viewer: Any) -> None:
    first = viewer.add_image(np.ones((8, 8)), contrast_limits=(0, 10))
    second = viewer.add_image(np.ones((8, 8)), contrast_limits=(0, 1000))
    link_layers([first, second], ("colormap",))
    displays.show([first], Scale.LOG)
    second.contrast_limits = (1, 30)
    assert first.colormap.name == second.colormap.name == "gray, logarithmic"


def test_each_layer_remembers_its_own_through_renaming_and_new_results(displays: Displays, beamtime: Any) -> None:
    frames, other = beamtime.layers["full shots"], beamtime.layers["X-ray only"]
    rule = Autoscale(Rule.SIGMA)
    displays.show([frames], Scale.LOG)
    displays.arrange([frames], autoscale=rule)
    displays.show([other], Scale.SQRT)
    frames.name = "renamed"
    signal, _ = show_separation(beamtime, frames, frames.data, frames.data, provenance={"model": "a"}, noise_frame=None)
    displays.arrange([signal], autoscale=rule)
    show_separation(beamtime, frames, frames.data, frames.data, provenance={"model": "b"}, noise_frame=None)
    assert (display_of(frames).scale, display_of(frames).autoscale) == (Scale.LOG, rule)
    assert display_of(other).scale is Scale.SQRT
    assert display_of(signal).autoscale == rule


def test_a_duplicate_is_shown_as_its_original(displays: Displays, viewer: Any, decades: Image) -> None:
    displays.show([decades], Scale.LOG)
    copy = Layer.create(*decades.as_layer_data_tuple())
    viewer.add_layer(copy)
    copy.contrast_limits = (1, 20)
    assert_shown(copy, Scale.LOG, "gray")
    assert_shown(decades, Scale.LOG, "gray")


def test_a_layer_that_was_there_before_is_followed(viewer: Any) -> None:
    layer = viewer.add_image(np.ones((8, 8)), contrast_limits=(1, 10), colormap="gray")
    displays_of(viewer).show([layer], Scale.LOG)
    layer.contrast_limits = (1, 1000)
    assert_shown(layer, Scale.LOG, "gray")


def test_autoscale_takes_the_frame_that_is_shown(displays: Displays, viewer: Any, decades: Image) -> None:
    displays.arrange([decades], autoscale=Autoscale(Rule.EXTREMES))
    assert decades.contrast_limits[1] == pytest.approx(1e4)
    viewer.dims.set_current_step(0, 2)
    assert decades.contrast_limits[1] == pytest.approx(1e4), "only when asked"
    displays.autoscale([decades])
    assert decades.contrast_limits == pytest.approx([9e-2, 9e4])


def test_limits_follow_each_frame_when_asked(displays: Displays, viewer: Any, decades: Image) -> None:
    displays.arrange([decades], autoscale=Autoscale(Rule.EXTREMES), each_frame=True)
    for step, brightest in ((1, 3e4), (2, 9e4), (0, 1e4)):
        viewer.dims.set_current_step(0, step)
        assert decades.contrast_limits[1] == pytest.approx(brightest)


def test_a_stack_is_scaled_beside_the_window(
    displays: Displays, viewer: Any, decades: Image, finish: Callable[[Task], None]
) -> None:
    displays.arrange([decades], autoscale=Autoscale(Rule.EXTREMES), whole_stack=True)
    before = list(decades.contrast_limits)
    displays.autoscale([decades])
    assert list(decades.contrast_limits) == before
    finish(session_of(viewer).task("display"))
    assert decades.contrast_limits[1] == pytest.approx(9e4)


def test_a_layer_that_is_removed_during_the_job_is_left_alone(
    displays: Displays, viewer: Any, decades: Image, finish: Callable[[Task], None]
) -> None:
    task = session_of(viewer).task("display")
    displays.arrange([decades], autoscale=Autoscale(Rule.EXTREMES), whole_stack=True)
    displays.autoscale([decades])
    viewer.layers.remove(decades)
    finish(task)
    assert (task.sentence, decades.contrast_limits[1]) == ("", 1e4)


def test_a_frame_without_values_keeps_its_limits(displays: Displays, viewer: Any) -> None:
    layer = viewer.add_image(np.full((8, 8), np.nan, np.float32), contrast_limits=(2, 3))
    for scale in Scale:
        displays.show([layer], scale)
        displays.autoscale([layer])
    assert tuple(layer.contrast_limits) == (2, 3)


def test_stacks_that_cannot_be_read_frame_by_frame_are_refused(displays: Displays, viewer: Any) -> None:
    levels = [np.ones((4, 32, 32)), np.ones((4, 16, 16))]
    layer = viewer.add_image(levels, multiscale=True, contrast_limits=(0, 1))
    displays.arrange([layer], whole_stack=True)
    with pytest.raises(Refused, match="multiscale"):
        displays.autoscale([layer])
    displays.show([layer], Scale.LOG)
    assert layer.colormap.name == "gray, logarithmic"


def test_what_is_selected_is_meant_and_what_is_seen_while_a_mask_is_painted(displays: Displays, beamtime: Any) -> None:
    frames, other = beamtime.layers["full shots"], beamtime.layers["X-ray only"]
    beamtime.layers.selection = {frames, other}
    beamtime.layers.selection.active = other
    assert displays.targets()[-1] is other
    beamtime.layers.selection = {beamtime.layers["signal mask"]}
    assert displays.targets() == [frames]
    frames.visible = False
    assert displays.targets() == [other]
    beamtime.layers.clear()
    assert displays.targets() == []


@pytest.fixture
def many(displays: Displays, viewer: Any) -> list[Image]:
    """Eight frames whose limits are far from what they hold."""
    return [viewer.add_image(np.arange(64.0).reshape(8, 8), contrast_limits=(0, 1)) for _ in range(8)]


def on_scale(chosen: list[Image], scale: Scale) -> int:
    return sum(bool(look := look_of(layer.colormap)) and look.scale is scale for layer in chosen)


@pytest.mark.usefixtures("step_by_step")
def test_no_turn_of_the_event_loop_changes_many_layers(
    displays: Displays, many: list[Image], until: Callable[..., None]
) -> None:
    displays.show(many, Scale.LOG)
    assert on_scale(many, Scale.LOG) == 1
    for expected in (2, 3, 4):
        QApplication.processEvents()
        assert on_scale(many, Scale.LOG) == expected
    until(lambda: on_scale(many, Scale.LOG) == 8)
    displays.autoscale(many)
    assert sum(layer.contrast_limits[1] > 1 for layer in many) <= 1
    until(lambda: all(layer.contrast_limits[1] > 60 for layer in many))


@pytest.mark.usefixtures("step_by_step")
def test_the_scale_that_was_asked_for_last_wins_and_no_layer_is_forgotten(
    displays: Displays, many: list[Image], until: Callable[..., None]
) -> None:
    displays.show(many, Scale.LOG)
    displays.show(many[:4], Scale.SQRT)
    until(lambda: not displays.busy)
    assert (on_scale(many[:4], Scale.SQRT), on_scale(many[4:], Scale.LOG)) == (4, 4)


@pytest.mark.usefixtures("step_by_step")
def test_layers_that_go_away_meanwhile_are_left_alone(
    displays: Displays, viewer: Any, many: list[Image], until: Callable[..., None]
) -> None:
    displays.show(many, Scale.LOG)
    for layer in many[1:]:
        viewer.layers.remove(layer)
    assert not displays.busy
    QApplication.processEvents()
    assert on_scale(many, Scale.LOG) == 1


@pytest.mark.usefixtures("step_by_step")
def test_the_canvas_is_drawn_again_once_all_layers_are_changed(
    viewer_with_window: Any, until: Callable[..., None]
) -> None:
    viewer, displays = viewer_with_window, displays_of(viewer_with_window)
    chosen = [viewer.add_image(np.arange(64.0).reshape(8, 8), contrast_limits=(0, 1)) for _ in range(3)]
    canvas = viewer.window._qt_viewer.canvas.native
    displays.show(chosen, Scale.LOG)
    assert not canvas.updatesEnabled()
    until(lambda: not displays.busy)
    assert canvas.updatesEnabled()


def test_limits_of_a_stack_give_way_to_what_was_asked_for_meanwhile(
    displays: Displays, viewer: Any, decades: Image, finish: Callable[[Task], None]
) -> None:
    displays.arrange([decades], autoscale=Autoscale(Rule.EXTREMES), whole_stack=True)
    displays.autoscale([decades])
    displays.arrange([decades], whole_stack=False)
    finish(session_of(viewer).task("display"))
    assert decades.contrast_limits[1] == pytest.approx(1e4)
