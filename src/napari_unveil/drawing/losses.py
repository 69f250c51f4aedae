"""The curve of a training as a picture: losses over steps."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_unveil.drawing.pages import NOISE, SIGNAL, blank, save_png
from napari_unveil.errors import Refused


def draw_losses(path: Path, steps: Sequence[float], training: Sequence[float], validation: Sequence[float]) -> None:
    """Write a PNG file.

    Parameters
    ----------
    steps
        Shape (n,): where the losses were taken, steps or epochs.
    training, validation
        Shape (n,) each; NaN where none was taken. ``validation`` may be empty.

    Raises
    ------
    Refused
        When the lengths differ or the file cannot be written.
    """
    _require_lengths(steps, training, validation)
    figure = blank(8.0, 4.5)
    axes = figure.subplots()
    for name, losses, colour in (("training", training, SIGNAL), ("validation", validation, NOISE)):
        taken = np.isfinite(np.asarray(losses, dtype=np.float64))
        if taken.any():
            shown, values = np.asarray(steps)[taken], np.asarray(losses)[taken]
            axes.plot(shown, values, ".-", color=colour, linewidth=1.3, markersize=4, label=name)
    if any(values > 0 for values in (*training, *validation)):
        axes.set_yscale("log" if _all_positive(training, validation) else "linear")
    axes.set(xlabel="step", ylabel="loss")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False)
    save_png(path, figure)


def _all_positive(*curves: Sequence[float]) -> bool:
    return not any(value <= 0 for curve in curves for value in curve)


def _require_lengths(steps: Sequence[float], training: Sequence[float], validation: Sequence[float]) -> None:
    if len(training) != len(steps) or len(validation) not in (0, len(steps)):
        raise Refused(
            found=f"{len(steps)} steps, {len(training)} training and {len(validation)} validation losses",
            needed="as many losses as steps",
            remedy="put NaN where no loss was taken",
        )
