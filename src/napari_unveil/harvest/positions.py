"""Where a patch may lie: a mask (y, x) enters, top-left corners leave; no pixel is touched."""

import numpy as np
from numpy.typing import NDArray

from napari_unveil.types import Mask


def box_sums(image: NDArray[np.generic], *, patch: int) -> NDArray[np.float64]:
    """Sum over every square of ``patch`` pixels, by the integral image (Crow 1984).

    Parameters
    ----------
    image
        Shape (y, x), finite.
    patch
        Side of the square, pixels.

    Returns
    -------
    ndarray
        Shape (y - patch + 1, x - patch + 1), element [i, j] the sum over the square with the corner (i, j);
        empty when the patch is larger than the image.
    """
    return _sums_from_integral(_integral(image), patch=patch)


def free_positions(excluded: Mask, *, patch: int, max_excluded: float) -> Mask:
    """Top-left corners at which a patch holds at most the share ``max_excluded`` of excluded pixels.

    Parameters
    ----------
    excluded
        Shape (y, x).
    patch
        Side of the patch, pixels.
    max_excluded
        Share, 0 to 1.

    Returns
    -------
    Mask
        Shape (y - patch + 1, x - patch + 1); here True = the patch may lie there.
    """
    return box_sums(excluded, patch=patch) <= max_excluded * patch**2


def largest_patch(excluded: Mask, *, max_excluded: float) -> int:
    """Side in pixels of the largest patch that has a free position in a mask (y, x); 0 when there is none."""
    integral = _integral(excluded)
    fits, too_large = 0, min(excluded.shape) + 1
    while too_large - fits > 1:
        side = (fits + too_large) // 2
        if _sums_from_integral(integral, patch=side).min() <= max_excluded * side**2:
            fits = side
        else:
            too_large = side
    return fits


def _integral(image: NDArray[np.generic]) -> NDArray[np.float64]:
    integral = np.zeros((image.shape[0] + 1, image.shape[1] + 1))
    np.cumsum(image, axis=0, dtype=np.float64, out=integral[1:, 1:])
    np.cumsum(integral, axis=1, out=integral)
    return integral


def _sums_from_integral(integral: NDArray[np.float64], *, patch: int) -> NDArray[np.float64]:
    below, above = integral[patch:], integral[: max(len(integral) - patch, 0)]
    strips = below - above
    return strips[:, patch:] - strips[:, : max(strips.shape[1] - patch, 0)]
