"""One separation as a picture: input, signal and noise side by side, their profiles below."""

from pathlib import Path

from napari_unveil.drawing.centre import centre_of
from napari_unveil.drawing.curves import draw_radial_profiles, radial_profiles
from napari_unveil.drawing.pages import blank, save_png
from napari_unveil.drawing.pictures import draw_triptych
from napari_unveil.inspection import Case, summarise
from napari_unveil.types import Frame, Separation

PROFILE_HEIGHT_IN = 3.4


def draw_separation(
    path: Path,
    frame: Frame,
    separation: Separation,
    *,
    unit: str,
    title: str,
    centre_yx: tuple[float, float] | None = None,
) -> None:
    """Write a PNG file.

    Parameters
    ----------
    frame
        The input, shape (y, x); NaN where masked.
    separation
        Its signal and noise, same shape and unit.
    unit
        For the colour bars, "" where unknown.
    centre_yx
        Where the beam goes, in pixels; suggested from the signal when absent.

    Raises
    ------
    Refused
        When the shapes differ or the file cannot be written.
    """
    centre = centre_of(separation.signal, centre_yx)
    width, height = triptych_size(frame)
    figure = blank(width, height + PROFILE_HEIGHT_IN)
    figure.suptitle(title, fontsize=14, fontweight="bold", parse_math=False)
    parts = figure.subfigures(2, 1, squeeze=False, height_ratios=(height, PROFILE_HEIGHT_IN))
    upper, lower = parts[:, 0]
    draw_triptych(upper, frame, separation, unit=unit, centre_yx=centre.yx)
    pictures = summarise([Case(title, frame, separation)]).means
    axes = lower.subplots()
    draw_radial_profiles(axes, radial_profiles(pictures, centre_yx=centre.yx), unit=unit)
    axes.set_title(f"Azimuthal mean around {centre}", fontsize=10)
    save_png(path, figure)


def triptych_size(frame: Frame) -> tuple[float, float]:
    """Width and height in inches that three pictures of this shape fill."""
    width = 16.0
    panel = (width - 1.0) / 3
    height = panel * frame.shape[0] / frame.shape[1]
    return width, min(max(height, 1.5), 8.0) + 1.5
