"""A harvest of several images of each frame: a plan enters, a patch library and reports on the way leave.

The images of a frame are a short and a long exposure of one scene, or the independent parts of a split measurement. A
patch (channel, y, x) holds all of them; a pixel that is missing in one is NaN in all.
"""

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import size_text
from napari_unveil.harvest.aligned_cutting import aligned_cuttings
from napari_unveil.harvest.aligned_frames import AlignedFrames
from napari_unveil.harvest.collecting import (
    HarvestReport,
    advanced,
    collect,
    fail_if_unreadable,
    made_now,
    refuse_barren,
)
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.estimate import EMPTY_FILE_BYTES, patches_bytes
from napari_unveil.harvest.library import writing_library
from napari_unveil.harvest.room import NETWORK_STEP_PX, images_of, network_size
from napari_unveil.harvest.series import module_count, stacks_of
from napari_unveil.masking import mask_of_shot
from napari_unveil.saving import DISK_MARGIN_BYTES, refuse_inputs, refuse_unwritable
from napari_unveil.types import Frames, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedSettings:
    """Numbers of a harvest of aligned images.

    Parameters
    ----------
    patch
        Side of a square patch, pixels.
    patches
        How many are wanted.
    max_excluded
        Largest share of missing or masked pixels in a patch, from 0 to below 1.
    seed
        Seed of the random positions.
    """

    patch: int = 128
    patches: int = 2000
    max_excluded: float = 0.05
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class AlignedPlan:
    """Everything that `harvest_aligned` needs, checked; make one with `plan_aligned`.

    Parameters
    ----------
    frames
        What patches are cut from.
    recipe, kind
        Names of the recipe that learns from the library, and of its only shelf.
    mask
        Shape of a shot; True = excluded.
    settings
        As asked.
    unit, photon_energy_keV
        Of the frames; empty and None where unknown.
    about
        What the library should remember of the measurement, such as the exposure ratio; plain JSON values.
    """

    frames: AlignedFrames
    recipe: str
    kind: str
    mask: Mask
    settings: AlignedSettings
    unit: str
    photon_energy_keV: float | None
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def file_bytes(self) -> int:
        """Size of the library with all patches."""
        channels = self.frames.channels
        return EMPTY_FILE_BYTES + patches_bytes(self.settings.patches, self.settings.patch, channels=channels)


def plan_aligned(
    frames: AlignedFrames,
    settings: AlignedSettings,
    *,
    recipe: str,
    kind: str,
    mask: Mask | None = None,
    about: Mapping[str, object] | None = None,
) -> AlignedPlan:
    """Resolve a harvest of aligned images or refuse it; reads no frame.

    Parameters
    ----------
    mask
        Shape (y, x), (module, y, x), or either with an axis of frames before, which are united; True = excluded. None:
        only missing pixels are.

    Raises
    ------
    Refused
        When a number is out of range, the mask is of another shape, or a patch is larger than a frame.
    """
    _refuse_numbers(settings)
    if settings.patch > min(frames.shot_shape[-2:]):
        raise Refused(
            found=f"the patch is {settings.patch} x {settings.patch} pixels, the frame (y, x) {frames.shot_shape[-2:]}",
            needed="a patch that fits into the frame",
            remedy=f"take patches of at most {network_size(min(frames.shot_shape[-2:]))} pixels",
        )
    supplies = frames.supplies.values()
    return AlignedPlan(
        frames=frames,
        recipe=recipe,
        kind=kind,
        mask=np.zeros(frames.shot_shape, np.bool_) if mask is None else mask_of_shot(mask, frames.shot_shape),
        settings=settings,
        unit=next((supply.unit for supply in supplies if supply.unit), ""),
        photon_energy_keV=next((supply.photon_energy_keV for supply in supplies if supply.photon_energy_keV), None),
        about=about or {},
    )


def harvest_aligned(plan: AlignedPlan, path: Path) -> Iterator[HarvestReport]:
    """Cut patches and write them as they come; see `harvest`, which this does for several images of each frame.

    Yields
    ------
    HarvestReport
        After each frame, after each 256 patches, and at the end.

    Raises
    ------
    Refused
        When ``path`` is an input or cannot be written to, the disk has no room, or there is not one patch.
    Failed
        At the end, when some frames could not be read; the library holds the patches of the others.
    """
    path, settings, frames = Path(path), plan.settings, plan.frames
    refuse_inputs(path, *(file for supply in frames.supplies.values() for s in stacks_of(supply) for file in s.inputs))
    refuse_unwritable(path)
    _refuse_full(plan, path)
    masks, rng = images_of(plan.mask), np.random.default_rng(settings.seed)

    def cut(images: Frames, module: int) -> Iterator[Cutting]:
        return aligned_cuttings(
            images, masks[module], patch=settings.patch, max_excluded=settings.max_excluded, rng=rng
        )

    wanted = {plan.kind: settings.patches}
    report = HarvestReport(0, frames.frame_count, {plan.kind: 0}, wanted)
    with writing_library(
        path,
        patch=settings.patch,
        unit=plan.unit,
        photon_energy_keV=plan.photon_energy_keV,
        provenance=_provenance(plan),
        recipe=plan.recipe,
        shelves={plan.kind: frames.channels},
    ) as shelves:
        shelf = shelves[plan.kind]
        for step in collect(frames, shelf, wanted=settings.patches, cut=cut):
            report = advanced(report, step, plan.kind, shelf.count)
            yield report
        refuse_barren(
            shelf,
            frames=f"{frames.frame_count} frames of {_addresses(frames)}",
            needed=f"a square of {settings.patch} pixels with at most {settings.max_excluded:.1%} excluded ones",
            remedy="choose other frames, smaller patches or a smaller mask",
        )
    yield report
    fail_if_unreadable(report, path)


def _refuse_numbers(settings: AlignedSettings) -> None:
    limits: tuple[tuple[str, float, bool, str], ...] = (
        (
            "patch",
            settings.patch,
            settings.patch >= NETWORK_STEP_PX and settings.patch % NETWORK_STEP_PX == 0,
            f"a multiple of {NETWORK_STEP_PX} pixels, by which the network pools",
        ),
        ("patches", settings.patches, settings.patches >= 1, "at least 1 patch"),
        ("max_excluded", settings.max_excluded, 0 <= settings.max_excluded < 1, "a share from 0 to below 1"),
        ("seed", settings.seed, settings.seed >= 0, "at least 0"),
    )
    for name, value, holds, needed in limits:
        if not holds:
            raise Refused(found=f"{name} is {value:g}", needed=needed, remedy="correct the number")


def _refuse_full(plan: AlignedPlan, path: Path) -> None:
    free, needed = shutil.disk_usage(path.parent).free, plan.file_bytes + DISK_MARGIN_BYTES
    if needed > free:
        raise Refused(
            found=f"the disk has {size_text(free)} free",
            needed=f"{size_text(needed)} for {plan.settings.patches} patches of {plan.frames.channels} images each",
            remedy="free some room, choose another disk or ask for fewer patches",
        )


def _addresses(frames: AlignedFrames) -> str:
    return " and ".join(str(supply.address) for supply in frames.supplies.values())


def _provenance(plan: AlignedPlan) -> dict[str, object]:
    supplies = plan.frames.supplies
    return {
        **made_now(),
        **{name: str(supply.address) for name, supply in supplies.items()},
        "frame_counts": {
            name: [stack.frame_count // module_count(supply) for stack in stacks_of(supply)]
            for name, supply in supplies.items()
        },
        "modules": images_of(plan.mask).shape[0],
        "mask_sha256": hashlib.sha256(np.packbits(plan.mask).tobytes()).hexdigest(),
        "settings": dataclasses.asdict(plan.settings),
        **plan.about,
    }
