"""A model's card as a person reads it: label and text, one pair a line."""

import math
from collections.abc import Mapping
from typing import Any

from napari_unveil.network.card import ModelCard

Lines = tuple[tuple[str, str], ...]

SCALINGS = {
    "physical": "photons, one scale for all frames; nothing is clipped",
    "percentile": "percentiles 1 and 99.95 of each patch (published)",
}
HEADS = {
    "share": "noise is a share of each pixel; signal + noise = frame exactly",
    "subtract": "signal is the frame less the noise, never negative (published)",
}
SCORES = {"validation_loss": "loss on held-out frames"}


def card_in_words(card: ModelCard) -> Lines:
    """What a model is, in lines of label and text; what a card does not say is left out."""
    training, settings = card.training, card.settings
    lines = (
        ("Trained on", _data(training.get("library", {}))),
        ("Date", card.created.replace("T", " ").partition("+")[0]),
        ("Patches seen", _number(training.get("patches_seen"))),
        ("Scores", ", ".join(f"{SCORES.get(name, name)} {value:.4g}" for name, value in card.scores.items())),
        ("Unit", card.unit),
        ("Photon energy", f"{card.photon_energy_keV:g} keV" if card.photon_energy_keV else ""),
        ("Intensities", _range(training.get("range"))),
        ("Scaling", _known(SCALINGS, settings.get("scaling"))),
        ("Head", _known(HEADS, settings.get("head"))),
        ("Loss", str(settings.get("loss", ""))),
        ("Network", _network(settings.get("network"))),
        ("Error bars", _errors(card.errors)),
        ("Recipe", card.recipe),
        ("Program", f"napari-unveil {card.version}" if card.version else ""),
    )
    return tuple((label, text) for label, text in lines if text)


def _data(library: Mapping[str, Any]) -> str:
    if "campaigns" in library:
        return f"{len(library['campaigns'])} simulated beamtimes"
    sources = [str(library[name]) for name in ("signal", "noise") if name in library]
    return "; ".join(sources)


def _range(known: object) -> str:
    if not isinstance(known, Mapping):
        return ""
    kinds = (f"{kind} {known[kind][1]:.3g} to {known[kind][-1]:.3g}" for kind in ("signal", "noise"))
    return f"{', '.join(kinds)} {known['unit']} (median to percentile {known['percentiles'][-1]:g})"


def _network(network: object) -> str:
    if not isinstance(network, Mapping):
        return ""
    widths = " / ".join(str(width) for width in network.get("widths", ()))
    cells = ", in cells of 2 × 2 pixels" if network.get("cell_px", 1) > 1 else ""
    errors = ", with an error bar" if network.get("outputs", 1) > 1 else ""
    plain = ", of ordinary convolutions" if network.get("group", "p4") == "plain" else ""
    return f"U-Net of {widths} fields, {network.get('latent', '?')} latent{cells}{errors}{plain}"


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
