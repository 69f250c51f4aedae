"""Exact geometry of discs in a plane: discs enter, areas in pixels (y, x) and mean chords in detector cells leave.

Lengths are in pixels. Places are measured from the middle of the image, which is the axis of rotation; a parallel beam
at the angle ``a`` projects the point (y, x) to ``x cos a - y sin a``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from napari_unveil.simulate.charge import Real
from napari_unveil.types import Indices


@dataclass(frozen=True, slots=True)
class Discs:
    """Discs of a plane, shape (n,) each.

    Parameters
    ----------
    y, x
        Middles, from the axis of rotation.
    radius
        Radii, above zero.
    weight
        What a disc adds per area; holes have negative weights.
    """

    y: Real
    x: Real
    radius: Real
    weight: Real


def disc_areas(discs: Discs, *, side: int) -> Real:
    """Weighted area of the discs in each pixel of a square image, shape (side, side), exact.

    The discs have to lie inside of the image.
    """
    image = np.zeros((side, side))
    for y, x, radius, weight in _each(discs):
        rows, columns = (_edges_around(at + side / 2, radius) for at in (y, x))
        corner = _area_below(np.asarray(rows - y - side / 2) / radius, np.asarray(columns - x - side / 2) / radius)
        areas = radius**2 * np.diff(np.diff(corner, axis=0), axis=1)
        image[rows[0] : rows[-1], columns[0] : columns[-1]] += weight * areas
    return image


def mean_chords(discs: Discs, *, angles_rad: Real, cells: int, cells_per_pixel: int, axis_px: float) -> Real:
    """Weighted chords of the discs, mean over each detector cell, exact.

    Parameters
    ----------
    discs
        All of them seen by the detector, with a margin of two pixels, at each angle.
    angles_rad
        Shape (angle,).
    cells
        Number of detector cells.
    cells_per_pixel
        How many of them make a pixel.
    axis_px
        Where the axis of rotation meets the detector, from the outer edge of its first cell.

    Returns
    -------
    Shape (angle, cells), pixels. Its sum over the cells times their width is the discs' weighted area at each angle.
    """
    image = np.zeros((angles_rad.size, cells))
    angle = np.arange(angles_rad.size)[:, None]
    for y, x, radius, weight in _each(discs):
        middle = (axis_px + x * np.cos(angles_rad) - y * np.sin(angles_rad))[:, None] * cells_per_pixel
        reach = radius * cells_per_pixel
        first = np.floor(middle - reach)
        edge = first + np.arange(np.ceil(2 * reach) + 2)
        area = radius**2 * 2 * _area_under_half_circle(np.clip((edge - middle) / reach, -1, 1))
        cell = edge[:, :-1].astype(np.int64)
        image[angle, cell] += weight * cells_per_pixel * np.diff(area, axis=1)
    return image


def _each(discs: Discs) -> Iterator[tuple[float, float, float, float]]:
    return zip(*(each.tolist() for each in (discs.y, discs.x, discs.radius, discs.weight)), strict=True)


def _edges_around(middle: float, radius: float) -> Indices:
    """Edges of the pixels that an interval touches, whole numbers."""
    return np.arange(np.floor(middle - radius), np.ceil(middle + radius) + 1).astype(np.int64)


def _area_below(y: Real, x: Real) -> Real:
    """Area of the unit disc below ``y`` and below ``x``, shape (y, x): its part in the quadrant with that corner.

    Integral over x' < x of ``min(y, s) + s`` where it is positive, with ``s = sqrt(1 - x'^2)``.
    """
    b, a = np.clip(y, -1, 1)[:, None], np.clip(x, -1, 1)
    c = np.sqrt(1 - b**2)
    inner = np.clip(a, -c, c)
    half = _area_under_half_circle
    strip = b * (inner + c) + half(inner) - half(-c)
    caps = 2 * (half(np.minimum(a, -c)) - half(np.array(-1.0)) + half(np.maximum(a, c)) - half(c))
    return np.asarray(strip + np.where(b > 0, caps, 0.0))


def _area_under_half_circle(t: Real) -> Real:
    """Integral of ``sqrt(1 - x^2)`` from 0 to ``t``, from -1 to 1."""
    area: Real = (t * np.sqrt(1 - t**2) + np.arcsin(t)) / 2
    return area
