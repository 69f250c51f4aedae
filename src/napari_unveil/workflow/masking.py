"""A signal mask from X-ray-only frames (y, x), with what it was made from."""

from collections.abc import Iterable
from dataclasses import dataclass

from napari_unveil.errors import Refused
from napari_unveil.masking import mean_image, signal_mask, suggest_threshold
from napari_unveil.types import Frame, Mask


@dataclass(frozen=True, slots=True)
class ReferenceMask:
    """A signal mask (y, x; True = signal) with the mean image and the threshold, in its unit, that made it."""

    mask: Mask
    image: Frame
    threshold: float


def mask_from_reference(
    frames: Iterable[Frame], *, threshold: float | None = None, grow_px: float = 8
) -> ReferenceMask:
    """Where X-ray-only ``frames`` hold signal; without a ``threshold``, one is suggested from the data.

    Raises
    ------
    Refused
        When there are no frames, no valid pixel, or nothing stands out.
    """
    image = mean_image(frames)
    level = suggest_threshold(image) if threshold is None else threshold
    mask = signal_mask(image, threshold=level, grow_px=grow_px)
    if not mask.any():
        raise Refused(
            found=f"nothing in the mean of the frames stands out above {level:.4g}",
            needed="X-ray-only frames with scattering",
            remedy="lower the threshold or choose other frames",
        )
    return ReferenceMask(mask, image, level)
