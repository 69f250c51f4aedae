"""Numbers with a word of explanation: numbers of the pair and sums of regions go in, lines to read come out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from napari_unveil.inspection.limits import LIMITS_KEV, Limits
from napari_unveil.inspection.plots import Table
from napari_unveil.inspection.regions import BOTH, COUNTING, SCATTER, SEPARATED, RegionSum
from napari_unveil.inspection.residuals import PairNumbers
from napari_unveil.inspection.tables import pair_rows

PAIR_EXPLANATIONS = (
    "Pixels in which input, signal and noise have a value.",
    "Share of the summed intensity that was taken away. Good: what the noise is known to bring, as in shots without "
    "X-rays. Bad: below 0, or far above that.",
    "Pearson's correlation over pixels, from -1 to 1. Noise of independent origin does not know where the signal is: "
    "near 0 is good; well above 0, signal was taken away with the noise; well below 0, noise was left in the signal.",
    "The same over means of 8 x 8 pixels, in which single hits average out, so that structure of the signal in the "
    "noise shows first here. Good: near 0. Above 0.2: look for rings and streaks of the signal in the noise layer.",
    "Signal + noise should be the input. Good: rounding only, 0.001 and less. Bad: as much as a photon.",
    "Pixels in which signal or noise is negative although the input is not. Good: 0, for no intensity is negative.",
    "Pixels from which more than that was taken, or to which it was added. Good: about the number of pixels with hits.",
)
REGION_EXPLANATIONS = {
    COUNTING: "Error from counting: the square root of the number of photons in the sum, at least one photon. The "
    "error that the separation itself makes is not in it.",
    SCATTER: "Error from the scatter of the pixels; too large where the image has structure within the region.",
    BOTH: "Error from the photons of the signal (counting) and the hits of the noise (scatter of the pixels), added in "
    "quadrature.",
    SEPARATED[COUNTING]: "Error from counting, the square root of the number of photons in the sum, and from the "
    "separation, the standard errors of the pixels and how far they go together; both added in quadrature.",
    SEPARATED[SCATTER]: "Error from the scatter of the pixels and from the separation, the standard errors of the "
    "pixels and how far they go together; both added in quadrature. Too large where the image has structure within "
    "the region.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A number in words: what it is, its value, and what is good or bad about it."""

    name: str
    value: str
    explanation: str


def told_pair(pair: PairNumbers, *, unit: str, limits: Limits = LIMITS_KEV) -> tuple[Told, ...]:
    """The numbers of one frame, each with a word on what is good or bad."""
    (_, *names), (_, *values) = pair_rows([("", pair)], unit=unit, limits=limits)
    return tuple(Told(*line) for line in zip(names, values, PAIR_EXPLANATIONS, strict=True))


def plain_values(pair: PairNumbers) -> list[float]:
    """The numbers of one frame in the order of :func:`told_pair`; NaN where not defined."""
    return [math.nan if value is None else value for value in astuple(pair)]


def region_rows(regions: Sequence[Mapping[str, RegionSum]], *, unit: str) -> tuple[Table, tuple[Told, ...]]:
    """Sums of regions by image: exactly, and in words."""
    lines = [(number, name, sums) for number, region in enumerate(regions, 1) for name, sums in region.items()]
    in_unit, per_pixel = (f" ({unit})", f" ({unit} per pixel)") if unit else ("", "")
    of_separation = [sums.separation_error for *_, sums in lines]
    known = not all(math.isnan(error) for error in of_separation)
    table = Table(
        {
            "region": [number for number, _, _ in lines],
            "image": [name for _, name, _ in lines],
            "pixels": [sums.pixels for *_, sums in lines],
            f"sum{in_unit}": [sums.total for *_, sums in lines],
            f"error of the sum{in_unit}": [sums.total_error for *_, sums in lines],
            **({f"separation error of the sum{in_unit}": of_separation} if known else {}),
            f"mean{per_pixel}": [sums.mean for *_, sums in lines],
            f"error of the mean{per_pixel}": [sums.mean_error for *_, sums in lines],
            "error from": [sums.origin for *_, sums in lines],
        }
    )
    told = tuple(
        Told(f"{number} {name}", _region_in_words(sums, unit), REGION_EXPLANATIONS[sums.origin])
        for number, name, sums in lines
    )
    return table, told


def with_error(value: float, error: float) -> str:
    """A number and its error, the error with two digits, the number to the same place: ``1234 ± 56``."""
    if not (math.isfinite(value) and math.isfinite(error)) or error <= 0:
        return f"{value:.5g}"
    places = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{places}f} ± {error:.{places}f}"


def _region_in_words(sums: RegionSum, unit: str) -> str:
    total = f"{with_error(sums.total, sums.total_error)} {unit}".rstrip()
    per_pixel = f"{with_error(sums.mean, sums.mean_error)} per pixel"
    return f"{total}, {per_pixel}\n{sums.pixels:,} px; error: {sums.origin}"
