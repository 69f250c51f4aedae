"""Layers and their roles."""

import time
from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtWidgets import QApplication

from napari_unveil.plugin import layers
from napari_unveil.plugin.harvest.role_table import RoleTable
from napari_unveil.plugin.session import session_of
from napari_unveil.recipes.separation_settings import SEPARATION, XRAY_ONLY


@pytest.fixture
def table(beamtime: Any, qtbot: Any) -> RoleTable:
    table = RoleTable(session_of(beamtime), roles=SEPARATION.roles)
    qtbot.addWidget(table)
    return table


def rows(table: RoleTable) -> list[list[str]]:
    QApplication.processEvents()
    return [
        [table.item(row, column).text() for column in range(3)] + [table.cellWidget(row, 3).currentText()]
        for row in range(table.rowCount())
    ]


def test_each_image_layer_has_a_row(table: RoleTable) -> None:
    assert rows(table) == [
        ["X-ray only", "4 x 64 x 64", "keV", "X-ray only"],
        ["full shots", "4 x 64 x 64", "keV", "full shot"],
    ]


def test_layers_that_come_go_and_are_renamed_are_followed(table: RoleTable, beamtime: Any) -> None:
    layer = beamtime.add_image(np.zeros((3, 8, 9)), name="dark")
    assert rows(table)[-1] == ["dark", "3 x 8 x 9", "", "–"]
    layer.name = "laser on"
    assert rows(table)[-1] == ["laser on", "3 x 8 x 9", "", "full shot"]
    beamtime.layers.remove(layer)
    assert len(rows(table)) == 2


def test_a_role_given_by_hand_outlives_names_and_the_window(table: RoleTable, beamtime: Any, qtbot: Any) -> None:
    layer = beamtime.layers["full shots"]
    combo = table.cellWidget(1, 3)
    combo.choose("signal")
    combo.activated.emit(combo.currentIndex())
    layer.name = "full throttle"
    assert table.layers_of(XRAY_ONLY) == [beamtime.layers["X-ray only"], layer]
    again = RoleTable(session_of(beamtime), roles=SEPARATION.roles)
    qtbot.addWidget(again)
    assert again.role_of(layer) == XRAY_ONLY
    again.give(layer, None)
    assert again.role_of(layer) is None
    assert rows(again)[1][-1] == "–"


def test_results_single_images_and_colour_images_play_no_role(table: RoleTable, beamtime: Any) -> None:
    result = {layers.METADATA: {layers.PROVENANCE: {"model": "m"}}}
    beamtime.add_image(np.zeros((2, 8, 8)), name="full shots signal", metadata=result)
    beamtime.add_image(np.zeros((8, 8, 3), np.uint8), name="full photo", rgb=True)
    assert len(rows(table)) == 2
    mean = beamtime.add_image(np.zeros((8, 8)), name="X-ray only, mean")
    assert table.role_of(mean) is None


def test_two_hundred_layers_are_no_trouble(table: RoleTable, beamtime: Any) -> None:
    beamtime.layers.extend([Image(np.zeros((2, 4, 4)), name=f"xray {number}") for number in range(200)])
    start = time.perf_counter()
    assert len(rows(table)) == 202
    assert len(table.layers_of(XRAY_ONLY)) == 201
    assert time.perf_counter() - start < 2, "about 0.1 s on an idle machine"
    assert table.height() < 400
    start = time.perf_counter()
    beamtime.layers[-1].name = "dark"
    assert rows(table)[-1][-1] == "–"
    assert time.perf_counter() - start < 1
