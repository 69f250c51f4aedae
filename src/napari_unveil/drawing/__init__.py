"""Figures and reports of separations, without a window; importing this loads matplotlib."""

from napari_unveil.drawing.report import write_report
from napari_unveil.drawing.separation import draw_separation

__all__ = ["draw_separation", "write_report"]
