"""Window "Train" with patches for recipes that learn from several images of each place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.network.card import read_card
from napari_unveil.network.settings import UNetSettings
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.train.job import RunNews
from napari_unveil.plugin.train.view import TrainView
from napari_unveil.recipes.noise2inverse_settings import NOISE2INVERSE
from napari_unveil.recipes.paired_settings import PAIRED
from napari_unveil.recipes.registry import RECIPES
from napari_unveil.training import preset

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
Made = Callable[[str], Path]
PATCH_PX = 16
SHELVES = {"paired": ("pairs", (1, 20)), "noise2inverse": ("parts", (1, 1, 1, 1))}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Write a small library for a recipe."""

    def make(recipe: str) -> Path:
        rng, (shelf, exposures) = np.random.default_rng(0), SHELVES[recipe]
        path = tmp_path / f"{recipe}.h5"
        about = {"unit": "photons", "photon_energy_keV": None, "provenance": {"split": {"form": "frames", "parts": 4}}}
        with writing_library(path, patch=PATCH_PX, recipe=recipe, shelves={shelf: len(exposures)}, **about) as shelves:
            for index in range(24):
                images = [rng.poisson(3.0 * exposure, (PATCH_PX, PATCH_PX)) for exposure in exposures]
                shelves[shelf].append(Cutting(np.stack(images).astype(np.float32), (0, 0), 0.0), frame=index % 6)
        return path

    return make


@pytest.fixture(autouse=True)
def tiny_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_unveil.training import loop as training_loop

    monkeypatch.setattr(training_loop, "REPORT_EVERY_S", 0.1)
    for recipe in (PAIRED, NOISE2INVERSE):
        fast = recipe.presets["fast"]
        settings = replace(fast.settings, network=UNetSettings((2, 2), 2))
        monkeypatch.setitem(recipe.presets, "fast", replace(fast, settings=settings))


@pytest.fixture
def view(viewer: Any, qtbot: Any, tmp_path: Path) -> TrainView:
    view = TrainView(viewer)
    qtbot.addWidget(view)
    view.limit.choose("epochs")
    view.output.set_path(tmp_path / "model.safetensors")
    return view


def chosen(view: TrainView, library: Path) -> TrainView:
    view.session.announce_library(library)
    view.preset.choose("fast")
    view.check()
    view.preset.choose("fast")
    view.epochs.setValue(2)
    view.check()
    return view


def entries(view: TrainView) -> list[str]:
    return [view.preset.itemData(row) for row in range(view.preset.count())]


def test_the_first_preset_shown_is_the_one_whose_settings_are_shown(view: TrainView) -> None:
    assert view.preset.value() == "default"


@pytest.mark.parametrize("recipe", list(SHELVES))
def test_presets_are_those_of_the_recipe_that_the_patches_are_for(
    view: TrainView, made: Made, library: Path, recipe: str
) -> None:
    chosen(view, made(recipe))
    assert entries(view) == list(RECIPES[recipe].presets)
    assert view.request().settings.recipe.recipe == recipe
    assert view.request().settings.amsgrad == preset("fast", recipe=recipe).amsgrad
    view.session.announce_library(library)
    view.check()
    assert entries(view) == list(RECIPES["separation"].presets)
    assert view.request().settings == replace(preset("default"), epochs=200)


@pytest.mark.parametrize("name", ["published", "default", "fast"])
def test_a_preset_of_another_recipe_is_asked_for_as_it_is(view: TrainView, made: Made, name: str) -> None:
    chosen(view, made("paired"))
    view.preset.choose(name)
    wanted = preset(name, recipe="paired")
    assert view.expert.settings(epochs=wanted.epochs) == wanted


def test_fields_that_do_not_apply_are_hidden(view: TrainView, made: Made, library: Path) -> None:
    expert = view.expert
    own = (expert.separation.widths, expert.separation.head, expert.separation.noises_to, expert.separation.loss)
    for path, separates, in_parts in (
        (library, True, False),
        (made("paired"), False, False),
        (made("noise2inverse"), False, True),
    ):
        chosen(view, path)
        assert [field.isHidden() for field in own] == [not separates] * 4
        assert expert.strategy.isHidden() != in_parts
        assert not expert.batch.isHidden()
    assert view.preset_note.text().startswith("Network: U-Net of 2 / 2 fields")


def test_the_strategy_is_asked_for(view: TrainView, made: Made) -> None:
    chosen(view, made("noise2inverse"))
    view.expert.strategy.choose("1:X")
    assert view.request().settings.recipe.strategy == "1:X"


def test_the_shipped_model_is_offered_to_its_own_recipe_alone(view: TrainView, made: Made, library: Path) -> None:
    view.begin.choose("default")
    chosen(view, made("paired"))
    item = view.begin.model().item(view.begin.findData("default"))
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert view.begin.value() == ""
    chosen(view, library)
    assert item.flags() & Qt.ItemFlag.ItemIsEnabled


def test_a_model_of_another_recipe_to_begin_from_is_refused_at_once(view: TrainView, made: Made, model: Path) -> None:
    chosen(view, made("paired"))
    view.begin.choose("file")
    view.parent_file.set_path(model)
    view.check()
    assert not view.button.isEnabled()
    assert "“Separate an additive background”" in view.status.text()
    assert "“From low to high counts”" in view.status.text()


@pytest.mark.parametrize(
    ("recipe", "strategy", "names"),
    [
        ("paired", None, ("low count", "high count")),
        ("noise2inverse", "X:1", ("other parts", "part left out")),
        ("noise2inverse", "1:X", ("one part", "other parts")),
    ],
)
def test_a_model_is_trained_and_its_pictures_are_called_what_they_are(
    view: TrainView, made: Made, finish: Finish, recipe: str, strategy: str | None, names: tuple[str, str]
) -> None:
    chosen(view, made(recipe))
    if strategy is not None:
        view.expert.strategy.choose(strategy)
    view.press()
    finish(view.task)
    assert view.status.text().startswith("All epochs are done"), view.status.text()
    assert (view.strip.names["input"].text(), view.strip.names["truth"].text()) == names
    card = read_card(view.path())
    assert card.recipe == recipe
    assert card.settings.get("strategy") == strategy


def test_patches_for_another_recipe_chosen_during_a_run_do_not_disturb_it(
    view: TrainView, made: Made, library: Path, finish: Finish, until: Until
) -> None:
    chosen(view, made("paired"))
    view.epochs.setValue(100_000)
    view.press()
    until(lambda: isinstance(view.task.last_report, RunNews))
    view.session.announce_library(library)
    view.check()
    until(lambda: not view.strip.isHidden())
    assert view.strip.names["truth"].text() == "high count"
    view.end()
    finish(view.task)
    assert read_card(view.path()).recipe == "paired"
    view.check()
    assert entries(view) == list(RECIPES["separation"].presets)


def test_a_window_opened_again_shows_the_preset_that_was_chosen(view: TrainView, made: Made, qtbot: Any) -> None:
    chosen(view, made("noise2inverse"))
    view.expert.batch.setValue(7)
    again = TrainView(view.viewer)
    qtbot.addWidget(again)
    assert again.preset.value() == "fast"
    assert again.expert.batch.value() == 7
    assert again.request().settings == view.request().settings
