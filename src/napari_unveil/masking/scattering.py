"""The signal mask: a mean X-ray-only image enters, (y, x) or one a module, the region of scattering leaves (True)."""

import math
from dataclasses import dataclass, replace

from napari_unveil.errors import Refused
from napari_unveil.masking.averaging import binned
from napari_unveil.masking.morphology import each_image, grow, remove_specks
from napari_unveil.masking.smoothing import smooth
from napari_unveil.types import Frame, Mask

SPECK_RADII = 2.0
"""Radius of the largest speck that is dropped, in standard deviations of the smoothing."""

SMOOTH_PX = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class SignalSearch:
    """A smoothed image in which signal is looked for again and again, at one threshold after another.

    Parameters
    ----------
    smoothed
        Shape (y, x), or several along leading axes, in the unit of the image.
    smooth_px
        Standard deviation of the smoothing, in pixels of ``smoothed``.
    step
        How many pixels of the frame a pixel of ``smoothed`` spans along each axis.
    """

    smoothed: Frame
    smooth_px: float
    step: int = 1

    def at(self, place: tuple[int, ...]) -> "SignalSearch":
        """The search in the one image (y, x) at ``place`` along the leading axes."""
        return replace(self, smoothed=self.smoothed[place])

    def mask(self, *, threshold: float, grow_px: float) -> Mask:
        """Where the signal is; lengths in pixels of the frame, shape that of ``smoothed``.

        Raises
        ------
        Refused
            When a length is negative or the threshold is not a number.
        """
        if not math.isfinite(threshold) or grow_px < 0:
            raise Refused(
                found=f"threshold {threshold:g}, margin {grow_px:g} px",
                needed="a finite threshold and a margin of at least 0 px",
                remedy="correct the value",
            )
        speck_px = math.pi * (SPECK_RADII * self.smooth_px) ** 2

        def without_specks(bright: Mask) -> Mask:
            return grow(remove_specks(bright, area_px=speck_px), grow_px / self.step)

        return each_image(without_specks, self.smoothed > threshold)


def signal_search(image: Frame, *, smooth_px: float = SMOOTH_PX, at_most_px: int | None = None) -> SignalSearch:
    """Smooth an image once, to look for signal in it.

    Parameters
    ----------
    image
        Shape (y, x), or several along leading axes, any unit; NaN where bad. Bad pixels are judged by their neighbours.
    smooth_px
        Standard deviation of the Gaussian smoothing, pixels. Regions smaller than a disk of twice this
        radius are taken for single hits and hot pixels and dropped.
    at_most_px
        Number of pixels (y, x) above which an image is binned until it has no more, for a quick preview; None: never.

    Raises
    ------
    Refused
        When a length is negative.
    """
    if smooth_px < 0:
        raise Refused(
            found=f"smoothing {smooth_px:g} px",
            needed="a length of at least 0 px",
            remedy="correct the value",
        )
    step = 1 if at_most_px is None else math.ceil(math.sqrt(math.prod(image.shape[-2:]) / at_most_px))
    coarse_px = smooth_px / step
    return SignalSearch(smooth(binned(image, step), smooth_px=coarse_px), coarse_px, step)


def signal_mask(image: Frame, *, threshold: float, smooth_px: float = SMOOTH_PX, grow_px: float = 8) -> Mask:
    """Find where the X-ray-only image holds scattering.

    Parameters
    ----------
    image, smooth_px
        As in `signal_search`.
    threshold
        Level in the unit of the image, see `suggest_threshold`; smoothed pixels above it are signal.
    grow_px
        Margin added around the signal, pixels.

    Returns
    -------
    Mask
        Of the shape of the image, True = signal, excluded from where noise patches may lie.

    Raises
    ------
    Refused
        When a length is negative or the threshold is not a number.
    """
    return signal_search(image, smooth_px=smooth_px).mask(threshold=threshold, grow_px=grow_px)
