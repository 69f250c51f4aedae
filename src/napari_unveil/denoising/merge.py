"""Several predictions of one frame merged into one."""

import numpy as np

from napari_unveil.types import Frame, Frames


def merged(predictions: Frames) -> Frame:
    """Published weighted mean over the first axis of ``predictions``, shape (pass, y, x), in keV.

    ``w_i = 1 / (|p_i - m| / 2 + 2)`` with ``m`` the mean (Starke & Smid, doi 10.14278/rodare.2586).
    """
    if len(predictions) == 1:
        return np.asarray(predictions[0])
    mean = predictions.mean(axis=0)
    weights = 1 / (np.abs(predictions - mean) / 2 + 2)
    result: Frame = (weights * predictions).sum(axis=0) / weights.sum(axis=0)
    return result
