"""One frame out of stored pixels and stored masks: whatever was not measured becomes NaN."""

import numpy as np

from napari_unveil.frames.address import Address
from napari_unveil.frames.chunks import Planes
from napari_unveil.frames.exclusion import Exclusion, has_bits, measured
from napari_unveil.frames.stack import UnreadableFrame
from napari_unveil.types import Frame, Mask


def read_frame(
    planes: Planes, position: tuple[int, ...], *, exclusion: Exclusion, masks: Planes | None, bits: int
) -> Frame:
    """Read the frame (y, x) at ``position``; NaN where excluded, masked, not written or without a source.

    Parameters
    ----------
    planes
        The pixels as stored.
    position
        Along the leading axes, as stored.
    exclusion
        Which values were not measured.
    masks
        One mask per frame, None without.
    bits
        Mask bits that exclude a pixel.

    Raises
    ------
    UnreadableFrame
        When the frame or its mask cannot be decoded.
    """
    try:
        frame = measured(planes.plane(position), exclusion)
        missing = planes.missing(position)
        masked = None if masks is None else _masked(masks, position, bits)
    except (OSError, RuntimeError) as error:
        raise UnreadableFrame.at(Address(planes.path, planes.dataset), position, error) from error
    for excluded in (missing, masked):
        if excluded is not None:
            frame[excluded] = np.nan
    return frame


def _masked(masks: Planes, position: tuple[int, ...], bits: int) -> Mask:
    masked = has_bits(masks.plane(position), bits)
    unknown = masks.missing(position)
    return masked if unknown is None else masked | unknown
