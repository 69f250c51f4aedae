"""Detector frames out of files and runs, opened lazily, and results written with their provenance."""

from napari_unveil.frames.address import Address, parse_address, together
from napari_unveil.frames.calibration import Calibration
from napari_unveil.frames.calibration_files import load_calibration
from napari_unveil.frames.exclusion import DEFAULT_MASK_BITS, mask_bits_from_text
from napari_unveil.frames.fitness import refuse_absent, refuse_uncalibrated
from napari_unveil.frames.listing import Listing, size_text
from napari_unveil.frames.opening import list_datasets, open_frames, open_layers
from napari_unveil.frames.projections import Projections, Sinogram, projections_from_arrays
from napari_unveil.frames.projections_file import looks_like_projections, open_projections
from napari_unveil.frames.results import NXdataWriter, read_process, write_process, writing_nxdata
from napari_unveil.frames.stack import (
    FrameSource,
    FrameStack,
    UnreadableFrame,
    evenly_spread,
    in_shots,
    is_blank,
    lazy_stack,
    stack_from_array,
)

__all__ = [
    "DEFAULT_MASK_BITS",
    "Address",
    "Calibration",
    "FrameSource",
    "FrameStack",
    "Listing",
    "NXdataWriter",
    "Projections",
    "Sinogram",
    "UnreadableFrame",
    "evenly_spread",
    "in_shots",
    "is_blank",
    "lazy_stack",
    "list_datasets",
    "load_calibration",
    "looks_like_projections",
    "mask_bits_from_text",
    "open_frames",
    "open_layers",
    "open_projections",
    "parse_address",
    "projections_from_arrays",
    "read_process",
    "refuse_absent",
    "refuse_uncalibrated",
    "size_text",
    "stack_from_array",
    "together",
    "write_process",
    "writing_nxdata",
]
