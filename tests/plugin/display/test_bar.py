"""The window Display."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtCore import Qt

from napari_unveil.display.limits import Autoscale, Rule
from napari_unveil.display.scales import Scale
from napari_unveil.plugin.display import bar as bars
from napari_unveil.plugin.display import displays
from napari_unveil.plugin.display.bar import DisplayBar
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.layers.display import display_of
from napari_unveil.plugin.session import session_of

DOCK_PX = 380


@pytest.fixture
def bar(qtbot: Any, beamtime: Any) -> DisplayBar:
    bar = DisplayBar(beamtime)
    qtbot.addWidget(bar)
    beamtime.layers.selection = {beamtime.layers["full shots"]}
    return bar


@pytest.fixture
def frames(beamtime: Any) -> Image:
    return beamtime.layers["full shots"]


def click(qtbot: Any, button: Any) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("scale", list(Scale))
def test_one_click_shows_the_selected_layer_on_a_scale(
    qtbot: Any, bar: DisplayBar, frames: Image, scale: Scale
) -> None:
    click(qtbot, bar.scales[scale])
    assert display_of(frames).scale is scale
    assert [button.isChecked() for button in bar.scales.values()] == [one is scale for one in Scale]


def test_another_layer_shows_its_own_settings(qtbot: Any, bar: DisplayBar, beamtime: Any) -> None:
    click(qtbot, bar.scales[Scale.LOG])
    bar.rule.choose(Rule.SIGMA)
    beamtime.layers.selection = {beamtime.layers["X-ray only"]}
    assert (bar.name.text(), bar.rule.value()) == ("X-ray only", Rule.PERCENTILES)
    assert not bar.scales[Scale.LOG].isChecked()
    beamtime.layers["full shots"].name = "renamed"
    beamtime.layers.selection = {beamtime.layers["renamed"]}
    assert (bar.name.text(), bar.rule.value()) == ("renamed", Rule.SIGMA)
    assert bar.scales[Scale.LOG].isChecked()


def test_percentiles_act_as_they_are_entered_and_are_remembered(bar: DisplayBar, frames: Image) -> None:
    shown = np.asarray(frames.data[0])
    bar.high.setValue(90)
    assert frames.contrast_limits == pytest.approx(list(np.percentile(shown, (1, 90))))
    assert display_of(frames).autoscale == Autoscale(Rule.PERCENTILES, 1, 90)


def test_percentages_are_there_for_percentiles_alone(qtbot: Any, bar: DisplayBar) -> None:
    bar.show()
    assert bar.low.isVisible()
    bar.rule.choose(Rule.EXTREMES)
    assert not bar.low.isVisible()
    assert not bar.high.isVisible()


def test_each_frame_has_its_limits_while_auto_is_pressed(
    qtbot: Any, bar: DisplayBar, beamtime: Any, frames: Image
) -> None:
    bar.rule.choose(Rule.EXTREMES)
    click(qtbot, bar.each_frame)
    for step in (2, 1):
        beamtime.dims.set_current_step(0, step)
        shown = np.asarray(frames.data[step])
        assert frames.contrast_limits == pytest.approx([shown.min(), shown.max()])
    click(qtbot, bar.each_frame)
    before = list(frames.contrast_limits)
    beamtime.dims.set_current_step(0, 3)
    assert list(frames.contrast_limits) == before


def test_a_stack_is_scaled_by_the_button_which_waits_meanwhile(
    qtbot: Any, bar: DisplayBar, beamtime: Any, frames: Image, finish: Callable[[Task], None]
) -> None:
    bar.rule.choose(Rule.EXTREMES)
    bar.extent.choose(True)
    assert not bar.each_frame.isEnabled()
    click(qtbot, bar.button)
    assert not bar.button.isEnabled()
    finish(session_of(beamtime).task("display"))
    stack = np.asarray(frames.data)
    assert frames.contrast_limits == pytest.approx([stack.min(), stack.max()])
    assert bar.button.isEnabled()


def test_two_bars_and_the_shortcuts_agree(qtbot: Any, bar: DisplayBar, beamtime: Any) -> None:
    other = DisplayBar(beamtime)
    qtbot.addWidget(other)
    click(qtbot, other.scales[Scale.SQRT])
    assert bar.scales[Scale.SQRT].isChecked()
    other.low.setValue(7)
    assert bar.low.value() == 7


def test_without_an_image_nothing_can_be_pressed(bar: DisplayBar, beamtime: Any) -> None:
    beamtime.layers.clear()
    assert bar.name.text() == bars.NO_IMAGE
    assert not any(field.isEnabled() for field in (*bar.scales.values(), bar.button, bar.each_frame, bar.rule))


def test_a_stack_that_cannot_be_read_is_said(
    qtbot: Any, bar: DisplayBar, beamtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(bars, "show_error", said.append)
    levels = [np.ones((4, 32, 32)), np.ones((4, 16, 16))]
    layer = beamtime.add_image(levels, multiscale=True, contrast_limits=(0, 1), name="levels")
    beamtime.layers.selection = {layer}
    bar.extent.choose(True)
    click(qtbot, bar.button)
    assert "multiscale" in said[0]


def test_selecting_changes_no_layer(bar: DisplayBar, beamtime: Any) -> None:
    known = {layer: (display_of(layer), tuple(layer.contrast_limits)) for layer in beamtime.layers[:2]}
    for layer in list(beamtime.layers) * 2:
        beamtime.layers.selection = {layer}
    assert known == {layer: (display_of(layer), tuple(layer.contrast_limits)) for layer in beamtime.layers[:2]}


def test_the_bar_takes_two_rows_of_a_narrow_dock(qtbot: Any, bar: DisplayBar) -> None:
    bar.resize(DOCK_PX, bar.sizeHint().height())
    bar.show()
    assert bar.minimumSizeHint().width() <= DOCK_PX
    assert len({widget.y() // 20 for widget in (*bar.scales.values(), bar.button, bar.rule, bar.extent)}) == 2
    assert all(
        widget.toolTip()
        for widget in (*bar.scales.values(), bar.button, bar.each_frame, bar.rule, bar.low, bar.high, bar.extent)
    )


def test_new_limits_begin_with_what_was_opened(bar: DisplayBar, frames: Image) -> None:
    assert (bar.low.value(), bar.high.value()) == (
        display_of(frames).autoscale.low_percent,
        display_of(frames).autoscale.high_percent,
    )
    assert display_of(frames).autoscale in (Autoscale(), Autoscale(high_percent=99.99))


@pytest.mark.usefixtures("step_by_step")
def test_many_layers_are_counted_while_that_takes_long(
    qtbot: Any, bar: DisplayBar, beamtime: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displays, "LONG_S", 0.0)
    beamtime.layers.selection = {layer for layer in beamtime.layers if isinstance(layer, Image)}
    click(qtbot, bar.scales[Scale.LOG])
    assert bar.name.text() == "1 of 2 layers"
    until(lambda: not bar.displays.busy)
    assert "full shots" in bar.name.toolTip()
    assert "of 2 layers" not in bar.name.text()
