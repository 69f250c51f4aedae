"""A network's settings as a person reads them: plain values enter, a phrase leaves."""

from collections.abc import Mapping
from typing import Any

PHRASES = {
    "msd": "mixed-scale dense network (MS-D) of {depth} layers, dilations 1 to {dilations}",
    "vdsr": "very deep residual network (VDSR) of {depth} layers with {filters} filters",
    "irunet": "inception U-Net (IRUNet) with {filters} filters",
}


def network_in_words(network: object) -> str:
    """Kind and size of the network with these settings, as a header holds them; without a kind it is a U-Net."""
    if not isinstance(network, Mapping):
        return ""
    kind = str(network.get("kind", "unet"))
    if kind == "unet":
        return _unet_in_words(network)
    try:
        return PHRASES[kind].format(**network)
    except KeyError:
        return kind


def _unet_in_words(network: Mapping[str, Any]) -> str:
    widths = " / ".join(str(width) for width in network.get("widths", ()))
    cells = ", in cells of 2 × 2 pixels" if network.get("cell_px", 1) > 1 else ""
    errors = ", with an error bar" if network.get("outputs", 1) > 1 else ""
    plain = ", of ordinary convolutions" if network.get("group", "p4") == "plain" else ""
    return f"U-Net of {widths} fields, {network.get('latent', '?')} latent{cells}{errors}{plain}"
