"""A report as one figure: header, pictures, curves and tables below each other."""

from matplotlib.figure import Figure, SubFigure

from napari_unveil.drawing.pages import blank
from napari_unveil.drawing.sections import (
    Report,
    fill_example,
    fill_profiles,
    fill_residuals,
    pair_table,
    score_table,
)
from napari_unveil.drawing.separation import triptych_size
from napari_unveil.inspection import plain

MOST_FRAMES = 12
LINE_IN = 0.16
TITLE_IN = 0.6
PROFILES_IN, RESIDUALS_IN = 6.0, 5.2


def poster(report: Report) -> Figure:
    """Draw everything; of the frames only the first 12 have a line of their own."""
    header = "\n".join(f"{name:<14}{value}" for name, value in report.header)
    tables = [score_table(report), pair_table(report, most=MOST_FRAMES)]
    texts = [plain(rows) for rows in tables if rows is not None]
    width, pictures_in = triptych_size(report.summary.example.frame)
    heights = [
        TITLE_IN + _height(header),
        pictures_in,
        PROFILES_IN,
        RESIDUALS_IN,
        *(_height(text) for text in texts),
    ]
    figure = blank(width, sum(heights))
    parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)
    top, pictures, profiles, residuals, *rest = parts[:, 0]
    top.text(0.02, 1 - 0.15 / heights[0], report.title, fontsize=16, fontweight="bold", va="top", parse_math=False)
    _write(top, header, below=TITLE_IN / heights[0])
    fill_example(pictures, report)
    fill_profiles(profiles, report)
    fill_residuals(residuals, report)
    for part, text in zip(rest, texts, strict=True):
        _write(part, text, below=0.0)
    return figure


def _height(text: str) -> float:
    return LINE_IN * (text.count("\n") + 1) + 0.25


def _write(part: SubFigure, text: str, *, below: float) -> None:
    part.text(0.02, 1 - below, text, family="monospace", fontsize=9, va="top", parse_math=False)
