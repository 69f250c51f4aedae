"""Peaks of regions, image by image: images and regions go in, columns of numbers and lines to read come out."""

import math
from collections.abc import Callable, Mapping, Sequence

from napari_unveil.errors import Refused
from napari_unveil.inspection.peaks import Peak, fit_peak
from napari_unveil.inspection.plots import Table
from napari_unveil.inspection.told import Told, with_error
from napari_unveil.types import Frame, Mask

EXPLANATION = (
    "A Gaussian on a plane, fitted to the region; widths are standard deviations. SRBR, signal to residual background: "
    "the amplitude over the standard deviation of what the fit leaves more than three widths off. Higher is better; "
    "compare one region in several images. Errors take pixels to be independent: those of a denoised image are too "
    "small."
)
NO_PEAK = "No peak: draw the region around one, with some background on all sides."


def peaks_in(images: Mapping[str, Frame], region: Mask) -> dict[str, Peak | Refused]:
    """The peak of one region in each image (y, x) by name, or why there is none."""
    return {name: _peak_or_refusal(image, region) for name, image in images.items()}


def peak_rows(regions: Sequence[Mapping[str, Peak | Refused]], *, unit: str) -> tuple[Table, tuple[Told, ...]]:
    """Peaks of regions by image: exactly, NaN where there is none, and in words."""
    lines = [(number, name, peak) for number, region in enumerate(regions, 1) for name, peak in region.items()]
    in_unit, per_pixel = (f" ({unit})", f" ({unit} per pixel)") if unit else ("", "")
    columns: dict[str, Callable[[Peak], float]] = {
        "peak SRBR": lambda peak: peak.srbr,
        **_with_error("peak y (px)", lambda peak: (peak.centre_yx[0], peak.centre_error_yx[0])),
        **_with_error("peak x (px)", lambda peak: (peak.centre_yx[1], peak.centre_error_yx[1])),
        **_with_error("peak width along y (px)", lambda peak: (peak.width_yx[0], peak.width_error_yx[0])),
        **_with_error("peak width along x (px)", lambda peak: (peak.width_yx[1], peak.width_error_yx[1])),
        **_with_error(f"peak amplitude{per_pixel}", lambda peak: (peak.amplitude, peak.amplitude_error)),
        **_with_error(f"peak sum{in_unit}", lambda peak: (peak.total, peak.total_error)),
        f"background at the peak{per_pixel}": lambda peak: peak.background,
    }
    table = Table(
        {
            title: [math.nan if isinstance(peak, Refused) else value(peak) for *_, peak in lines]
            for title, value in columns.items()
        }
    )
    return table, tuple(_told(f"{number} {name}: peak", peak, unit) for number, name, peak in lines)


def _peak_or_refusal(image: Frame, region: Mask) -> Peak | Refused:
    try:
        return fit_peak(image, region)
    except Refused as refusal:
        return refusal


def _with_error(title: str, both: Callable[[Peak], tuple[float, float]]) -> dict[str, Callable[[Peak], float]]:
    return {title: lambda peak: both(peak)[0], f"error of {title}": lambda peak: both(peak)[1]}


def _told(name: str, peak: Peak | Refused, unit: str) -> Told:
    if isinstance(peak, Refused):
        return Told(name, f"none: {peak.found}", NO_PEAK)
    y, x = map(with_error, peak.centre_yx, peak.centre_error_yx)
    along_y, along_x = map(with_error, peak.width_yx, peak.width_error_yx)
    height, total = with_error(peak.amplitude, peak.amplitude_error), with_error(peak.total, peak.total_error)
    srbr = "too little background" if math.isnan(peak.srbr) else f"{peak.srbr:.3g}"
    return Told(
        name,
        f"SRBR {srbr}; sum {total} {unit}".rstrip() + f"\nheight {height} {unit}".rstrip() + " per pixel\n"
        f"at y {y}, x {x} px\nwidth y {along_y}, x {along_x} px",
        EXPLANATION,
    )
