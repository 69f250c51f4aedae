"""A measurement in statistically independent parts: slices from every K-th angle, groups of frames, thinned photons."""

from napari_unveil.splitting.axis import suggest_axis
from napari_unveil.splitting.independence import doubts
from napari_unveil.splitting.settings import FILTERS, FORMS, Filter, Form, SplitSettings
from napari_unveil.splitting.slices import preview
from napari_unveil.splitting.split import axis_of, parts_of, split

__all__ = [
    "FILTERS",
    "FORMS",
    "Filter",
    "Form",
    "SplitSettings",
    "axis_of",
    "doubts",
    "parts_of",
    "preview",
    "split",
    "suggest_axis",
]
