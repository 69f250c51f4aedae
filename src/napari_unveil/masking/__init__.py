"""MASK: X-ray-only frames enter, masks (y, x) leave; ``True`` = excluded. No torch."""

from napari_unveil.masking.averaging import mean_image
from napari_unveil.masking.files import load_mask, refuse_mask_path, save_mask
from napari_unveil.masking.morphology import bad_pixels, combine, grow, invert, shrink
from napari_unveil.masking.scattering import signal_mask
from napari_unveil.masking.smoothing import smooth
from napari_unveil.masking.threshold import suggest_threshold, threshold_mask

__all__ = [
    "bad_pixels",
    "combine",
    "grow",
    "invert",
    "load_mask",
    "mean_image",
    "refuse_mask_path",
    "save_mask",
    "shrink",
    "signal_mask",
    "smooth",
    "suggest_threshold",
    "threshold_mask",
]
