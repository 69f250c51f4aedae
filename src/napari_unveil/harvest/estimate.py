"""What a harvest will take: frames, a mask and settings enter; patches, file size and memory leave."""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.frames import size_text
from napari_unveil.harvest.positions import STRIPE_ROWS
from napari_unveil.harvest.room import count_places
from napari_unveil.harvest.series import Supply, module_count
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.masking import mask_of_shot
from napari_unveil.saving import DISK_MARGIN_BYTES, refuse_unwritable
from napari_unveil.types import Mask

FLOAT_BYTES = 4
LABEL_BYTES = 36
"""Numbers of frame and module, corner and angle of a patch in the file."""

NODE_BYTES, PATCHES_PER_NODE = 3136, 57
"""Size of a node of the index that HDF5 keeps of the patches, and how many of them it holds as they are appended."""

EMPTY_FILE_BYTES = 12_000
"""What a library takes without any patch."""

FRAME_COPIES = 4
"""Frames in memory at the peak, in bytes of one: as read, as float32, and two passing copies."""

PASSING_BYTES = 40 * 2**20
"""Memory for background patches that the least intensity is read off, and for buffers."""

MEMORY_PER_PATCH = 400
"""Bytes that a patch that has been written leaves in memory: its frame, corner and angle."""


@dataclass(frozen=True, slots=True)
class HarvestEstimate:
    """What will come of a harvest and what it takes.

    Parameters
    ----------
    places
        Positions that a noise patch can take in one shot, going by the mask alone.
    modules
        Images that a shot has.
    signals, noises
        Patches that will come at most.
    file_bytes
        Size of the library with all of them.
    memory_bytes
        Memory at the peak.
    free_bytes
        Room on the disk that the library goes to.
    """

    places: int
    modules: int
    signals: int
    noises: int
    file_bytes: int
    memory_bytes: int
    free_bytes: int


def estimate_harvest(
    signal: Supply, noise: Supply, mask: Mask, settings: HarvestSettings, path: Path
) -> HarvestEstimate:
    """Look ahead at a checked request, without reading a frame.

    Parameters
    ----------
    signal, noise, mask, settings
        As for `plan_harvest`.
    path
        Where the library is to go.

    Raises
    ------
    Refused
        When the mask leaves no room for a noise patch, or the folder is absent or read-only.
    """
    refuse_unwritable(path)
    places, modules = count_places(mask_of_shot(mask, noise.shot_shape), settings), module_count(noise)
    noises = min(settings.noises, places * (noise.frame_count // modules))
    counts = settings.signals, noises
    height, width = signal.frame_shape
    return HarvestEstimate(
        places=places,
        modules=modules,
        signals=settings.signals,
        noises=noises,
        file_bytes=EMPTY_FILE_BYTES + sum(patches_bytes(count, settings.patch) for count in counts),
        memory_bytes=FRAME_COPIES * FLOAT_BYTES * height * width
        + 4 * 8 * STRIPE_ROWS * width
        + sum(counts) * MEMORY_PER_PATCH
        + PASSING_BYTES,
        free_bytes=shutil.disk_usage(path.parent).free,
    )


def refuse_unfitting(estimate: HarvestEstimate) -> None:
    """Refuse a harvest that the disk has no room for."""
    needed = estimate.file_bytes + DISK_MARGIN_BYTES
    if needed > estimate.free_bytes:
        raise Refused(
            found=f"the disk has {size_text(estimate.free_bytes)} free",
            needed=f"{size_text(needed)} for {estimate.signals} signal and {estimate.noises} noise patches",
            remedy="free some room, choose another disk or ask for fewer patches",
        )


def patches_bytes(count: int, patch: int, *, channels: int = 1) -> int:
    """What patches of one kind take in a library, with so many images (channels) each."""
    leaves = math.ceil(count / PATCHES_PER_NODE)
    nodes = leaves + (math.ceil(leaves / PATCHES_PER_NODE) if leaves > 1 else 0)
    return count * (channels * patch**2 * FLOAT_BYTES + LABEL_BYTES) + nodes * NODE_BYTES
