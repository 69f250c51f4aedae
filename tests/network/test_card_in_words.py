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


def test_a_card_says_what_its_recipe_learned_from_what():
    network = {"kind": "msd", "depth": 100, "dilations": 10, "inputs": 1, "outputs": 1}
    settings = {
        "network": network,
        "strategy": "X:1",
        "estimate": "standardised",
        "split": {"form": "tomography", "parts": 4},
    }
    training = {"library": {"measurement": "tooth.h5::/exchange/data", "split": {"parts": 4}}}
    lines = dict(card_in_words(ModelCard("noise2inverse", settings, "1/pixel", None, training)))
    assert lines["Recipe"] == "without clean data, from independent parts of a measurement"
    assert lines["Split"] == "slices from every 4th angle of a tomography"
    assert lines["Network"] == "mixed-scale dense network (MS-D) of 100 layers, dilations 1 to 10"
    assert lines["Learned"].startswith("from the mean of all parts but one")
    assert lines["Trained on"] == "tooth.h5::/exchange/data"


def test_a_model_of_pairs_says_at_which_exposure_its_signal_is():
    settings = {"network": {"kind": "vdsr", "depth": 20, "filters": 64}, "estimate": "published", "ratio": 20.013}
    training = {"library": {"low": "low.h5", "high": "high.h5"}}
    lines = dict(card_in_words(ModelCard("paired", settings, "photons", None, training)))
    assert lines["Recipe"] == "from low to high counts"
    assert lines["Exposure ratio"].startswith("20.01 photons of a high count for each of a low count")
    assert lines["Network"] == "very deep residual network (VDSR) of 20 layers with 64 filters"
    assert lines["Trained on"] == "low.h5; high.h5"
    irunet = {"network": {"kind": "irunet", "filters": 64}}
    assert dict(card_in_words(ModelCard("paired", irunet, "", None)))["Network"].endswith("(IRUNet) with 64 filters")
