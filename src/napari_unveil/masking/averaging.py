"""The mean image: frames (y, x) enter one by one, their mean (y, x) leaves, in the unit of the frames."""

from collections.abc import Iterable

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.types import Frame


def mean_image(frames: Iterable[Frame]) -> Frame:
    """Mean over the frames in which a pixel is finite; holds one frame at a time.

    Parameters
    ----------
    frames
        Each of shape (y, x), any unit.

    Returns
    -------
    Frame
        Shape (y, x), same unit; NaN where no frame is finite.

    Raises
    ------
    Refused
        When there is no frame, or the shapes differ.
    """
    remaining = iter(frames)
    first = next(remaining, None)
    if first is None:
        raise Refused(
            found="there are no frames",
            needed="a mean needs at least one",
            remedy="open X-ray-only frames first",
        )
    total = np.zeros(first.shape, np.float64)
    count = np.zeros(first.shape, np.int64)
    _add(first, total, count)
    for frame in remaining:
        _add(frame, total, count)
    mean = np.full(total.shape, np.nan, np.float32)
    np.divide(total, count, out=mean, where=count > 0, casting="same_kind")
    return mean


def _add(frame: Frame, total: np.ndarray, count: np.ndarray) -> None:
    if frame.shape != total.shape:
        raise Refused(
            found=f"a frame has the shape {frame.shape}, the first one {total.shape}",
            needed="frames of one shape",
            remedy="average frames of one detector only",
        )
    finite = np.isfinite(frame)
    np.add(total, frame, out=total, where=finite)
    count += finite
