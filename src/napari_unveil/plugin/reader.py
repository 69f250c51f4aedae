"""What napari asks for: a path in, layers with lazy frames out; None, quickly, for what cannot be read."""

from collections.abc import Callable
from typing import Any

from napari.utils.notifications import show_warning

from napari_unveil.errors import UnveilError
from napari_unveil.frames import DEFAULT_MASK_BITS, FrameStack, open_layers, parse_address, read_process, together
from napari_unveil.frames.results import CORRELATION, UNLIKE_TRAINING, read_error_correlation
from napari_unveil.plugin.layers import (
    ENERGY,
    ERROR,
    METADATA,
    NOISE,
    PART,
    PROVENANCE,
    SIGNAL,
    STACK,
    UNIT,
    WARNING,
    error_look,
    frame_look,
    warning_look,
)
from napari_unveil.types import Frame
from napari_unveil.workflow.denoising import SIGNAL_ERRORS

RESULT_NAMES = {"signal", "noise"}
PARTS = {"signal": SIGNAL, "noise": NOISE, SIGNAL_ERRORS: ERROR, UNLIKE_TRAINING: WARNING}
"""What the datasets of a result are."""
LayerData = tuple[Any, dict[str, Any], str]
SUFFIXES = (".h5", ".hdf5", ".nxs", ".cxi", ".nx5", ".edf", ".cbf", ".tif", ".tiff", ".spe", ".mccd", ".img")


def get_reader(path: str | list[str]) -> Callable[[str | list[str]], list[LayerData]] | None:
    """The reader for ``path``, a file or a run folder; None when it is neither."""
    first = parse_address(path[0] if isinstance(path, list) else path).path
    if first.is_dir():
        return read if any(first.glob("*-S[0-9]*.h5")) else None
    return read if first.suffix.lower() in SUFFIXES else None


def read(path: str | list[str]) -> list[LayerData]:
    """Open the frames in ``path``; several files make one stack."""
    return layer_data(path if isinstance(path, str) else str(together([parse_address(one) for one in path])))


def layer_data(address: str, *, mask_bits: int = DEFAULT_MASK_BITS) -> list[LayerData]:
    """The layers that ``address`` gives, ready for napari; what the files warn of is shown to the user."""
    parsed = parse_address(address)
    found, stem = open_layers(parsed, mask_bits=mask_bits), parsed.path.stem
    for warning in {warning for _, stack in found for warning in stack.warnings}:
        show_warning(f"{stem}: {warning}")
    process = read_process(parsed) if {name for name, _ in found} >= RESULT_NAMES else {}
    made = process.get("method", "").startswith("denoise")
    return [
        stack_layer(
            stack,
            name=stem if len(found) == 1 else f"{stem} {name}",
            made={PROVENANCE: process, PART: PARTS.get(name)} if made else None,
        )
        for name, stack in found
    ]


def stack_layer(stack: FrameStack, *, name: str, made: dict[str, Any] | None = None) -> LayerData:
    """A stack as napari's layer data; one frame is read for its look.

    Parameters
    ----------
    made
        How a separation made it, and which part of it this is; None: it is no result.
    """
    facts = {STACK: stack, UNIT: stack.unit, ENERGY: stack.photon_energy_keV, **(made or {})}
    if facts.get(PART) == ERROR:
        facts[CORRELATION] = read_error_correlation(stack.address)
    look = _look(stack, facts.get(PART))
    arguments = {
        "name": name,
        "rgb": False,
        "multiscale": False,
        "axis_labels": stack.axes,
        **look,
        "metadata": {**look["metadata"], METADATA: facts},
    }
    return stack.data, arguments, "image"


def _look(stack: FrameStack, part: str | None) -> dict[str, Any]:
    if part == WARNING:
        return warning_look()
    return (error_look if part == ERROR else frame_look)(_one_frame(stack))


def _one_frame(stack: FrameStack) -> Frame | None:
    try:
        return stack.read(stack.frame_count // 2)
    except UnveilError:
        return None
