"""What sums over frames have in common: the pixels that count, pooling, shares."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

SUMS = TypeVar("SUMS")
LARGEST = "largest_"
"""Fields of sums whose name begins so are maxima."""


def valid_in_all(*images: Frame) -> Mask:
    """The pixels (y, x) in which every image has a finite value.

    Raises
    ------
    Refused
        When the shapes differ.
    """
    require_one_shape(*images)
    return np.asarray(np.logical_and.reduce([np.isfinite(image) for image in images]))


def values_at(valid: Mask, images: Sequence[Frame]) -> list[NDArray[np.float64]]:
    """The valid pixels of each image, shape (n,)."""
    return [image[valid].astype(np.float64) for image in images]


def largest_sum_error(x: NDArray[np.float64], s: NDArray[np.float64], n: NDArray[np.float64]) -> float:
    """Largest abs(s + n - x), 0 without pixels; input, signal and noise of shape (n,)."""
    return float(np.abs(s + n - x).max(initial=0.0))


def pooled(a: SUMS, b: SUMS, kind: type[SUMS]) -> SUMS:
    """Join two dataclasses of sums field by field: maxima where the name says so, sums otherwise."""
    joined: Mapping[str, Any] = {
        field.name: max(getattr(a, field.name), getattr(b, field.name))
        if field.name.startswith(LARGEST)
        else getattr(a, field.name) + getattr(b, field.name)
        for field in fields(kind)  # type: ignore[arg-type]  # always a dataclass
    }
    return kind(**joined)


def ratio(part: float, whole: float) -> float | None:
    """Quotient, or None where ``whole`` is 0."""
    return part / whole if whole != 0 else None


def require_one_shape(frame: Frame, *others: Frame) -> None:
    """Refuse images whose shape is not that of ``frame``."""
    for other in others:
        if other.shape != frame.shape:
            raise Refused(
                found=f"the frame has shape {frame.shape} and what it is compared with {other.shape}",
                needed="one shape (y, x)",
                remedy="choose the results and the truth of the same frames",
            )
