"""One shot of a campaign as a picture: exposure and estimate (y, x; photons) enter, a PNG file leaves."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.benchmark.rows_profile import profile_of
from napari_unveil.drawing.pages import INPUT, SIGNAL, TRUTH, blank, save_png
from napari_unveil.drawing.pictures import draw_picture, draw_residual_cells, scale_of
from napari_unveil.inspection.binning import Profile
from napari_unveil.types import Frame

UNIT = "photons"
SIZE_IN = (15.0, 8.5)


def draw_exposure(path: Path, exposure: Exposure, estimate: Estimate, *, method: str) -> None:
    """Input, signal, noise, truth, difference in 8 x 8 cells, and I(q) with error bars where the method gives them."""
    figure = blank(*SIZE_IN)
    figure.suptitle(f"{exposure.beamtime.name}: {method}", fontsize=14, fontweight="bold", parse_math=False)
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
    axes[1, 1].set_title("Signal minus true signal, 8×8 cells")
    _draw_profiles(axes[1, 2], exposure, estimate)
    save_png(path, figure)


def _draw_profiles(axes: Axes, exposure: Exposure, estimate: Estimate) -> None:
    profiles = {
        "input": (INPUT, _profile(exposure.frame, exposure)),
        "signal": (SIGNAL, profile_of(estimate, exposure)),
        "true signal": (TRUTH, _profile(exposure.signal, exposure)),
    }
    for name, (colour, profile) in profiles.items():
        error = None if np.isnan(profile.standard_error).all() else profile.standard_error
        axes.errorbar(
            profile.position,
            profile.mean,
            yerr=error,
            color=colour,
            linestyle="--" if name == "true signal" else "-",
            linewidth=1.2,
            elinewidth=0.8,
            label=name,
        )
    axes.set_yscale("log", nonpositive="mask")
    axes.set(xlabel="distance from the beam r [pixel]", ylabel="I(r) [photons per pixel]")
    axes.set_title("Azimuthal mean")
    axes.legend(frameon=False)


def _profile(image: Frame, exposure: Exposure) -> Profile:
    return profile_of(Estimate(np.where(np.isfinite(exposure.frame), image, np.float32(np.nan))), exposure)
