"""Frames (y, x) as pictures: input, signal and noise side by side on an arcsinh scale; residuals in cells."""

from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import AsinhNorm, Colormap, LogNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from napari_unveil.display.scales import knee
from napari_unveil.drawing.pages import MASKED
from napari_unveil.inspection import CELL_PX, cell_means
from napari_unveil.types import Frame, Separation

BRIGHTEST_SHARE = 5e-4


@dataclass(frozen=True, slots=True)
class Scale:
    """Colours run from 0 to ``top``, linearly up to ``linear`` and logarithmically above."""

    top: float
    linear: float


def scale_of(frame: Frame) -> Scale:
    """Fit a scale that saturates the brightest 0.05 % of the pixels of a frame (y, x)."""
    valid = frame[np.isfinite(frame)]
    top = float(np.quantile(valid, 1 - BRIGHTEST_SHARE)) if valid.size else 0.0
    top = top if top > 0 else 1.0
    return Scale(top=top, linear=knee(0.0, top))


def draw_triptych(
    figure: Figure | SubFigure,
    frame: Frame,
    separation: Separation,
    *,
    unit: str,
    centre_yx: tuple[float, float],
) -> None:
    """Fill a figure with input, signal (same limits) and noise (limits of its own), colour bars below."""
    shared = scale_of(frame)
    panels = [
        ("Input", frame, shared, "inferno"),
        ("Signal", separation.signal, shared, "inferno"),
        ("Noise", separation.noise, scale_of(separation.noise), "viridis"),
    ]
    all_axes = figure.subplots(1, 3, sharex=True, sharey=True)
    for axes, (title, image, scale, colours) in zip(all_axes, panels, strict=True):
        draw_picture(axes, image, scale=scale, colours=colours, unit=unit)
        axes.set_title(title)
        axes.plot(centre_yx[1], centre_yx[0], "+", color="white", markersize=7, markeredgewidth=0.8)
        axes.set(xlim=(-0.5, frame.shape[1] - 0.5), ylim=(frame.shape[0] - 0.5, -0.5), xlabel="x [pixel]")
    all_axes[0].set_ylabel("y [pixel]")


def draw_picture(axes: Axes, image: Frame, *, scale: Scale, colours: str, unit: str) -> None:
    """Draw one image (y, x) with its colour bar; masked pixels are grey."""
    norm = AsinhNorm(linear_width=scale.linear, vmin=0.0, vmax=scale.top)
    drawn = axes.imshow(image, norm=norm, cmap=_with_masked(colours), interpolation="nearest")
    figure = axes.get_figure()
    if figure is not None:
        bar = figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.9, aspect=35, pad=0.02)
        bar.set_ticks(_decades(scale))
        bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        bar.ax.minorticks_off()
        bar.set_label(_per_pixel(unit))


def draw_cells(axes: Axes, image: Frame, *, unit: str) -> None:
    """Draw means of 8 x 8 cells of an image (y, x) between their 0.5th and 99.5th percentile."""
    cells = cell_means(image)
    valid = cells[np.isfinite(cells)]
    low, high = np.quantile(valid, (0.005, 0.995)) if valid.size else (0.0, 1.0)
    colours = _with_masked("viridis")
    drawn = axes.imshow(cells, vmin=low, vmax=high, cmap=colours, interpolation="nearest", extent=_extent(cells))
    axes.set(xlabel="x [pixel]", ylabel="y [pixel]")
    figure = axes.get_figure()
    if figure is not None:
        bar = figure.colorbar(drawn, ax=axes, location="bottom", aspect=35, pad=0.02, extend="both")
        bar.set_label(_per_pixel(unit))


def draw_residual_cells(axes: Axes, residual: Frame, *, unit: str) -> None:
    """Draw means of 8 x 8 cells of an image (y, x) around 0: blue where negative, red where positive."""
    cells = cell_means(residual)
    valid = np.abs(cells[np.isfinite(cells)])
    top = float(np.quantile(valid, 0.995)) if valid.size else 0.0
    top = top if top > 0 else 1.0
    norm = AsinhNorm(linear_width=top / 30, vmin=-top, vmax=top)
    drawn = axes.imshow(cells, norm=norm, cmap=_with_masked("RdBu_r"), interpolation="nearest", extent=_extent(cells))
    axes.set(xlabel="x [pixel]", ylabel="y [pixel]")
    figure = axes.get_figure()
    if figure is not None:
        bar = figure.colorbar(drawn, ax=axes, location="bottom", aspect=35, pad=0.02)
        bar.set_ticks([-top, -top / 10, 0, top / 10, top])
        bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2g}"))
        bar.ax.minorticks_off()
        bar.set_label(_per_pixel(unit))


def draw_cells_against_cells(axes: Axes, signal: Frame, noise: Frame, *, unit: str) -> None:
    """Draw how many 8 x 8 cells have which mean signal and mean noise; noise that knows the signal slopes."""
    s, n = cell_means(signal).ravel(), cell_means(noise).ravel()
    both = (s > 0) & (n > 0)
    axes.set(xlabel=f"signal, mean of cell{_bracketed(unit)}", ylabel=f"noise, mean of cell{_bracketed(unit)}")
    if not both.any():
        axes.text(0.5, 0.5, "no cell has both", transform=axes.transAxes, ha="center")
        return
    drawn = axes.hexbin(s[both], n[both], xscale="log", yscale="log", gridsize=45, norm=LogNorm(), cmap="Blues")
    figure = axes.get_figure()
    if figure is not None:
        figure.colorbar(drawn, ax=axes, location="bottom", aspect=35, pad=0.02, label="cells")


def _extent(cells: NDArray[np.float64]) -> tuple[float, float, float, float]:
    return (-0.5, cells.shape[1] * CELL_PX - 0.5, cells.shape[0] * CELL_PX - 0.5, -0.5)


def _with_masked(colours: str) -> Colormap:
    return matplotlib.colormaps[colours].with_extremes(bad=MASKED)


def _decades(scale: Scale) -> list[float]:
    highest = int(np.floor(np.log10(scale.top)))
    lowest = int(np.ceil(np.log10(scale.linear)))
    return [0.0, *(10.0**exponent for exponent in range(lowest, highest + 1))]


def _bracketed(unit: str) -> str:
    return f" [{unit} per pixel]" if unit else ""


def _per_pixel(unit: str) -> str:
    return f"{unit} per pixel" if unit else "unit of the file"
