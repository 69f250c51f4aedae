"""Training apart from validation: frame numbers enter, patch indices leave; no frame is in both."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.types import Indices


def split_by_frame(frame_numbers: Indices, *, share: float, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Set whole frames aside for validation.

    Parameters
    ----------
    frame_numbers
        Shape (n,): the frame or train that each patch was cut from; the modules of one shot share a number, and so
        stay together.
    share
        Share of the frames for validation, 0 to 1; at least one frame goes to either side.
    rng
        Source of chance.

    Returns
    -------
    tuple
        Indices of the patches for training and for validation, each ascending.

    Raises
    ------
    Refused
        When the patches come from fewer than two frames.
    """
    frames = np.unique(frame_numbers)
    if len(frames) < 2:
        raise Refused(
            found=f"the patches come from {len(frames)} frame" + "s" * (len(frames) == 0),
            needed="at least 2 frames, one to learn from and one to judge by",
            remedy="harvest patches from more frames",
        )
    aside = int(np.clip(round(share * len(frames)), 1, len(frames) - 1))
    validating = np.isin(frame_numbers, rng.permutation(frames)[:aside])
    return np.flatnonzero(~validating), np.flatnonzero(validating)
