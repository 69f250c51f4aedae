"""A report as one page of HTML that needs nothing but itself: figures are in it as PNG, tables as text."""

import base64
from collections.abc import Callable
from html import escape

from matplotlib.figure import Figure

from napari_unveil.drawing.pages import blank, png
from napari_unveil.drawing.poster import PROFILES_IN, RESIDUALS_IN
from napari_unveil.drawing.sections import (
    Report,
    fill_example,
    fill_profiles,
    fill_residuals,
    pair_table,
    score_table,
)
from napari_unveil.drawing.separation import triptych_size
from napari_unveil.inspection.tables import Rows

SHOWN_FRAMES = 20
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; }
body { max-width: 1200px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; }
h2 { font-size: 1.15em; margin-top: 2em; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .8em; border-bottom: 1px solid #e3e3e3; text-align: right; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
thead th { border-bottom: 2px solid #888; }
table.header td { text-align: left; }
table.header td:first-child { color: #666; }
img { width: 100%; height: auto; }
p.note { color: #555; font-size: .92em; max-width: 62em; }
@media print { body { margin: 0; } h2 { break-after: avoid; } img { break-inside: avoid; } }
"""
PAIR_NOTE = """Over pixels that are valid in input, signal and noise. <i>Energy removed</i>: sum of noise
over sum of input. <i>Correlation</i>: Pearson's, over pixels and over means of 8×8 cells; the noise is of
independent origin, so structure of the signal in it shows as a value far from 0. <i>Negative</i>: signal or
noise below 0 where the input is not."""
SCORE_NOTE = """e: estimated signal, s: true signal, x: input; pooled over all frames. <i>Noise removed</i>:
1 − Σ|e − s| / Σ|x − s|. <i>Flux</i>: Σe / Σs over pixels whose true signal is above the limit.
<i>Lowest usable intensity</i>: from there up the median relative error of the means of 8×8 cells, binned by
expected intensity, stays within 20 %. <i>Signal lost</i>: Σmax(s − e, 0) / Σs where there is signal
(s above {present}). <i>False signal</i>: mean of max(e − s, 0) elsewhere. <i>Hits</i>: pixels with x − s
above {present}; 1 − Σ|e − s| / Σ|x − s| over them, and Σ|e − s| / Σ|s| over the others."""


def page(report: Report) -> str:
    """Write the whole document."""
    width, pictures_in = triptych_size(report.summary.example.frame)
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        _header(report),
        *_scores(report),
        "<h2>One frame taken apart</h2>",
        _image(blank(width, pictures_in), fill_example, report, "input, signal and noise of one frame"),
        "<h2>Intensity over the distance from the beam</h2>",
        _image(
            blank(width, PROFILES_IN),
            fill_profiles,
            report,
            "radial profiles, ratios, histogram of the noise",
        ),
        "<h2>Residuals</h2>",
        _image(blank(width, RESIDUALS_IN), fill_residuals, report, "mean noise and residuals in cells"),
        "<h2>What was taken away</h2>",
        _pairs(report),
        f'<p class="note">{PAIR_NOTE}</p>',
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n'
        f'<head><meta charset="utf-8"><title>{escape(report.title)}</title>\n'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _header(report: Report) -> str:
    rows = (f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in report.header)
    return f'<table class="header">{"".join(rows)}</table>'


def _scores(report: Report) -> list[str]:
    rows = score_table(report)
    if rows is None:
        return []
    present = escape(f"{report.summary.limits.present:.3g} {report.unit}".rstrip())
    note = SCORE_NOTE.format(present=present)
    return ["<h2>Scores against truth</h2>", _table(rows), f'<p class="note">{note}</p>']


def _pairs(report: Report) -> str:
    heading, *body = pair_table(report)
    shown = _table([heading, *body[: SHOWN_FRAMES + 1]])
    hidden = body[SHOWN_FRAMES + 1 :]
    if not hidden:
        return shown
    return f"{shown}<details><summary>{len(hidden)} more frames</summary>{_table([heading, *hidden])}</details>"


def _table(rows: Rows) -> str:
    heading, *body = rows
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _image(figure: Figure, fill: Callable[[Figure, Report], None], report: Report, words: str) -> str:
    fill(figure, report)
    content = base64.b64encode(png(figure)).decode("ascii")
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{content}">'
