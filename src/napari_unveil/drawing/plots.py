"""Curves of one frame as a picture: a plot goes in, a PNG file comes out."""

from pathlib import Path

import numpy as np

from napari_unveil.drawing.pages import INPUT, NOISE, SIGNAL, blank, save_png
from napari_unveil.inspection.plots import Plot

COLOURS = {"input": INPUT, "signal": SIGNAL, "noise": NOISE}
SIZE_IN = (6.4, 4.2)


def save_plot(path: Path, plot: Plot, *, title: str, log_x: bool, log_y: bool) -> None:
    """Draw all curves, with bands of one standard error where it is known; the file appears whole or not at all."""
    figure = blank(*SIZE_IN)
    axes = figure.subplots()
    for name, curve in plot.curves.items():
        colour = COLOURS.get(name, INPUT)
        axes.plot(curve.x, curve.y, color=colour, linewidth=1.3, label=name)
        if curve.error is not None:
            known = np.isfinite(curve.y) & np.isfinite(curve.error)
            low, high = curve.y - curve.error, curve.y + curve.error
            axes.fill_between(curve.x, low, high, where=known, color=colour, alpha=0.25, linewidth=0)
    if log_x:
        axes.set_xscale("log", nonpositive="mask")
    if log_y:
        axes.set_yscale("log", nonpositive="clip")
    axes.set_xlabel(plot.x.label)
    axes.set_ylabel(plot.y.label)
    axes.set_title(title, fontsize=10, loc="left", parse_math=False)
    axes.legend(frameon=False)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    save_png(path, figure)
