"""Window "Harvest patches" for recipes that learn from several images of each place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import Address, stack_from_array
from napari_unveil.harvest import PatchLibrary
from napari_unveil.plugin.harvest.gallery import gallery_of
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.jobs import Task
from napari_unveil.recipes.noise2inverse_settings import MEASUREMENT
from napari_unveil.recipes.paired_settings import HIGH_COUNT, LOW_COUNT
from napari_unveil.recipes.registry import RECIPES

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
Opened = Callable[..., HarvestView]


def names_of(view: HarvestView, role: Any) -> list[str]:
    return [layer.name for layer in view.roles.layers_of(role)]


def written(view: HarvestView, finish: Finish) -> PatchLibrary:
    view.press()
    finish(view.task)
    assert view.session.library is not None, view.status.text()
    return PatchLibrary.open(view.session.library)


def test_every_recipe_is_offered_with_its_roles(pairs: Any, opened: Opened) -> None:
    view = opened(pairs, "paired")
    assert [view.recipe.itemData(place) for place in range(view.recipe.count())] == list(RECIPES)
    for recipe in RECIPES.values():
        view.recipe.choose(recipe.name)
        combo = view.roles.cellWidget(0, 3)
        assert [combo.itemText(place) for place in range(1, combo.count())] == [role.title for role in recipe.roles]


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_only_fields_that_apply_are_shown(pairs: Any, opened: Opened, recipe: str) -> None:
    view = opened(pairs, recipe)
    mixtures = (view.mask, view.signals, view.noises, view.min_intensity)
    assert [field.isHidden() for field in mixtures] == [recipe != "separation"] * 4
    assert view.patches.isHidden() == (recipe == "separation")


def test_pairs_are_harvested(pairs: Any, opened: Opened, finish: Finish, until: Until) -> None:
    view = opened(pairs, "paired")
    assert (names_of(view, LOW_COUNT), names_of(view, HIGH_COUNT)) == (["low counts"], ["high counts"])
    until(lambda: "Exposure ratio" in view.ahead.text())
    assert "30 pairs" in view.ahead.text()
    ratio = float(view.ahead.text().split("Exposure ratio ")[1].split(",")[0])
    assert ratio == pytest.approx(20, rel=0.05)
    library = written(view, finish)
    assert (library.recipe, library.kinds, library.count("pairs")) == ("paired", ("pairs",), 30)
    assert view.status.text().startswith("30 of 30 pairs in")


def test_what_is_doubtful_about_pairs_is_told_before_the_harvest(pairs: Any, opened: Opened, until: Until) -> None:
    low, high = pairs.layers
    low.name, high.name = "high counts", "low counts"
    view = opened(pairs, "paired")
    until(lambda: "are the two exchanged?" in view.caution.text())
    assert not view.caution.isHidden()
    assert view.button.isEnabled(), "a caution hinders nobody"
    view.recipe.choose("separation")
    view.check()
    assert view.caution.isHidden()


def test_pairs_are_looked_at_once(pairs: Any, opened: Opened, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_unveil.plugin.harvest import ahead

    counted: list[int] = []
    real = ahead.check_pairs
    monkeypatch.setattr(ahead, "check_pairs", lambda *some, **more: (counted.append(1), real(*some, **more))[1])
    view = opened(pairs, "paired")
    until(lambda: "30 pairs" in view.ahead.text())
    view.patches.setValue(40)
    view.check()
    until(lambda: "40 pairs" in view.ahead.text())
    assert counted == [1]


def test_exposures_of_unequal_number_are_refused(pairs: Any, show: Any, opened: Opened) -> None:
    show(np.ones((2, 48, 48), np.float32), "more high counts")
    view = opened(pairs, "paired")
    assert "6 low-count and 8 high-count frames" in view.status.text()
    assert not view.button.isEnabled()


def test_a_role_is_read_off_the_dataset_where_the_name_says_nothing(viewer: Any, show: Any, opened: Opened) -> None:
    for dataset in ("/high_count/data", "/low_count/data"):
        stack = stack_from_array(np.ones((2, 24, 24), np.float32), name="sample.h5", unit="photons")
        show(replace(stack, address=Address(Path("sample.h5"), dataset)), "sample")
    view = opened(viewer, "paired")
    assert (names_of(view, LOW_COUNT), names_of(view, HIGH_COUNT)) == (["sample [1]"], ["sample"])


def test_a_split_measurement_is_harvested_with_what_is_known_of_its_split(
    split_measurement: Any, opened: Opened, finish: Finish
) -> None:
    view = opened(split_measurement, "noise2inverse")
    assert names_of(view, MEASUREMENT) == ["measurement split"], "not the frames that it was made of"
    library = written(view, finish)
    assert (library.recipe, library.kinds, library.labels["parts"].channels) == ("noise2inverse", ("parts",), 4)
    assert library.provenance["split"] == {"form": "thinning", "parts": 4}
    assert view.status.text().startswith("30 of 30 patches in parts in")


def test_a_layer_that_is_not_split_is_sent_to_the_window_that_splits(split_measurement: Any, opened: Opened) -> None:
    del split_measurement.layers["measurement split"]
    view = opened(split_measurement, "noise2inverse")
    assert names_of(view, MEASUREMENT) == ["measurement"]
    assert "not split into independent parts" in view.status.text()
    assert "Split measurement" in view.status.text()


def test_a_role_given_in_one_recipe_says_nothing_in_another(pairs: Any, opened: Opened) -> None:
    view = opened(pairs, "separation")
    low = pairs.layers["low counts"]
    view.roles.give(low, RECIPES["separation"].roles[0])
    view.recipe.choose("paired")
    assert view.roles.role_of(low) == LOW_COUNT


def test_patches_of_pairs_are_shown_side_by_side_and_removed(
    pairs: Any, opened: Opened, finish: Finish, tmp_path: Path
) -> None:
    view = opened(pairs, "paired")
    written(view, finish)
    assert view.panel.kind.isHidden(), "there is one kind"
    view.panel.show_patches()
    finish(view.task)
    layer = pairs.layers["pairs"]
    assert layer.data.shape[-1] == 6 * (16 + 1 + 16) + 5 * 2
    gallery = gallery_of(view.session)
    assert gallery.sentence.startswith("30 pairs, the brightest first")
    gallery.click("pairs", 0, 3, 20)
    assert "pair 1 of 30" in gallery.sentence
    view.panel.remove_marked()
    finish(view.task)
    assert PatchLibrary.open(tmp_path / "patches.h5").count("pairs") == 29
    assert "1 patches removed" in view.status.text()


def test_the_kinds_to_look_at_are_those_of_the_library(
    pairs: Any, opened: Opened, finish: Finish, library: Path
) -> None:
    view = opened(pairs, "paired")
    kinds = view.panel.kind
    written(view, finish)
    assert [kinds.itemData(place) for place in range(kinds.count())] == ["pairs"]
    view.panel.library.set_path(library)
    assert [kinds.itemData(place) for place in range(kinds.count())] == ["signal", "noise"]
    assert not kinds.isHidden()
