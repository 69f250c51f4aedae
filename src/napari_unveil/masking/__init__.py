"""MASK: X-ray-only frames enter, masks leave, (y, x) or one a module; ``True`` = excluded. No torch."""

from napari_unveil.masking.alignment import lines_up, mask_of_shot, refuse_misfit
from napari_unveil.masking.averaging import binned, mean_image
from napari_unveil.masking.drafts import Draft, find_draft, forget_draft, keep_draft
from napari_unveil.masking.files import load_mask, refuse_mask_path, save_mask
from napari_unveil.masking.formats import SUFFIXES
from napari_unveil.masking.morphology import (
    bad_pixels,
    combine,
    each_image,
    fill_holes,
    grow,
    intersect,
    invert,
    over_frames,
    remove_specks,
    shrink,
    subtract,
)
from napari_unveil.masking.regions import polygon_mask
from napari_unveil.masking.scattering import SignalSearch, signal_mask, signal_search
from napari_unveil.masking.smoothing import smooth
from napari_unveil.masking.special import (
    asic_edges,
    double_size_pixels,
    hot_pixels,
    missing_pixels,
    saturated_pixels,
)
from napari_unveil.masking.threshold import band_mask, suggest_threshold, threshold_mask

__all__ = [
    "SUFFIXES",
    "Draft",
    "SignalSearch",
    "asic_edges",
    "bad_pixels",
    "band_mask",
    "binned",
    "combine",
    "double_size_pixels",
    "each_image",
    "fill_holes",
    "find_draft",
    "forget_draft",
    "grow",
    "hot_pixels",
    "intersect",
    "invert",
    "keep_draft",
    "lines_up",
    "load_mask",
    "mask_of_shot",
    "mean_image",
    "missing_pixels",
    "over_frames",
    "polygon_mask",
    "refuse_mask_path",
    "refuse_misfit",
    "remove_specks",
    "saturated_pixels",
    "save_mask",
    "shrink",
    "signal_mask",
    "signal_search",
    "smooth",
    "subtract",
    "suggest_threshold",
    "threshold_mask",
]
