"""Which angle is of which part, and how much it counts: angles in degrees enter, part numbers and weights leave.

Directions are the same modulo half a turn. Each angle stands for half of the way to its neighbours on either side, so
that an end that repeats the start, a direction seen twice and uneven steps count once in sum.
"""

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Indices

HALF_TURN_DEG = 180.0
LARGEST_GAP = 3.0
"""An angle stands for a way of no more than so many mean steps: none for what a scan leaves out."""
ROUNDING_DEG = 1e-3


def parts_of_angles(angles_deg: NDArray[np.float64], *, parts: int) -> Indices:
    """Deal the angles out to ``parts`` in turn, in the order of their directions; shape (angle,).

    A scan of up to half a turn is taken in the order of its angles, so that its end is far from its start; a longer
    one modulo half a turn, so that opposite projections, which show the same, lie in different parts.
    """
    one_pass = np.ptp(angles_deg) <= HALF_TURN_DEG + ROUNDING_DEG
    place = angles_deg if one_pass else np.mod(angles_deg, HALF_TURN_DEG)
    part = np.empty(angles_deg.size, np.int64)
    part[np.argsort(place, kind="stable")] = np.arange(angles_deg.size) % parts
    return part


def weights_of_angles(angles_deg: NDArray[np.float64], part: Indices) -> NDArray[np.float64]:
    """Give each angle its weight in its part, shape (angle,); the weights of a part sum to one.

    Where the angles are even and K divides their number, all weights are the same. Else the sum of the parts is still
    one of all angles, in which each counts 1 / (K n) with n the number in its part, or its share of its part's way.
    """
    directions = np.mod(angles_deg, HALF_TURN_DEG)
    order = np.argsort(directions, kind="stable")
    gaps = np.diff(directions[order], append=directions[order[0]] + HALF_TURN_DEG)
    gaps = np.minimum(gaps, LARGEST_GAP * HALF_TURN_DEG / angles_deg.size)
    way = np.empty(angles_deg.size)
    way[order] = (gaps + np.roll(gaps, 1)) / 2
    return way / np.bincount(part, weights=way)[part]
