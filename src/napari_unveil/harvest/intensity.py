"""The least intensity of a signal patch, read off X-ray-only frames (y, x); in the unit of the frames."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import is_blank
from napari_unveil.harvest.positions import box_sum_stripes, free_positions
from napari_unveil.harvest.room import images_of
from napari_unveil.masking.spread import robust_sigma
from napari_unveil.types import Frame, Mask

SPREADS_ABOVE_BACKGROUND = 5.0
"""How far above the background a patch must lie, in standard deviations of the background patches."""

SHARE_OF_BRIGHTEST = 1e-5
"""A patch this much weaker than the brightest one is background even where the background has no spread."""

POSITIONS_LOOKED_AT = 2**19
"""About so many background patches of a frame count, on a regular grid."""


def suggest_min_intensity(frames: Iterable[tuple[int, Frame]], mask: Mask, *, patch: int, max_excluded: float) -> float:
    """Integrated intensity from which a patch clearly holds more than the frames do outside the signal mask.

    Background patches are those that lie outside the mask of the same X-ray-only frames. The suggestion is
    the median of their integrated intensities plus five standard deviations (from the median absolute
    deviation), and at least a hundred-thousandth of the brightest patch.

    Parameters
    ----------
    frames
        A few X-ray-only frames, each of shape (y, x), with the number of their module; blank ones are skipped.
    mask
        Shape (y, x) or (module, y, x), True = signal.
    patch
        Side of a patch, pixels.
    max_excluded
        Largest share of masked pixels in a background patch.

    Raises
    ------
    Refused
        When every frame is blank, or no patch is brighter than the background.
    """
    free = [free_positions(image, patch=patch, max_excluded=max_excluded) for image in images_of(mask)]
    looks = [_look(frame, free[module], patch=patch) for module, frame in frames if not is_blank(frame)]
    if not looks:
        raise Refused(
            found="the X-ray-only frames looked at hold nothing but zeros or missing pixels",
            needed="frames with scattering",
            remedy="choose other X-ray-only frames or give the least intensity by hand",
        )
    background = np.concatenate([sums for sums, _ in looks])
    level = float(np.median(background))
    spread = robust_sigma(background, around=level)
    brightest = max(brightest for _, brightest in looks)
    threshold = max(level + SPREADS_ABOVE_BACKGROUND * spread, SHARE_OF_BRIGHTEST * brightest)
    if brightest < threshold or brightest <= 0:
        raise Refused(
            found=f"the brightest patch of the X-ray-only frames holds {brightest:.4g}",
            needed=f"at least {threshold:.4g}, as patches outside the signal mask hold {level:.4g}",
            remedy="choose frames with more scattering or give the least intensity by hand",
        )
    return threshold


def _look(frame: Frame, free: Mask, *, patch: int) -> tuple[NDArray[np.float64], float]:
    """Integrated intensities (n,) of background patches and of the brightest patch of all."""
    step = math.ceil(math.sqrt(free.size / POSITIONS_LOOKED_AT))
    background, brightest, first = [], -math.inf, 0
    for sums in box_sum_stripes(np.nan_to_num(frame, posinf=0, neginf=0), patch=patch):
        brightest = max(brightest, float(sums.max()))
        rows = slice(-first % step, None, step)
        background.append(sums[rows, ::step][free[first : first + len(sums)][rows, ::step]])
        first += len(sums)
    return np.concatenate(background), brightest
