"""Blank figures, and figures as PNG bytes or files; colours that mean the same everywhere."""

import io
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from napari_unveil.saving import replacing

DOTS_PER_INCH = 150
INPUT, SIGNAL, NOISE, TRUTH = "#4d4d4d", "#0072b2", "#d55e00", "#009e73"
MASKED = "#9a9a9a"


def blank(width_in: float, height_in: float) -> Figure:
    """Give an empty figure that draws without a window."""
    figure = Figure(figsize=(width_in, height_in), dpi=DOTS_PER_INCH, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure) -> bytes:
    """Draw a figure of ``blank`` into memory.

    Its parts are laid out first, and then stay: ``Figure.savefig`` would go through all of them once more for that.
    """
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]  # matplotlib types only a part
    return buffer.getvalue()


def save_png(path: Path, figure: Figure) -> None:
    """Draw into a file that appears whole or not at all."""
    content = png(figure)
    with replacing(path) as partial:
        partial.write_bytes(content)
