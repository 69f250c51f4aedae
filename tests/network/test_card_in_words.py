"""The card of a model as a person reads it."""

from napari_unveil.network.card import ModelCard, read_card
from napari_unveil.network.card_in_words import card_in_words
from napari_unveil.workflow.models import model_path


def test_the_shipped_model_says_what_it_is():
    lines = dict(card_in_words(read_card(model_path("default"))))
    assert lines["Trained on"] == "96 simulated beamtimes"
    assert lines["Patches seen"] == "200 928"
    assert lines["Scores"].startswith("loss on held-out frames 0.5593")
    assert lines["Network"] == "U-Net of 8 / 16 / 32 fields, 8 latent, in cells of 2 × 2 pixels, with an error bar"
    assert lines["Unit"] == "photons"
    assert lines["Program"].startswith("napari-unveil ")


def test_what_a_card_does_not_say_is_left_out():
    lines = dict(card_in_words(ModelCard("separation", {}, "", None)))
    assert list(lines) == ["Recipe"]


def test_a_model_of_ones_own_names_its_frames():
    training = {"library": {"signal": "a.h5::/d", "noise": "b.h5::/d"}}
    assert dict(card_in_words(ModelCard("separation", {}, "keV", 8.0, training)))["Trained on"] == "a.h5::/d; b.h5::/d"


def test_a_card_says_how_far_the_error_of_a_mean_falls():
    card = ModelCard("separation", {}, "", None, errors={"scale": 0.8, "correlation": 0.09})
    words = dict(card_in_words(card))["Error bars"]
    assert words.startswith("errors of neighbouring pixels are correlated: ")
    assert "30%" in words
    assert "Error bars" not in dict(card_in_words(ModelCard("separation", {}, "", None)))
