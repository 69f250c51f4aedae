"""Numbers of the pair, without truth: input, signal and noise (y, x) go in, numbers come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from napari_unveil.inspection.cells import CELL_PX, cell_means
from napari_unveil.inspection.correlation import Covariation
from napari_unveil.inspection.limits import LIMITS_KEV, Limits
from napari_unveil.inspection.pieces import PIXELS_AT_ONCE, pieces
from napari_unveil.inspection.sums import largest_sum_error, pooled, ratio, valid_in_all, values_at
from napari_unveil.types import Frame, Mask, Separation


@dataclass(frozen=True, slots=True)
class PairNumbers:
    """What was taken away, over the pixels in which input x, signal s and noise n are valid.

    Parameters
    ----------
    pixels
        Number of valid pixels.
    energy_removed
        sum n / sum x; None where sum x is 0.
    correlation
        Pearson's correlation of n with s over pixels; None where one of them does not vary. Hits are of
        independent origin, so a value near 0 is good.
    cell_correlation
        The same over means of 8 x 8 cells: structure of the signal that went into the noise shows here.
    largest_sum_error
        max abs(s + n - x), in the unit of the frame.
    negative_share
        Share of pixels in which s or n is negative although x is not; None without pixels.
    changed_pixels
        Number of pixels with abs(s - x) above ``Limits.changed``.
    """

    pixels: int
    energy_removed: float | None
    correlation: float | None
    cell_correlation: float | None
    largest_sum_error: float
    negative_share: float | None
    changed_pixels: int


@dataclass(frozen=True, slots=True)
class PairSums:
    """What :class:`PairNumbers` are made of; ``+`` pools frames, and pooling equals one large frame."""

    pixels: int = 0
    input_sum: float = 0.0
    noise_sum: float = 0.0
    largest_sum_error: float = 0.0
    negative: int = 0
    changed: int = 0
    by_pixel: Covariation = field(default_factory=Covariation)
    by_cell: Covariation = field(default_factory=Covariation)

    @classmethod
    def of(cls, frame: Frame, separation: Separation, *, limits: Limits = LIMITS_KEV) -> "PairSums":
        """Sum over one frame; see :func:`pair_numbers`."""
        images = (frame, separation.signal, separation.noise)
        valid = valid_in_all(*images)
        rows = CELL_PX * max(1, PIXELS_AT_ONCE // (CELL_PX * max(1, frame.shape[1])))
        parts = pieces(frame.shape[0], size=rows)
        return sum((cls._of_piece(valid[part], [image[part] for image in images], limits) for part in parts), cls())

    @classmethod
    def _of_piece(cls, valid: Mask, images: Sequence[Frame], limits: Limits) -> "PairSums":
        x, s, n = values_at(valid, images)
        missing = np.float32(np.nan)
        return cls(
            pixels=x.size,
            input_sum=float(x.sum()),
            noise_sum=float(n.sum()),
            largest_sum_error=largest_sum_error(x, s, n),
            negative=int(np.count_nonzero(((s < 0) | (n < 0)) & (x >= 0))),
            changed=int(np.count_nonzero(np.abs(s - x) > limits.changed)),
            by_pixel=Covariation.of(n, s),
            by_cell=Covariation.of(*(cell_means(np.where(valid, image, missing)) for image in (images[2], images[1]))),
        )

    def __add__(self, other: "PairSums") -> "PairSums":
        return pooled(self, other, PairSums)

    def numbers(self) -> PairNumbers:
        """Turn the sums into shares and correlations."""
        return PairNumbers(
            pixels=self.pixels,
            energy_removed=ratio(self.noise_sum, self.input_sum),
            correlation=self.by_pixel.pearson,
            cell_correlation=self.by_cell.pearson,
            largest_sum_error=self.largest_sum_error,
            negative_share=ratio(self.negative, self.pixels),
            changed_pixels=self.changed,
        )


def pair_numbers(frame: Frame, separation: Separation, *, limits: Limits = LIMITS_KEV) -> PairNumbers:
    """Numbers of one frame.

    Parameters
    ----------
    frame
        The input, shape (y, x), any unit; NaN where masked.
    separation
        Its signal and noise, same shape and unit.
    limits
        In the unit of the frame.

    Raises
    ------
    Refused
        When the shapes differ.
    """
    return PairSums.of(frame, separation, limits=limits).numbers()
