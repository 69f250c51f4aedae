"""The rows of the table: which number each is, in which unit, and what is better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from napari_unveil.benchmark.rows_injection import AMPLITUDES
from napari_unveil.benchmark.rows_profile import (
    DECADES,
    LEAST_COUNTED,
    coverage,
    largest_bias,
    mean_bias,
    pull_width,
    reach,
)
from napari_unveil.benchmark.sums import MethodSums
from napari_unveil.inspection import Scores

Better = Literal["more", "less", "one", "none"]
Form = Literal["share", "number", "decades"]
Number = float | None
COVERED = 0.68


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    key, words
        Its name in JSON and in the table, unit included.
    value
        The number of a method in one campaign; None where nothing defines it.
    better
        ``more``, ``less``, ``one`` (as near to ``ideal`` as can be) or ``none``: not compared.
    form
        ``share``: written in per cent; ``decades``: averaged over campaigns on a logarithmic scale.
    ideal
        What ``one`` refers to.
    tolerance
        Differences up to this decide nothing.
    """

    key: str
    words: str
    value: Callable[[MethodSums], Number]
    better: Better
    form: Form = "number"
    ideal: float = 1.0
    tolerance: float = 0.0

    def loss(self, value: float) -> float:
        """How far a value is from the best one; lower is better."""
        return {"more": -value, "less": value, "one": abs(value - self.ideal), "none": 0.0}[self.better]


def _score(name: str) -> Callable[[MethodSums], Number]:
    def value(sums: MethodSums) -> Number:
        scores: Scores = sums.scores.scores()
        return getattr(scores, name) if sums.images else None

    return value


def _profile_row(number: Callable[..., Number], *more: float) -> Callable[[MethodSums], Number]:
    return lambda sums: None if sums.rings is None else number(sums.rings, *more)


def _reach(sums: MethodSums) -> Number:
    return None if sums.rings is None else reach(sums.rings, sums.beamtime)


def _bias_rows() -> tuple[Row, ...]:
    words = [f"{low:g}–{high:g}" if high < float("inf") else f"above {low:g}" for low, high in DECADES]
    return tuple(
        Row(
            f"bias_{limits[0]:g}",
            f"|bias| of I(q), {name} photons per pixel",
            _profile_row(mean_bias, *limits),
            "less",
            "share",
        )
        for name, limits in zip(words, DECADES, strict=True)
    )


def _injection_rows() -> tuple[Row, ...]:
    def value(streak: int) -> Callable[[MethodSums], Number]:
        return lambda sums: sums.fits.recovered(streak)

    return tuple(
        Row(
            f"recovered_{a:g}",
            f"Weak streak of {a:g} photons per pixel: recovered / added",
            value(place),
            "one",
            tolerance=0.05,
        )
        for place, a in enumerate(AMPLITUDES)
    )


ROWS: tuple[Row, ...] = (
    Row("noise_removed", "Noise removed (L1)", _score("noise_removed"), "more", "share"),
    Row("hit_energy_removed", "Hit energy removed", _score("hit_energy_removed"), "more", "share"),
    Row("signal_lost", "Signal photons lost", _score("signal_lost"), "less", "share"),
    Row("flux_bright", "Flux of pixels above 20 keV", _score("flux_bright"), "one", "share", tolerance=1e-3),
    *_bias_rows(),
    Row(
        "bias_largest",
        f"Largest |bias| of I(q) from {LEAST_COUNTED:g} photons per pixel up",
        _profile_row(largest_bias),
        "less",
        "share",
    ),
    Row("pull_width", "Width of the pulls of I(q)", lambda sums: pull_width(sums.pulls), "one"),
    Row("coverage", "Coverage of 68 % intervals", lambda sums: coverage(sums.pulls), "one", "share", COVERED),
    Row("lowest_usable", "Lowest usable intensity [photons per pixel]", _score("lowest_usable"), "less", "decades"),
    Row("reach", "Reach at 10 % [pixels from the beam]", _reach, "more"),
    Row(
        "false_photons",
        "False photons per megapixel, no signal",
        lambda sums: sums.null.false_per_megapixel,
        "less",
    ),
    Row("false_share", "The same over the noise energy", lambda sums: sums.null.false_share, "less", "share"),
    Row(
        "hit_free_changed",
        "Hit-free pixels changed by > 3 sigma of readout",
        lambda sums: sums.hit_free.changed_share,
        "less",
        "share",
        tolerance=1e-6,
    ),
    Row("hit_free_error", "Error of pixels without hits", _score("hit_free_error"), "less", "share"),
    *_injection_rows(),
    Row(
        "sum_error",
        "Largest |signal + noise - input| / input",
        lambda sums: sums.largest_sum_error if sums.images else None,
        "less",
        tolerance=1e-6,
    ),
    Row("psnr", "PSNR of log(1 + photons) [dB]", lambda sums: sums.likeness.mean_psnr_db, "more"),
    Row("ssim", "SSIM of log(1 + photons)", lambda sums: sums.likeness.mean_ssim, "more"),
    Row("seconds", "Seconds per frame, first one not counted", lambda sums: sums.stopwatch.mean, "none"),
)
ROW = {row.key: row for row in ROWS}


def values_of(sums: MethodSums) -> dict[str, Number]:
    """Every row of one method in one campaign."""
    return {row.key: row.value(sums) for row in ROWS}
