"""A model's card as a person reads it: label and text, one pair a line."""

import math
from collections.abc import Mapping
from typing import Any

from napari_unveil.network.card import ModelCard
from napari_unveil.network.network_in_words import network_in_words

Lines = tuple[tuple[str, str], ...]

RECIPES = {
    "separation": "separates an additive background",
    "paired": "from low to high counts",
    "noise2inverse": "without clean data, from independent parts of a measurement",
}
SCALINGS = {
    "physical": "photons, one scale for all frames; nothing is clipped",
    "percentile": "percentiles 1 and 99.95 of each patch (published)",
}
HEADS = {
    "share": "noise is a share of each pixel; signal + noise = frame exactly",
    "subtract": "signal is the frame less the noise, never negative (published)",
}
ESTIMATES = {
    "rate": "photons that are to be expected, by the Poisson likelihood; flux is kept",
    "standardised": "values, by squared error (published)",
    "published": "images divided by their sums; the absolute intensity is not learned (published)",
}
STRATEGIES = {
    "X:1": "from the mean of all parts but one to that one (X:1, published)",
    "1:X": "from one part to the mean of the others (1:X)",
}
FORMS = {
    "tomography": "slices from every {parts}th angle of a tomography",
    "frames": "{parts} groups of exposures of a static scene",
    "thinning": "photons of each frame, dealt out to {parts} parts by chance",
}
SOURCES = ("signal", "noise", "low", "high", "measurement")
SCORES = {"validation_loss": "loss on held-out frames"}


def card_in_words(card: ModelCard) -> Lines:
    """What a model is, in lines of label and text; what a card does not say is left out."""
    training, settings = card.training, card.settings
    lines = (
        ("Recipe", _known(RECIPES, card.recipe)),
        ("Trained on", _data(training.get("library", {}))),
        ("Split", _split(settings.get("split"))),
        ("Exposure ratio", _ratio(settings.get("ratio"))),
        ("Date", card.created.replace("T", " ").partition("+")[0]),
        ("Patches seen", _number(training.get("patches_seen"))),
        ("Scores", ", ".join(f"{SCORES.get(name, name)} {value:.4g}" for name, value in card.scores.items())),
        ("Unit", card.unit),
        ("Photon energy", f"{card.photon_energy_keV:g} keV" if card.photon_energy_keV else ""),
        ("Intensities", _range(training.get("range"))),
        ("Learned", _known(STRATEGIES, settings.get("strategy"))),
        ("Estimate", _known(ESTIMATES, settings.get("estimate"))),
        ("Scaling", _known(SCALINGS, settings.get("scaling"))),
        ("Head", _known(HEADS, settings.get("head"))),
        ("Loss", str(settings.get("loss", ""))),
        ("Network", network_in_words(settings.get("network"))),
        ("Error bars", _errors(card.errors)),
        ("Program", f"napari-unveil {card.version}" if card.version else ""),
    )
    return tuple((label, text) for label, text in lines if text)


def _data(library: Mapping[str, Any]) -> str:
    if "campaigns" in library:
        return f"{len(library['campaigns'])} simulated beamtimes"
    sources = [str(library[name]) for name in SOURCES if isinstance(library.get(name), str)]
    return "; ".join(sources)


def _split(split: object) -> str:
    if not isinstance(split, Mapping) or split.get("form") not in FORMS:
        return ""
    return FORMS[split["form"]].format(parts=split.get("parts", "?"))


def _ratio(ratio: object) -> str:
    if not isinstance(ratio, int | float):
        return ""
    return f"{ratio:.4g} photons of a high count for each of a low count; the signal is at the low exposure"


def _range(known: object) -> str:
    if not isinstance(known, Mapping):
        return ""
    kinds = (f"{kind} {known[kind][1]:.3g} to {known[kind][-1]:.3g}" for kind in ("signal", "noise"))
    return f"{', '.join(kinds)} {known['unit']} (median to percentile {known['percentiles'][-1]:g})"


def _errors(errors: Mapping[str, float]) -> str:
    if not errors.get("correlation"):
        return ""
    return (
        "errors of neighbouring pixels are correlated: the error of a mean over many pixels falls to about "
        f"{math.sqrt(errors['correlation']):.0%} of that of one, and no further"
    )


def _known(words: Mapping[str, str], name: object) -> str:
    return "" if name is None else words.get(str(name), str(name))


def _number(value: object) -> str:
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else ""
