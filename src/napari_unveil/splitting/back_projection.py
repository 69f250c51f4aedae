"""Filtered back-projection about any axis: line integrals of one row enter, its slice (y, x) per pixel leaves.

The point (y, x) of a slice, from its middle, is seen ``x cos a - y sin a`` beside the axis at the angle ``a``.
"""

import numpy as np
from numpy.typing import NDArray
from skimage.transform import iradon

from napari_unveil.errors import Refused
from napari_unveil.splitting.settings import Filter
from napari_unveil.types import Frame, Mask

MARGIN_PX = 16
"""Columns added on either side, over which a row fades to zero."""


def aligned(
    line_integrals: NDArray[np.float64], *, angles_deg: NDArray[np.float64], axis_px: float
) -> NDArray[np.float64]:
    """Shift the rows so that :func:`back_project` gives slices about their middle.

    scikit-image takes the column ``n // 2`` for the axis and the pixel ``n // 2`` for its place in the slice; slices
    of an even side have their middle between two pixels. The shift is a phase in Fourier space: it blurs nothing and
    leaves the noise as it is.

    Parameters
    ----------
    line_integrals
        Shape (angle, x).
    axis_px
        Column of the axis of rotation.

    Returns
    -------
    Shape (angle, wider x).
    """
    width, nearest = line_integrals.shape[1], round(axis_px)
    half = max(nearest, width - nearest) + MARGIN_PX
    before = half - nearest
    wide = np.pad(line_integrals, ((0, 0), (before, 2 * half - width - before)), mode="linear_ramp")
    angles, between = np.deg2rad(angles_deg), 0.0 if width % 2 else 0.5
    shift_px = axis_px - nearest + between * (np.cos(angles) - np.sin(angles))
    phase = np.exp(2j * np.pi * shift_px[:, None] * np.fft.rfftfreq(2 * half))
    return np.asarray(np.fft.irfft(np.fft.rfft(wide, axis=1) * phase, n=2 * half, axis=1), np.float64)


def back_project(
    rows: NDArray[np.float64],
    *,
    angles_deg: NDArray[np.float64],
    weights: NDArray[np.float64],
    side: int,
    window: Filter,
) -> NDArray[np.float64]:
    """Filter and back-project rows that are aligned, (angle, x), with weights that sum to one, to (side, side)."""
    image = iradon(
        (rows * (weights[:, None] * weights.size)).T,
        theta=angles_deg,
        output_size=side,
        circle=False,
        filter_name=window,
    )
    return np.asarray(image, np.float64)


def out_of_view(*, side: int, axis_px: float) -> Mask:
    """Pixels of a slice, (side, side), that some projection does not see; True = out of view."""
    place = np.arange(side) - (side - 1) / 2
    seen_px = min(axis_px + 0.5, side - 0.5 - axis_px)
    outside: Mask = place[:, None] ** 2 + place**2 > seen_px**2
    return outside


def refuse_axis_beside(axis_px: float, *, width: int) -> None:
    """Refuse an axis of rotation that is not on the detector."""
    if not 0 <= axis_px <= width - 1:
        raise Refused(
            found=f"axis_px is {axis_px:g}",
            needed=f"a column of the detector, from 0 to {width - 1}",
            remedy=f"the middle is {(width - 1) / 2:g}; or take the suggested axis",
        )


def slice_from(image: NDArray[np.float64], hidden: Mask) -> Frame:
    """Turn a reconstruction into a frame: NaN where it is out of view."""
    return np.where(hidden, np.nan, image).astype(np.float32)
