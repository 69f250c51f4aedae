"""What napari learns of the plugin, and what it costs to load."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from npe2 import PluginManifest

import napari_unveil
from napari_unveil.plugin import samples

MANIFEST = PluginManifest.from_file(Path(napari_unveil.__file__).parent / "napari.yaml")
VIEWS = ("mask.view", "split.view", "harvest.view", "train.view", "denoise.view", "inspect.view", "workbench")


def test_every_command_can_be_imported() -> None:
    assert MANIFEST.contributions.commands
    for command in MANIFEST.contributions.commands:
        module, name = str(command.python_name).split(":")
        assert callable(getattr(importlib.import_module(module), name)), command.id


def test_there_are_six_windows_a_workbench_and_the_display() -> None:
    names = [widget.display_name for widget in MANIFEST.contributions.widgets or []]
    steps = ["Signal mask", "Split measurement", "Harvest patches", "Train", "Denoise", "Inspect"]
    assert names == ["Workbench", *steps, "Display"]


def test_opening_the_windows_loads_no_torch() -> None:
    script = (
        "import sys, napari; from napari_unveil.plugin.workbench import Workbench;"
        "import napari_unveil.plugin.commands, napari_unveil.plugin.reader, napari_unveil.plugin.samples;"
        "viewer = napari.components.ViewerModel();"
        "from qtpy.QtWidgets import QApplication; app = QApplication([]); Workbench(viewer);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", script], timeout=60, check=False).returncode == 0


def test_importing_the_package_loads_neither_torch_nor_qt() -> None:
    script = "import sys, napari_unveil; sys.exit(bool({'torch', 'qtpy', 'napari'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize(("make", "name"), [(samples.xray_only, "X-ray only"), (samples.full, "full shots")])
def test_samples_are_a_few_shots_with_their_unit(make: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SHAPE", (64, 64))
    (data, arguments, _) = make()[0]
    assert (data.shape, arguments["name"]) == ((4, 64, 64), name)
    assert arguments["metadata"]["unveil"]["stack"].unit == "keV"
