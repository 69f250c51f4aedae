"""Profiles and histograms as curves, each drawn into axes that the caller lays out."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from napari_unveil.drawing.pages import INPUT, NOISE, SIGNAL, TRUTH
from napari_unveil.inspection import Pictures, Profile, radial_profile
from napari_unveil.inspection.averages import HISTOGRAM_EDGES, LINEAR_WIDTH

LEAST_SIGNIFICANCE = 3.0
DECADES = [10.0**exponent for exponent in range(8)]


def radial_profiles(pictures: Pictures, *, centre_yx: tuple[float, float]) -> dict[str, Profile]:
    """Profiles around the beam of input, signal, noise and, where known, true signal, by name."""
    images = {"input": pictures.frame, "signal": pictures.signal, "noise": pictures.noise}
    if pictures.true_signal is not None:
        images["true signal"] = pictures.true_signal
    errors = {"signal": pictures.signal_error}
    return {name: radial_profile(image, centre_yx=centre_yx, error=errors.get(name)) for name, image in images.items()}


def draw_radial_profiles(axes: Axes, profiles: dict[str, Profile], *, unit: str) -> None:
    """Draw I(r) on a logarithmic scale, with bands of one standard error, that of the separation included."""
    colours = {"input": INPUT, "signal": SIGNAL, "noise": NOISE, "true signal": TRUTH}
    for name, profile in profiles.items():
        dashes = "--" if name == "true signal" else "-"
        axes.plot(profile.position, profile.mean, dashes, color=colours[name], linewidth=1.4, label=name)
        _draw_band(axes, profile, colour=colours[name])
    _fit_decades(axes, [profile.mean for profile in profiles.values()])
    axes.set(xlabel="distance from the beam r [pixel]", ylabel=_intensity(unit))
    axes.legend(frameon=False)
    _lighten(axes)


def draw_profile_ratios(axes: Axes, profiles: dict[str, Profile]) -> None:
    """Draw input and signal over the true signal where it is known, the share of the signal otherwise.

    Rings in which the divisor is not 3 standard errors above 0 are left out.
    """
    reference = "true signal" if "true signal" in profiles else "input"
    measured = profiles[reference].mean > LEAST_SIGNIFICANCE * profiles[reference].standard_error
    whole = np.where(measured, profiles[reference].mean, np.nan)
    for name, colour in (("input", INPUT), ("signal", SIGNAL)):
        if name != reference:
            over = profiles[name].mean / whole
            axes.plot(profiles[name].position, over, color=colour, linewidth=1.2, label=name)
    axes.axhline(1, color="black", linewidth=0.8)
    if reference == "true signal":
        axes.axhspan(0.9, 1.1, color=TRUTH, alpha=0.15, linewidth=0, label="within 10 %")
    axes.set(xlabel="distance from the beam r [pixel]", ylabel=f"over {reference}")
    axes.set_ylim(0.0, 2.0 if reference == "true signal" else 1.2)
    axes.legend(ncols=3, loc="best", framealpha=0.9, edgecolor="none")
    _lighten(axes)


def draw_noise_histogram(
    axes: Axes, counts: NDArray[np.int64], true_counts: NDArray[np.int64] | None, *, unit: str
) -> None:
    """Draw how many pixels lost how much, and should have; both are counts between ``HISTOGRAM_EDGES``."""
    axes.stairs(counts, HISTOGRAM_EDGES, color=NOISE, fill=True, alpha=0.5, label="noise")
    seen = counts
    if true_counts is not None:
        axes.stairs(true_counts, HISTOGRAM_EDGES, color=TRUTH, linewidth=1.2, label="true noise")
        seen = counts + true_counts
    axes.set_xscale("asinh", linear_width=10 * LINEAR_WIDTH)
    axes.set_xticks([0, *DECADES, *(-decade for decade in DECADES)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.minorticks_off()
    filled = np.flatnonzero(seen)
    if filled.size:
        axes.set_yscale("log")
        axes.set_xlim(HISTOGRAM_EDGES[max(filled[0] - 1, 0)], HISTOGRAM_EDGES[min(filled[-1] + 2, seen.size)])
    axes.set(xlabel=f"noise{f' [{unit} per pixel]' if unit else ''}", ylabel="pixels per bin")
    axes.legend(frameon=False)
    _lighten(axes)


def _draw_band(axes: Axes, profile: Profile, *, colour: str) -> None:
    low, high = profile.mean - profile.error, profile.mean + profile.error
    above = np.isfinite(low) & (profile.mean > 0)
    floor = np.full(low.shape, np.finfo(np.float32).tiny)
    np.maximum(low, floor, out=floor, where=above)
    axes.fill_between(profile.position, floor, high, where=above, color=colour, alpha=0.25, linewidth=0)


def _fit_decades(axes: Axes, means: list[NDArray[np.float64]]) -> None:
    values = np.concatenate(means)
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size:
        axes.set_yscale("log", nonpositive="mask")
        axes.set_ylim(float(np.quantile(positive, 0.01)) / 3, float(positive.max()) * 2)


def _intensity(unit: str) -> str:
    return f"I(r) [{unit} per pixel]" if unit else "I(r)"


def _lighten(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
