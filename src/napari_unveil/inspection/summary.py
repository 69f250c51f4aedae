"""What there is to say about a result: cases (frame, separation, truth) go in, a Summary comes out."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.inspection.averages import FrameSum, error_of_mean, histogram
from napari_unveil.inspection.limits import LIMITS_KEV, Limits
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.residuals import PairNumbers, PairSums
from napari_unveil.inspection.scores import Scores, ScoreSums, Truth, nothing_removed
from napari_unveil.inspection.sums import require_one_shape, valid_in_all
from napari_unveil.types import Frame, Mask, Separation


@dataclass(frozen=True, slots=True)
class Case:
    """One frame to look at, all images (y, x) in one unit.

    Parameters
    ----------
    name
        What the report calls it, for example ``frame 12``.
    """

    name: str
    frame: Frame
    separation: Separation
    truth: Truth | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """Means over all cases, each (y, x) in the unit of the frames, of values that are valid in all three.

    NaN where a pixel never was. ``signal_error`` is the error of ``signal``, from the separations; None where they give
    none.
    """

    frame: Frame
    signal: Frame
    noise: Frame
    true_signal: Frame | None
    signal_error: PixelErrors | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found in all cases.

    Parameters
    ----------
    example
        The first case, whole.
    per_frame
        Name and numbers of every case.
    pooled
        The numbers over all pixels of all cases.
    means
        Mean images; signal and noise add up to the input as far as the separations do.
    noise_histogram, true_noise_histogram
        Counts between ``averages.HISTOGRAM_EDGES`` of the noise, and of input minus true signal.
    scores, scores_before
        Against truth: of the separation, and of the input as it was; None without truth.
    limits
        What counted as bright, present and changed.
    """

    example: Case
    per_frame: tuple[tuple[str, PairNumbers], ...]
    pooled: PairNumbers
    means: Pictures
    noise_histogram: NDArray[np.int64]
    true_noise_histogram: NDArray[np.int64] | None
    scores: Scores | None
    scores_before: Scores | None
    limits: Limits


def summarise(cases: Iterable[Case], *, limits: Limits = LIMITS_KEV) -> Summary:
    """Look at every case once; memory holds one case and a few images, however many there are.

    Raises
    ------
    Refused
        When there is no case, when shapes differ, or when some cases have truth and others have not.
    """
    example: Case | None = None
    per_frame: list[tuple[str, PairNumbers]] = []
    pairs, gathered = PairSums(), None
    for case in cases:
        example = example or case
        _require_alike(example, case)
        pair = PairSums.of(case.frame, case.separation, limits=limits)
        per_frame.append((case.name, pair.numbers()))
        pairs += pair
        images = _Gathered.of(case, limits=limits)
        gathered = images if gathered is None else gathered + images
    if example is None or gathered is None:
        raise Refused(
            found="there is no frame to look at",
            needed="one frame or more",
            remedy="choose other frames",
        )
    return Summary(
        example=example,
        per_frame=tuple(per_frame),
        pooled=pairs.numbers(),
        means=Pictures(
            frame=gathered.frame.mean,
            signal=gathered.signal.mean,
            noise=gathered.noise.mean,
            true_signal=gathered.truth.sum.mean if gathered.truth else None,
            signal_error=gathered.error.of_mean() if gathered.error else None,
        ),
        noise_histogram=gathered.histogram,
        true_noise_histogram=gathered.truth.histogram if gathered.truth else None,
        scores=gathered.truth.scores.scores() if gathered.truth else None,
        scores_before=gathered.truth.before.scores() if gathered.truth else None,
        limits=limits,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    sum: FrameSum
    histogram: NDArray[np.int64]
    scores: ScoreSums
    before: ScoreSums

    @classmethod
    def of(cls, case: Case, truth: Truth, invalid: Mask, *, limits: Limits) -> "_Compared":
        require_one_shape(case.frame, truth.signal)
        seen = _without(truth.signal, invalid)
        return cls(
            sum=FrameSum.of(seen),
            histogram=histogram(case.frame - seen),
            scores=ScoreSums.of(case.frame, case.separation, truth, limits=limits),
            before=ScoreSums.of(case.frame, nothing_removed(case.frame), truth, limits=limits),
        )

    def __add__(self, other: "_Compared") -> "_Compared":
        return _Compared(
            self.sum + other.sum,
            self.histogram + other.histogram,
            self.scores + other.scores,
            self.before + other.before,
        )


@dataclass(frozen=True, slots=True)
class _ErrorSums:
    squares: FrameSum
    total: FrameSum
    correlation: float

    @classmethod
    def of(cls, error: Frame, correlation: float, invalid: Mask) -> "_ErrorSums":
        error = _without(error, invalid)
        return cls(FrameSum.of(np.square(error)), FrameSum.of(error), correlation)

    def __add__(self, other: "_ErrorSums") -> "_ErrorSums":
        correlation = max(self.correlation, other.correlation)
        return _ErrorSums(self.squares + other.squares, self.total + other.total, correlation)

    def of_mean(self) -> PixelErrors:
        return error_of_mean(self.squares, self.total, self.correlation)


@dataclass(frozen=True, slots=True)
class _Gathered:
    frame: FrameSum
    signal: FrameSum
    noise: FrameSum
    error: _ErrorSums | None
    histogram: NDArray[np.int64]
    truth: _Compared | None

    @classmethod
    def of(cls, case: Case, *, limits: Limits) -> "_Gathered":
        images = (case.frame, case.separation.signal, case.separation.noise)
        invalid = ~valid_in_all(*images)
        frame, signal, noise = (_without(image, invalid) for image in images)
        separation = case.separation
        error = None
        if separation.error is not None:
            error = _ErrorSums.of(separation.error, separation.correlation, invalid)
        return cls(
            frame=FrameSum.of(frame),
            signal=FrameSum.of(signal),
            noise=FrameSum.of(noise),
            error=error,
            histogram=histogram(noise),
            truth=None if case.truth is None else _Compared.of(case, case.truth, invalid, limits=limits),
        )

    def __add__(self, other: "_Gathered") -> "_Gathered":
        truth, error = None, None
        if self.truth is not None and other.truth is not None:
            truth = self.truth + other.truth
        if self.error is not None and other.error is not None:
            error = self.error + other.error
        return _Gathered(
            self.frame + other.frame,
            self.signal + other.signal,
            self.noise + other.noise,
            error,
            self.histogram + other.histogram,
            truth,
        )


def _without(image: Frame, invalid: Mask) -> Frame:
    return np.where(invalid, np.float32(np.nan), image)


def _require_alike(example: Case, case: Case) -> None:
    require_one_shape(example.frame, case.frame)
    if (example.truth is None) != (case.truth is None):
        without = case.name if case.truth is None else example.name
        raise Refused(
            found=f"{without} has no truth while others have",
            needed="the truth of every frame, or of none",
            remedy="choose the frames that the truth file covers",
        )
