"""Separations enter, layers of signal, noise, standard error and a warning map beside the frames leave.

A result knows its input by the identity of the layer, so that it is found again whatever either is called by then.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from napari.experimental import link_layers
from napari.layers import Image, Layer

from napari_unveil.display.limits import FirstLook
from napari_unveil.frames import FrameStack
from napari_unveil.frames.results import CORRELATION
from napari_unveil.plugin.layers.display import KEY
from napari_unveil.plugin.layers.frames import ENERGY, METADATA, PROVENANCE, STACK, UNIT, placement, stack_of
from napari_unveil.plugin.layers.look import ERROR_COLORMAP, WARNING_COLORMAP, frame_look
from napari_unveil.plugin.layers.removing import remove
from napari_unveil.types import Frame

SHARED_LOOK = ("contrast_limits", "gamma", "colormap")
SOURCE, PART = "source", "part"
SIGNAL, NOISE, ERROR, WARNING = "signal", "noise", "error", "warning"


@dataclass(frozen=True, slots=True)
class Results:
    """The layers that separations of one layer left, in its shape; None where there is none."""

    signal: Image | None
    noise: Image | None
    error: Image | None
    warning: Image | None


def results_of(viewer: Any, layer: Layer) -> Results:
    """The results of ``layer`` that the viewer shows."""
    return Results(*(_existing(viewer, layer, part) for part in (SIGNAL, NOISE, ERROR, WARNING)))


def source_of(viewer: Any, layer: Layer) -> Layer | None:
    """The layer that ``layer`` is a result of, or None."""
    source = layer.metadata.get(METADATA, {}).get(SOURCE)
    return next((other for other in viewer.layers if str(other.unique_id) == source), None)


def show_separation(
    viewer: Any,
    layer: Image,
    signal: Any,
    noise: Any,
    *,
    provenance: Mapping[str, Any],
    noise_frame: Frame | FirstLook | None,
) -> tuple[Image, Image]:
    """Show a separation of ``layer`` beside it, in layers that an earlier one left or in new ones.

    Parameters
    ----------
    signal, noise
        Array-likes of the shape of ``layer``.
    provenance
        What made them, plain values.
    noise_frame
        One frame (y, x) of the noise, or what was found for it, for the contrast limits of a new layer.
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
    viewer: Any, layer: Image, noise: Any, *, provenance: Mapping[str, Any], noise_frame: Frame | FirstLook | None
) -> Image:
    """Show the noise of a separation; see :func:`show_separation`."""
    facts = _facts(layer, provenance) | {PART: NOISE}
    shown = _filled(results_of(viewer, layer).noise, noise, facts)
    if shown is None:
        hidden = {"visible": False}  # the signal is what is looked at first; side by side shows both
        shown = _added(viewer, layer, noise, facts, frame_look(noise_frame) | hidden)
    return shown


def show_error(
    viewer: Any,
    layer: Image,
    error: Any,
    *,
    provenance: Mapping[str, Any],
    error_frame: Frame | FirstLook | None,
    correlation: float = 0.0,
) -> Image:
    """Show the standard error of the signal of a separation, hidden at first; see :func:`show_separation`.

    ``correlation`` is the effective one of the errors of two pixels.
    """
    facts = _facts(layer, provenance) | {PART: ERROR, CORRELATION: correlation}
    shown = _filled(results_of(viewer, layer).error, error, facts)
    return shown or _added(viewer, layer, error, facts, error_look(error_frame))


def show_warning(viewer: Any, layer: Image, unlike: Any, *, provenance: Mapping[str, Any]) -> Image:
    """Show where frames are unlike the training data, as a veil over them; see :func:`show_separation`."""
    facts = _facts(layer, provenance) | {PART: WARNING, UNIT: ""}
    shown = _filled(results_of(viewer, layer).warning, unlike, facts)
    return shown or _added(viewer, layer, unlike, facts, warning_look())


def remove_part(viewer: Any, layer: Image, part: str) -> None:
    """Take away a part that an earlier separation of ``layer`` left and the one of now has not, such as ``error``."""
    earlier = _existing(viewer, layer, part)
    if earlier is not None:
        remove(viewer, earlier)


def error_look(frame: Frame | FirstLook | None) -> dict[str, Any]:
    """What a layer of standard errors begins with: colours and limits of its own, for a frame (y, x), and hidden."""
    return frame_look(frame, colours=ERROR_COLORMAP) | {"visible": False}


def warning_look() -> dict[str, Any]:
    """What a layer with a warning map begins with: a veil where it is 1."""
    return {"contrast_limits": (0.0, 1.0), "colormap": WARNING_COLORMAP, "blending": "translucent", "metadata": {}}


def is_warning(layer: Layer) -> bool:
    """Whether the layer is a warning map."""
    return bool(layer.metadata.get(METADATA, {}).get(PART) == WARNING)


def is_error(layer: Layer) -> bool:
    """Whether the layer holds standard errors of a signal."""
    return bool(layer.metadata.get(METADATA, {}).get(PART) == ERROR)


def error_correlation(layer: Layer | None) -> float:
    """The effective correlation of the standard errors in a layer; 0 where it is not known."""
    return 0.0 if layer is None else float(layer.metadata.get(METADATA, {}).get(CORRELATION, 0.0))


def error_of(viewer: Any, signal: Layer) -> Image | None:
    """The layer with the standard error of ``signal``, made with it or read from its file; None where there is none."""
    mine = _origin(signal)
    errors = (other for other in viewer.layers if isinstance(other, Image) and is_error(other))
    return next((other for other in errors if mine is not None and _origin(other) == mine), None)


def _origin(result: Layer) -> tuple[Any, ...] | None:
    """What the results of one separation have in common."""
    known, shape = result.metadata.get(METADATA, {}), tuple(result.data.shape)
    if SOURCE in known:
        return known[SOURCE], shape
    stack = known.get(STACK)
    if PART not in known or not isinstance(stack, FrameStack) or stack_of(result) is not stack:
        return None
    return stack.address.path, (stack.address.dataset or "").rpartition("/")[0], shape


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
