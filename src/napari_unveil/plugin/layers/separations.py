"""Separations enter, signal and noise layers beside the frames leave."""

from collections.abc import Mapping
from typing import Any

from napari.experimental import link_layers
from napari.layers import Image

from napari_unveil.plugin.layers.frames import ENERGY, METADATA, PROVENANCE, UNIT, layer_named, placement, stack_of

SHARED_LOOK = ("contrast_limits", "gamma", "colormap")


def show_separation(
    viewer: Any, layer: Image, signal: Any, noise: Any, *, provenance: Mapping[str, Any]
) -> tuple[Image, Image]:
    """Show a separation of ``layer`` beside it, in layers that an earlier one left or in new ones.

    Parameters
    ----------
    signal, noise
        Array-likes of the shape of ``layer``.
    provenance
        What made them, plain values.
    """
    is_new = f"{layer.name} signal" not in viewer.layers
    shown = [
        _shown(viewer, f"{layer.name} {kind}", data, layer, provenance)
        for kind, data in (("signal", signal), ("noise", noise))
    ]
    if is_new:
        link_layers([layer, shown[0]], SHARED_LOOK)
        shown[1].visible = False  # the signal is what is looked at first; side by side shows both
        viewer.layers.selection.active = layer
    return shown[0], shown[1]


def _shown(viewer: Any, name: str, data: Any, like: Image, provenance: Mapping[str, Any]) -> Image:
    stack = stack_of(like)
    energy = provenance.get("parameters", {}).get(ENERGY, stack.photon_energy_keV)
    facts = {PROVENANCE: dict(provenance), UNIT: stack.unit, ENERGY: energy}
    existing = layer_named(viewer, name)
    if isinstance(existing, Image) and tuple(existing.data.shape) == tuple(data.shape):
        existing.data = data
        existing.metadata = {**existing.metadata, METADATA: facts}
        return existing
    return viewer.add_image(
        data,
        name=name,
        rgb=False,
        multiscale=False,
        contrast_limits=like.contrast_limits,
        gamma=like.gamma,
        colormap=like.colormap,
        metadata={METADATA: facts},
        **placement(like),
    )
