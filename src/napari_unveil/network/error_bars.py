"""How the errors of pixels add up in a sum. Plain values, without torch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorBars:
    """What patches of known truth say of the error bars of a model; the defaults leave them as they are.

    Parameters
    ----------
    scale
        Factor on the variance of each pixel that the network predicts.
    correlation
        Effective correlation of the errors of two pixels, from 0 (independent) to 1 (all alike): estimates of pixels
        whose neighbourhood looks alike go wrong together. See :func:`variance_of_sum`.
    """

    scale: float = 1.0
    correlation: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.scale < math.inf and 0 <= self.correlation <= 1):
            raise ValueError(f"a scale of {self.scale} and a correlation of {self.correlation}")


def variance_of_sum(squares: Array, total: Array, correlation: float) -> Array:
    """Variance of sums of pixels with the standard errors e and one correlation c between any two of them.

    ``sum_i e_i^2 + c sum_(i != j) e_i e_j = (1 - c) sum e^2 + c (sum e)^2``; without correlation it is the first sum
    itself.

    Parameters
    ----------
    squares, total
        Sum of e^2 and sum of e of each sum, of one shape.
    """
    return squares if correlation == 0 else (1 - correlation) * squares + correlation * total**2
