"""Separations enter, signal and noise layers beside the frames leave.

A result knows its input by the identity of the layer, so that it is found again whatever either is called by then.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    shown = show_signal(viewer, layer, signal, provenance=provenance)
    return shown, show_noise(viewer, layer, noise, provenance=provenance, noise_frame=noise_frame)


def show_signal(viewer: Any, layer: Image, signal: Any, *, provenance: Mapping[str, Any]) -> Image:
    """Show the signal of a separation, with the look of ``layer``; see :func:`show_separation`."""
    facts = _facts(layer, provenance) | {PART: SIGNAL}
    shown = _filled(results_of(viewer, layer).signal, signal, facts)
    if shown is None:
        shown = _added(viewer, layer, signal, facts, _look_of(layer))
        link_layers([layer, shown], SHARED_LOOK)
    return shown


def show_noise(
    viewer: Any, layer: Image, noise: Any, *, provenance: Mapping[str, Any], noise_frame: Frame | None
) -> Image:
    """Show the noise of a separation; see :func:`show_separation`."""
    facts = _facts(layer, provenance) | {PART: NOISE}
    shown = _filled(results_of(viewer, layer).noise, noise, facts)
    if shown is None:
        hidden = {"visible": False}  # the signal is what is looked at first; side by side shows both
        shown = _added(viewer, layer, noise, facts, frame_look(noise_frame) | hidden)
    return shown


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
    with _selection_kept(viewer):
        return viewer.add_image(
            data,
            name=f"{like.name} {facts[PART]}",
            rgb=False,
            multiscale=False,
            **{**look, "metadata": {**look["metadata"], METADATA: facts}},
            **placement(like),
        )


@contextmanager
def _selection_kept(viewer: Any) -> Iterator[None]:
    """Leave the selection alone where napari would select the new layer; nobody is told of the way there and back."""
    selection = viewer.layers.selection
    chosen, active, current = set(selection), selection.active, selection._current
    with selection.events.blocker_all():
        try:
            yield
        finally:
            selection.active = active
            selection.update(chosen)
            selection.intersection_update(chosen)
            selection._current = current


def _look_of(layer: Image) -> dict[str, Any]:
    return {
        "contrast_limits": layer.contrast_limits,
        "gamma": layer.gamma,
        "colormap": layer.colormap,
        "metadata": {KEY: layer.metadata[KEY]} if KEY in layer.metadata else {},
    }
