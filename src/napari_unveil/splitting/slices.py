"""Slices of a tomography in independent parts: projections enter, (part, y, x) per pixel leave, one slice at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames import Projections, Sinogram
from napari_unveil.splitting.angles import parts_of_angles, weights_of_angles
from napari_unveil.splitting.back_projection import aligned, back_project, out_of_view, refuse_axis_beside, slice_from
from napari_unveil.splitting.settings import Filter
from napari_unveil.splitting.transmission import measured_integrals
from napari_unveil.types import Frame, Frames, Indices

UNIT = "1/pixel"
"""Of an attenuation coefficient, whose sum along the beam has no unit."""


@dataclass(frozen=True, slots=True, eq=False)
class SliceParts:
    """Reconstructions of each slice from every K-th angle.

    Parameters
    ----------
    projections
        What they are made of.
    axis_px
        Column of the axis of rotation.
    window
        On the ramp of the filter.
    part
        Shape (angle,): which part each angle is of.
    """

    projections: Projections
    axis_px: float
    window: Filter
    part: Indices

    @property
    def shape(self) -> tuple[int, ...]:
        """Slices, y, x."""
        return self.projections.rows, self.projections.width, self.projections.width

    def __call__(self, index: int) -> Frames:
        """Reconstruct one slice from each part, shape (part, y, x); NaN out of view.

        Each part is a filtered back-projection of its angles, of the right height by itself; their mean is the one
        of all angles.
        """
        return reconstruct(
            self.projections.read(index),
            angles_deg=self.projections.angles_deg,
            part=self.part,
            axis_px=self.axis_px,
            window=self.window,
        )


def preview(projections: Projections, row: int, *, axis_px: float, window: Filter = "ramp") -> Frame:
    """Reconstruct one slice from all angles about ``axis_px``, shape (y, x); to see whether the axis is right.

    Raises
    ------
    Refused
        When there is no such row, or the axis is not on the detector.
    """
    refuse_axis_beside(axis_px, width=projections.width)
    part = np.zeros(projections.count, np.int64)
    sinogram, angles_deg = projections.read(row), projections.angles_deg
    (slice_,) = reconstruct(sinogram, angles_deg=angles_deg, part=part, axis_px=axis_px, window=window)
    return np.asarray(slice_)


def reconstruct(
    sinogram: Sinogram, *, angles_deg: NDArray[np.float64], part: Indices, axis_px: float, window: Filter
) -> Frames:
    """Reconstruct the parts of one slice, shape (part, y, x) per pixel.

    Angles without any usable pixel are left out; a part without any other is NaN.
    """
    values = measured_integrals(sinogram).values
    side, there = values.shape[1], np.isfinite(values).all(axis=1)
    parts = np.full((int(part.max()) + 1, side, side), np.nan, np.float32)
    if not there.any():
        return parts
    angles, part = angles_deg[there], part[there]
    rows = aligned(values[there], angles_deg=angles, axis_px=axis_px)
    weights = weights_of_angles(angles, part)
    hidden = out_of_view(side=side, axis_px=axis_px)
    for number in np.unique(part):
        chosen = part == number
        image = back_project(rows[chosen], angles_deg=angles[chosen], weights=weights[chosen], side=side, window=window)
        parts[number] = slice_from(image, hidden)
    return parts


def slice_parts(projections: Projections, *, parts: int, axis_px: float, window: Filter) -> SliceParts:
    """Deal the angles out to the parts."""
    return SliceParts(projections, axis_px, window, parts_of_angles(projections.angles_deg, parts=parts))
