"""The verbs that the command line and the windows share: each opens, resolves, works and reports.

Long verbs are generators of frozen reports; what can be refused is refused before the first report.
"""

from napari_unveil.workflow.demonstrating import draw_demo
from napari_unveil.workflow.denoising import (
    SHIPPED_MODEL,
    DenoisingPlan,
    DenoisingRequest,
    denoise,
    denoiser_for,
    model_path,
    open_model,
    plan_denoising,
)
from napari_unveil.workflow.inspecting import Inspection, inspect
from napari_unveil.workflow.masking import ReferenceMask, mask_from_reference
from napari_unveil.workflow.simulating import FULL_FILE, TRUTH_FILE, XRAY_FILE, simulate

__all__ = [
    "FULL_FILE",
    "SHIPPED_MODEL",
    "TRUTH_FILE",
    "XRAY_FILE",
    "DenoisingPlan",
    "DenoisingRequest",
    "Inspection",
    "ReferenceMask",
    "denoise",
    "denoiser_for",
    "draw_demo",
    "inspect",
    "mask_from_reference",
    "model_path",
    "open_model",
    "plan_denoising",
    "simulate",
]
