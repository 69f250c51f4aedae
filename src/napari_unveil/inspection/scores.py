"""Scores against truth: input, separation and true signal (y, x) go in, frame by frame; numbers come out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from napari_unveil.inspection.limits import LIMITS_KEV, Limits
from napari_unveil.inspection.reach import Reach
from napari_unveil.inspection.sums import (
    largest_sum_error,
    pooled,
    ratio,
    require_one_shape,
    valid_in_all,
    values_at,
)
from napari_unveil.types import Frame, Mask, Separation


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a simulated frame, in its unit.

    Parameters
    ----------
    signal
        Shape (y, x): the signal in this very frame, with its photon noise.
    expected
        Shape (y, x): the mean of the signal over infinitely many exposures, where it is known.
    """

    signal: Frame
    expected: Frame | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """How near an estimate e of the signal comes to the truth s in frames x, pooled over all valid pixels.

    A number is None where nothing defines it (no bright pixel, no hit, no expected intensity).

    Parameters
    ----------
    noise_removed
        1 - sum abs(e - s) / sum abs(x - s): 1 is perfect, 0 as good as doing nothing.
    flux_bright
        sum e / sum s over pixels with s > ``Limits.bright``; 1 is right.
    lowest_usable
        The lowest intensity from which up the means of 8 x 8 cells are right within 20 % in the median, per
        pixel in the unit of the frame; inf where none is. See :class:`~napari_unveil.inspection.reach.Reach`.
    signal_lost
        sum max(s - e, 0) / sum s over pixels with s > ``Limits.present``.
    false_signal
        Mean of max(e - s, 0) over pixels without signal (s <= ``Limits.present``), in the unit of the
        frame.
    hit_energy_removed
        1 - sum abs(e - s) / sum abs(x - s) over the hit pixels alone (x - s > ``Limits.present``).
    hit_free_error
        sum abs(e - s) / sum abs(s) over the other pixels, which should come back as they were.
    largest_sum_error
        max abs(e + n - x), unit of the frame.
    """

    noise_removed: float | None
    flux_bright: float | None
    lowest_usable: float | None
    signal_lost: float | None
    false_signal: float | None
    hit_energy_removed: float | None
    hit_free_error: float | None
    largest_sum_error: float


@dataclass(frozen=True, slots=True)
class ScoreSums:
    """What :class:`Scores` are made of; ``+`` pools frames, and pooling equals one large frame."""

    error: float = 0.0
    error_before: float = 0.0
    bright_estimate: float = 0.0
    bright_signal: float = 0.0
    lost: float = 0.0
    signal: float = 0.0
    false: float = 0.0
    empty_pixels: int = 0
    hit_error: float = 0.0
    hit_energy: float = 0.0
    hit_free_error: float = 0.0
    hit_free_signal: float = 0.0
    largest_sum_error: float = 0.0
    reach: Reach = field(default_factory=Reach)

    @classmethod
    def of(cls, frame: Frame, separation: Separation, truth: Truth, *, limits: Limits = LIMITS_KEV) -> "ScoreSums":
        """Sum over one frame.

        Parameters
        ----------
        frame
            The input, shape (y, x); NaN where masked.
        separation, truth
            Same shape and unit; a pixel that is NaN in one of them counts in none.
        limits
            In the unit of the frame.

        Raises
        ------
        Refused
            When the shapes differ.
        """
        images = (frame, separation.signal, separation.noise, truth.signal)
        valid = valid_in_all(*images)
        x, e, n, s = values_at(valid, images)
        bright, present, hit = s > limits.bright, s > limits.present, x - s > limits.present
        error, error_before = np.abs(e - s), np.abs(x - s)
        return cls(
            error=float(error.sum()),
            error_before=float(error_before.sum()),
            bright_estimate=float(e[bright].sum()),
            bright_signal=float(s[bright].sum()),
            lost=float(np.clip(s - e, 0, None)[present].sum()),
            signal=float(s[present].sum()),
            false=float(np.clip(e - s, 0, None)[~present].sum()),
            empty_pixels=int(np.count_nonzero(~present)),
            hit_error=float(error[hit].sum()),
            hit_energy=float(error_before[hit].sum()),
            hit_free_error=float(error[~hit].sum()),
            hit_free_signal=float(np.abs(s)[~hit].sum()),
            largest_sum_error=largest_sum_error(x, e, n),
            reach=_reach(separation.signal, truth, valid=valid),
        )

    def __add__(self, other: "ScoreSums") -> "ScoreSums":
        return pooled(self, other, ScoreSums)

    def scores(self) -> Scores:
        """Turn the sums into scores."""
        return Scores(
            noise_removed=_one_minus(ratio(self.error, self.error_before)),
            flux_bright=ratio(self.bright_estimate, self.bright_signal),
            lowest_usable=self.reach.lowest_usable,
            signal_lost=ratio(self.lost, self.signal),
            false_signal=ratio(self.false, self.empty_pixels),
            hit_energy_removed=_one_minus(ratio(self.hit_error, self.hit_energy)),
            hit_free_error=ratio(self.hit_free_error, self.hit_free_signal),
            largest_sum_error=self.largest_sum_error,
        )


def score(triples: Iterable[tuple[Frame, Separation, Truth]], *, limits: Limits = LIMITS_KEV) -> Scores:
    """Scores pooled over frames that are read one by one.

    Parameters
    ----------
    triples
        Input frame, its separation, its truth; see :meth:`ScoreSums.of`.
    """
    sums = ScoreSums()
    for frame, separation, truth in triples:
        sums += ScoreSums.of(frame, separation, truth, limits=limits)
    return sums.scores()


def nothing_removed(frame: Frame) -> Separation:
    """Return the separation that leaves the frame as it is: what every other one is compared with."""
    return Separation(signal=frame, noise=np.where(np.isfinite(frame), np.float32(0), frame))


def _reach(estimate: Frame, truth: Truth, *, valid: Mask) -> Reach:
    if truth.expected is None:
        return Reach()
    require_one_shape(estimate, truth.expected)
    return Reach.of(np.where(valid, estimate, np.float32(np.nan)), truth.expected)


def _one_minus(value: float | None) -> float | None:
    return None if value is None else 1 - value
