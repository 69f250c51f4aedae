"""Separations enter, signal and noise layers beside the frames leave.

A result knows its input by the identity of the layer, so that it is found again whatever either is called by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from napari.experimental import link_layers
from napari.layers import Image, Layer

from napari_unveil.plugin.layers.display import KEY
from napari_unveil.plugin.layers.frames import ENERGY, METADATA, PROVENANCE, UNIT, placement, stack_of
from napari_unveil.plugin.layers.look import frame_look
from napari_unveil.types import Frame

SHARED_LOOK = ("contrast_limits", "gamma", "colormap")
SOURCE, PART = "source", "part"
SIGNAL, NOISE = "signal", "noise"


@dataclass(frozen=True, slots=True)
class Results:
    """The layers that separations of one layer left, in its shape; None where there is none."""

    signal: Image | None
    noise: Image | None


def results_of(viewer: Any, layer: Layer) -> Results:
    """The results of ``layer`` that the viewer shows."""
    return Results(_existing(viewer, layer, SIGNAL), _existing(viewer, layer, NOISE))


def source_of(viewer: Any, layer: Layer) -> Layer | None:
    """The layer that ``layer`` is a result of, or None."""
    source = layer.metadata.get(METADATA, {}).get(SOURCE)
    return next((other for other in viewer.layers if str(other.unique_id) == source), None)


def show_separation(
    viewer: Any, layer: Image, signal: Any, noise: Any, *, provenance: Mapping[str, Any], noise_frame: Frame | None
) -> tuple[Image, Image]:
    """Show a separation of ``layer`` beside it, in layers that an earlier one left or in new ones.

    Parameters
    ----------
    signal, noise
        Array-likes of the shape of ``layer``.
    provenance
        What made them, plain values.
    noise_frame
        One frame (y, x) of the noise, for the contrast limits of a new layer.
    """
    active, before = viewer.layers.selection.active, results_of(viewer, layer)
    facts = _facts(layer, provenance)
    shown_signal = _filled(before.signal, signal, facts | {PART: SIGNAL})
    if shown_signal is None:
        shown_signal = _added(viewer, layer, signal, facts | {PART: SIGNAL}, _look_of(layer))
        link_layers([layer, shown_signal], SHARED_LOOK)
    shown_noise = _filled(before.noise, noise, facts | {PART: NOISE})
    if shown_noise is None:
        shown_noise = _added(viewer, layer, noise, facts | {PART: NOISE}, frame_look(noise_frame))
        shown_noise.visible = False  # the signal is what is looked at first; side by side shows both
    if before != Results(shown_signal, shown_noise) and active in viewer.layers:
        viewer.layers.selection.active = active
    return shown_signal, shown_noise


def _existing(viewer: Any, layer: Layer, part: str) -> Image | None:
    mine = {SOURCE: str(layer.unique_id), PART: part}
    shape = tuple(layer.data.shape)
    for other in viewer.layers:
        known = other.metadata.get(METADATA, {})
        if isinstance(other, Image) and mine.items() <= known.items() and tuple(other.data.shape) == shape:
            return other
    return None


def _facts(layer: Image, provenance: Mapping[str, Any]) -> dict[str, Any]:
    stack = stack_of(layer)
    energy = provenance.get("parameters", {}).get(ENERGY, stack.photon_energy_keV)
    return {PROVENANCE: dict(provenance), UNIT: stack.unit, ENERGY: energy, SOURCE: str(layer.unique_id)}


def _filled(layer: Image | None, data: Any, facts: dict[str, Any]) -> Image | None:
    if layer is not None:
        layer.data = data
        layer.metadata = {**layer.metadata, METADATA: facts}
    return layer


def _added(viewer: Any, like: Image, data: Any, facts: dict[str, Any], look: dict[str, Any]) -> Image:
    return viewer.add_image(
        data,
        name=f"{like.name} {facts[PART]}",
        rgb=False,
        multiscale=False,
        **{**look, "metadata": {**look["metadata"], METADATA: facts}},
        **placement(like),
    )


def _look_of(layer: Image) -> dict[str, Any]:
    return {
        "contrast_limits": layer.contrast_limits,
        "gamma": layer.gamma,
        "colormap": layer.colormap,
        "metadata": {KEY: layer.metadata[KEY]} if KEY in layer.metadata else {},
    }
