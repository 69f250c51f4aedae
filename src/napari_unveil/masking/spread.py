"""How far values scatter, whatever a few of them do: values (n,) enter, a standard deviation in their unit leaves."""

import numpy as np
from numpy.typing import NDArray

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over the median of its absolute deviations."""


def robust_sigma(values: NDArray[np.floating], *, around: float | None = None) -> float:
    """Standard deviation of normal deviates, from the median of their distances; outliers hardly move it.

    Parameters
    ----------
    values
        Shape (n,), finite, at least one.
    around
        Where the distances are measured from; None: the median.
    """
    centre = np.median(values) if around is None else around
    return MAD_TO_SIGMA * float(np.median(np.abs(values - centre)))
