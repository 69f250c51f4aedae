"""What there is to draw and to write down: curves over one axis, and columns of numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Axis:
    """What is drawn along an axis, and its unit; "" without one."""

    words: str
    unit: str

    @property
    def label(self) -> str:
        """Words and unit, such as ``q (1/nm)``."""
        return f"{self.words} ({self.unit})" if self.unit else self.words


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One curve; all arrays of shape (n,).

    Parameters
    ----------
    error
        One standard error of ``y``; None where there is none to give.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    error: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """Curves by name, over one another."""

    x: Axis
    y: Axis
    curves: Mapping[str, Curve]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one length by name, units in the names."""

    columns: Mapping[str, Sequence[float | int | str] | NDArray[np.float64] | NDArray[np.int64]]
