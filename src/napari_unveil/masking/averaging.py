"""The mean image: frames or shots enter one by one, their mean leaves, of the same shape and unit."""

from collections.abc import Iterable

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.types import Frame


def mean_image(frames: Iterable[Frame]) -> Frame:
    """Mean over the frames in which a pixel is finite; holds one frame at a time.

    Parameters
    ----------
    frames
        Each of shape (y, x), or of shots (module, y, x); any unit.

    Returns
    -------
    Frame
        Of the same shape and unit; NaN where no frame is finite.

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


def binned(image: Frame, step: int) -> Frame:
    """Mean over squares of ``step`` x ``step`` finite pixels; squares that reach over the edge count what they hold.

    Parameters
    ----------
    image
        Shape (y, x), or several along leading axes, any unit.
    step
        Side of a square, pixels; 1 leaves the image as it is.

    Returns
    -------
    Frame
        y and x over ``step``, rounded up; same unit, NaN where a square has no finite pixel.
    """
    if step == 1:
        return image
    *leading, height, width = image.shape
    rows, columns = -(-height // step), -(-width // step)
    padded = np.full((*leading, rows * step, columns * step), np.nan, np.float32)
    padded[..., :height, :width] = image
    squares = padded.reshape(*leading, rows, step, columns, step)
    finite = np.isfinite(squares)
    count = finite.sum(axis=(-3, -1))
    total = np.where(finite, squares, np.float32(0)).sum(axis=(-3, -1))
    mean = np.full(count.shape, np.nan, np.float32)
    np.divide(total, count, out=mean, where=count > 0)
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
