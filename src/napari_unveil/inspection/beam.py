"""Where the beam goes: a frame (y, x) goes in, a place comes out."""

import numpy as np
from scipy import ndimage

from napari_unveil.errors import Refused
from napari_unveil.inspection.profiles import without
from napari_unveil.types import Frame, Mask


def beam_centre(frame: Frame, *, mask: Mask | None = None, bright_share: float = 0.005) -> tuple[float, float]:
    """Suggest where the beam goes: the intensity-weighted centre (y, x) of the brightest pixels.

    A 5 x 5 median takes single hits away first; ``bright_share`` of the valid pixels count, each weighted
    with what it has above the weakest of them. A suggestion only: where
    half of the scattering is masked it is off.

    Raises
    ------
    Refused
        When no pixel stands out.
    """
    values = without(frame, mask)
    valid = np.isfinite(values)
    smooth = ndimage.median_filter(np.where(valid, values, 0.0), size=5)
    threshold = np.quantile(smooth[valid], 1 - bright_share) if valid.any() else 0.0
    weight = np.where(valid, np.clip(smooth - threshold, 0, None), 0.0)
    total = float(weight.sum(dtype=np.float64))
    if total == 0:
        raise Refused(
            found=f"no pixel of the {valid.sum()} valid ones stands out",
            needed="a bright part around the beam",
            remedy="give the centre as y,x",
        )
    y = float(weight.sum(axis=1, dtype=np.float64) @ np.arange(frame.shape[0])) / total
    x = float(weight.sum(axis=0, dtype=np.float64) @ np.arange(frame.shape[1])) / total
    return y, x
