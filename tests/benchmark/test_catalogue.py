"""Names become methods, or one sentence says why not."""

from dataclasses import replace

import pytest

from napari_unveil.benchmark import catalogue
from napari_unveil.benchmark.catalogue import all_names, choose, without_training
from napari_unveil.benchmark.variants import variants
from napari_unveil.errors import Refused


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(catalogue, "find_spec", lambda name: None)


def test_names_are_unique():
    assert len(set(all_names())) == len(all_names())


def test_methods_come_in_the_order_of_the_table():
    assert choose(["oracle", "input"]).names == ("input", "oracle")
    assert [method.name for method in without_training(("input", "oracle", "default"))] == ["input", "oracle"]


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match=r"no method is called wiener.*median"):
        choose(["median", "wiener"])


@pytest.mark.usefixtures("nothing_installed")
class TestWithoutExtras:
    def test_what_cannot_be_had_is_left_out_with_a_sentence(self):
        choice = choose()
        assert "lacosmic" not in choice.names
        assert "median" in choice.names
        assert any("napari-unveil[benchmark]" in sentence for sentence in choice.absent)

    def test_what_is_asked_for_by_name_is_refused(self):
        with pytest.raises(Refused, match="astroscrappy is not installed"):
            choose(["lacosmic"])


def test_the_shipped_model_runs_where_it_is_told_to():
    (shipped,) = without_training(("shipped",), device="cpu")
    assert shipped.denoiser.device.type == "cpu"
    with pytest.raises(Refused, match="device none is not available"):
        without_training(("shipped",), device="none")


def test_networks_are_trained_only_where_they_are_asked_for():
    assert choose(["input"]).variants == ()
    assert [variant.name for variant in choose(["default-4-passes"]).variants] == ["default"]


def test_the_full_width_has_to_be_asked_for():
    assert "published-full-width" not in choose().names
    assert choose(["published-full-width"]).names == ("published-full-width",)


def test_every_method_is_described():
    notes = choose().notes
    assert all(notes.values())
    assert len(set(notes.values())) == len(notes)
    assert notes["default-plain-4-passes"].startswith(notes["default-plain"])


def test_what_gives_no_error_bar_has_no_output_for_one():
    for variant in variants():
        recipe = variant.settings.recipe
        assert (recipe.network.outputs == 2) == (recipe.loss != "mae" and recipe.head == "share")


def test_ordinary_convolutions_cost_the_same():
    by_name = {variant.name: variant.settings.recipe.network for variant in variants()}
    assert replace(by_name["default-plain"], group="p4") == by_name["default"]


def test_an_ablation_differs_from_the_default_in_its_recipe_alone():
    by_name = {variant.name: variant.settings for variant in variants()}
    default = by_name["default"]
    for name, settings in by_name.items():
        if name.startswith("default-"):
            assert settings.recipe != default.recipe
            assert (settings.batch, settings.learning_rate) == (default.batch, default.learning_rate)
