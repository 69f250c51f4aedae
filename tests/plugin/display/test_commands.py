"""Commands and keys of the display."""

from typing import Any

import numpy as np
import pytest
from napari.utils.shortcuts import default_shortcuts

from napari_unveil.display.scales import Scale
from napari_unveil.plugin import shortcuts
from napari_unveil.plugin.display import commands
from napari_unveil.plugin.layers.display import display_of

MENU_LETTERS = set("FVLPDWH")
"""Alt and one of these opens a menu of napari."""


@pytest.mark.parametrize(
    ("command", "scale"),
    [
        (commands.show_linear, Scale.LINEAR),
        (commands.show_sqrt, Scale.SQRT),
        (commands.show_log, Scale.LOG),
        (commands.show_arcsinh, Scale.ARCSINH),
    ],
)
def test_each_scale_has_its_command(beamtime: Any, command: Any, scale: Scale) -> None:
    command(beamtime)
    layer = next(layer for layer in reversed(beamtime.layers) if layer.name == "full shots")
    assert display_of(layer).scale is scale


def test_a_key_goes_through_all_scales(viewer: Any) -> None:
    layer = viewer.add_image(np.ones((4, 4)), contrast_limits=(0, 2))
    seen = []
    for _ in Scale:
        commands.cycle_scale(viewer)
        seen.append(display_of(layer).scale)
    assert seen == [Scale.SQRT, Scale.LOG, Scale.ARCSINH, Scale.LINEAR]


def test_autoscale_shows_what_the_selected_layer_holds(viewer: Any) -> None:
    layer = viewer.add_image(np.linspace(0, 100, 64).reshape(8, 8), contrast_limits=(0, 1))
    commands.autoscale(viewer)
    assert layer.contrast_limits == pytest.approx([1, 99.8])


@pytest.mark.parametrize("command", [commands.cycle_scale, commands.autoscale, commands.show_log])
def test_without_an_image_a_sentence_says_so(viewer: Any, command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(commands, "show_error", said.append)
    command(viewer)
    assert "no image layer" in said[0]


def test_keys_of_the_display_clash_with_nothing_of_naparis() -> None:
    ours = {one.keys: one for one in shortcuts.TABLE if one.command.startswith("display.")}
    assert {one.function() for one in ours.values()} == {commands.cycle_scale, commands.autoscale}
    taken = {str(keys).replace("+", "-") for bound in default_shortcuts.values() for keys in bound}
    for keys in ours:
        assert keys not in taken
        assert keys.removeprefix("Alt-") not in MENU_LETTERS
    assert len({one.keys for one in shortcuts.TABLE}) == len(shortcuts.TABLE)
