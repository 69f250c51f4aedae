"""Scores and numbers of the pair in words: dataclasses go in; rows, text and JSON values come out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from napari_unveil.inspection.limits import LIMITS_KEV, Limits
from napari_unveil.inspection.residuals import PairNumbers
from napari_unveil.inspection.scores import Scores

Rows = list[list[str]]
NOT_DEFINED = "–"


def score_rows(columns: Mapping[str, Scores], *, unit: str, limits: Limits = LIMITS_KEV) -> Rows:
    """One row a score, one column an estimate, after a row of headings.

    Parameters
    ----------
    columns
        Scores by name, for example ``{"input": ..., "signal": ...}``.
    unit
        Unit of the frames, "" where unknown.
    """
    per_pixel = _per_pixel(unit)
    labels = {
        "noise_removed": "Noise removed (L1, pooled)",
        "flux_bright": f"Flux in pixels above {_with_unit(limits.bright, unit)}",
        "lowest_usable": f"Lowest usable intensity (20 % in 8×8 cells){per_pixel}",
        "signal_lost": "Signal lost",
        "false_signal": f"False signal where there is none{per_pixel}",
        "hit_energy_removed": "Hit energy removed",
        "hit_free_error": "Error of pixels without hits",
        "largest_sum_error": f"Largest deviation of signal + noise from input{_bracketed(unit)}",
    }
    written = {
        "noise_removed": _share,
        "flux_bright": _share,
        "lowest_usable": _three_digits,
        "signal_lost": _share,
        "false_signal": _three_digits,
        "hit_energy_removed": _share,
        "hit_free_error": _share,
        "largest_sum_error": _three_digits,
    }
    body = [
        [label, *(written[name](getattr(scores, name)) for scores in columns.values())]
        for name, label in labels.items()
    ]
    return [["Against truth", *columns], *body]


def pair_rows(frames: Sequence[tuple[str, PairNumbers]], *, unit: str, limits: Limits = LIMITS_KEV) -> Rows:
    """One row a frame after a row of headings; ``frames`` are names and numbers."""
    heading = [
        "Frame",
        "Valid pixels",
        "Energy removed",
        "Correlation of noise with signal",
        "Same in 8×8 cells",
        f"Largest deviation of the sum{_bracketed(unit)}",
        "Negative pixels",
        f"Changed by > {_with_unit(limits.changed, unit)}",
    ]
    body = [
        [
            name,
            f"{pair.pixels:,}",
            _share(pair.energy_removed),
            _signed(pair.correlation),
            _signed(pair.cell_correlation),
            _three_digits(pair.largest_sum_error),
            _share(pair.negative_share),
            f"{pair.changed_pixels:,}",
        ]
        for name, pair in frames
    ]
    return [heading, *body]


def plain(rows: Rows) -> str:
    """Write a table with aligned columns for a fixed-width font; no line break at the end."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [_aligned(rows[0], widths), ["-" * width for width in widths]]
    lines += [_aligned(row, widths) for row in rows[1:]]
    return "\n".join("   ".join(line) for line in lines)


def json_values(numbers: Scores | PairNumbers) -> dict[str, float | int | None]:
    """Fields by name, ready for JSON: None for whatever is not defined or not finite."""
    return {name: value if value is None or math.isfinite(value) else None for name, value in asdict(numbers).items()}


def _aligned(row: list[str], widths: list[int]) -> list[str]:
    first, *others = row
    return [
        first.ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)),
    ]


def _share(value: float | None) -> str:
    return NOT_DEFINED if value is None else f"{100 * value:.2f} %"


def _signed(value: float | None) -> str:
    return NOT_DEFINED if value is None else f"{value:+.3f}"


def _three_digits(value: float | None) -> str:
    if value is None:
        return NOT_DEFINED
    return f"{value:.3g}" if math.isfinite(value) else "none"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".rstrip()


def _bracketed(unit: str) -> str:
    return f" [{unit}]" if unit else ""


def _per_pixel(unit: str) -> str:
    return f" [{unit} per pixel]" if unit else ""
