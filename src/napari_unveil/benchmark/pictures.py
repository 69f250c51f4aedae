"""One shot of a campaign as a picture: exposure and estimate (y, x; photons) enter, a small PNG file leaves."""

import io
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from PIL import Image

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.benchmark.rows_profile import profile_of
from napari_unveil.drawing.pages import INPUT, SIGNAL, TRUTH, blank
from napari_unveil.drawing.pictures import draw_picture, draw_residual_cells, scale_of
from napari_unveil.inspection.binning import Profile
from napari_unveil.saving import replacing
from napari_unveil.types import Frame

UNIT = "photons"
SIZE_IN = (11.4, 5.2)
DOTS_PER_INCH = 88
MOST_BYTES = 150_000
COLOURS = (256, 192, 128, 96, 64, 48, 32)
"""Sizes of the palette: the first with which the file is small enough; noise can hardly be compressed."""


def draw_exposure(path: Path, exposure: Exposure, estimate: Estimate, *, method: str) -> None:
    """Input, signal, noise, truth, difference in 8 x 8 cells, and I(q) with error bands where the method gives them."""
    figure = blank(*SIZE_IN)
    figure.suptitle(f"Campaign {exposure.beamtime.name}, method {method}", fontweight="bold", parse_math=False)
    axes = figure.subplots(2, 3)
    noise = estimate.taken_from(exposure.frame)
    shared = scale_of(exposure.signal)
    for place, title, image, scale, colours in (
        ((0, 0), "Input", exposure.frame, shared, "inferno"),
        ((0, 1), "Signal", estimate.signal, shared, "inferno"),
        ((0, 2), "Noise", noise, scale_of(exposure.noise), "viridis"),
        ((1, 0), "True signal", exposure.signal, shared, "inferno"),
    ):
        draw_picture(axes[place], image, scale=scale, colours=colours, unit=UNIT)
        axes[place].set_title(title)
    draw_residual_cells(axes[1, 1], np.asarray(estimate.signal - exposure.signal), unit=UNIT)
    axes[1, 1].set_title("Signal minus true signal, 8 × 8 cells")
    for each in axes.flat[:-1]:
        each.set(xlabel="", ylabel="", xticks=[], yticks=[])
    _draw_profiles(axes[1, 2], exposure, estimate)
    save_small_png(path, figure)


def save_small_png(path: Path, figure: Figure) -> None:
    """Draw into a file of at most 150 kB, if need be with fewer colours, that appears whole or not at all."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    picture, content = Image.open(drawn).convert("RGB"), b""
    for colours in COLOURS:
        reduced = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(reduced, format="png", optimize=True)
        content = reduced.getvalue()
        if len(content) <= MOST_BYTES:
            break
    with replacing(path) as partial:
        partial.write_bytes(content)


def _draw_profiles(axes: Axes, exposure: Exposure, estimate: Estimate) -> None:
    """I(q) of one shot; the band is one standard error of the method, where it gives one."""
    true, found = _profile(exposure.signal, exposure), profile_of(estimate, exposure)
    axes.plot(found.position, _profile(exposure.frame, exposure).mean, color=INPUT, linewidth=1.0, label="input")
    axes.plot(found.position, true.mean, color=TRUTH, linewidth=1.8, label="true signal")
    axes.plot(found.position, found.mean, color=SIGNAL, linestyle="--", linewidth=1.2, label="signal")
    axes.set(xscale="log", yscale="log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    bottom, top = axes.get_ylim()
    if np.isfinite(found.standard_error).any():
        low, high = (found.mean + sign * found.standard_error for sign in (-1, 1))
        band = np.clip(low, bottom, None), np.clip(high, bottom, None)
        axes.fill_between(found.position, *band, color=SIGNAL, alpha=0.3, linewidth=0, label="± standard error")
    axes.set(xlabel="distance from the beam [pixel]", ylabel="I(q) [photons per pixel]", ylim=(bottom, top))
    axes.set_title("Azimuthal mean I(q)")
    axes.legend(frameon=False, fontsize="small")


def _profile(image: Frame, exposure: Exposure) -> Profile:
    return profile_of(Estimate(np.where(np.isfinite(exposure.frame), image, np.float32(np.nan))), exposure)
