"""The harvest itself: a plan enters, a patch library on disk and reports on the way leave."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from napari_unveil.harvest.collecting import (
    Cut,
    HarvestReport,
    advanced,
    collect,
    fail_if_unreadable,
    made_now,
    refuse_barren,
)
from napari_unveil.harvest.cutting import Cutting, noise_cuttings, signal_cuttings
from napari_unveil.harvest.estimate import estimate_harvest, refuse_unfitting
from napari_unveil.harvest.library import writing_library
from napari_unveil.harvest.plan import HarvestPlan
from napari_unveil.harvest.room import images_of
from napari_unveil.harvest.series import Supply, module_count, stacks_of
from napari_unveil.saving import refuse_inputs
from napari_unveil.types import Frame


def harvest(plan: HarvestPlan, path: Path) -> Iterator[HarvestReport]:
    """Cut patches and write them as they come, reading one frame at a time.

    Each frame contributes its share of the patches; what a barren frame lacks the others make up, as far as
    possible. The file appears under its name just before the last report; a harvest that is closed early
    leaves none.

    Yields
    ------
    HarvestReport
        After each frame, after each 256 patches, and at the end.

    Raises
    ------
    Refused
        When ``path`` is an input or cannot be written to, the disk has no room, or there is not one patch of a
        kind.
    Failed
        At the end, when some frames could not be read; the library holds the patches of the others.
    """
    path = Path(path)
    stacks = (*stacks_of(plan.signal), *stacks_of(plan.noise))
    refuse_inputs(path, *(file for stack in stacks for file in stack.inputs))
    refuse_unfitting(estimate_harvest(plan.signal, plan.noise, plan.mask, plan.settings, path))
    settings = plan.settings
    cut_signal, cut_noise = _cuts(plan)
    wanted = {"signal": settings.signals, "noise": settings.noises}
    report = HarvestReport(0, plan.signal.frame_count + plan.noise.frame_count, dict.fromkeys(wanted, 0), wanted)
    with writing_library(
        path,
        patch=settings.patch,
        unit=plan.unit,
        photon_energy_keV=plan.photon_energy_keV,
        provenance=_provenance(plan),
    ) as shelves:
        bright = f"a patch of at least {plan.min_intensity:.4g} {plan.unit}".rstrip()
        for kind, stack, cut, needed in (
            ("signal", plan.signal, cut_signal, bright),
            ("noise", plan.noise, cut_noise, "a patch outside the mask"),
        ):
            for step in collect(stack, shelves[kind], wanted=wanted[kind], cut=cut):
                report = advanced(report, step, kind, shelves[kind].count)
                yield report
            refuse_barren(
                shelves[kind],
                frames=f"{stack.frame_count} frames of {stack.address}",
                needed=needed,
                remedy="choose other frames, a lower least intensity or a smaller mask",
            )
    yield report
    fail_if_unreadable(report, path)


def _cuts(plan: HarvestPlan) -> tuple[Cut, Cut]:
    """How patches of signal and of noise are cut, both from one source of chance."""
    settings, masks, rng = plan.settings, images_of(plan.mask), np.random.default_rng(plan.settings.seed)
    alike: dict[str, Any] = {"patch": settings.patch, "max_excluded": settings.max_excluded, "rng": rng}

    def signal(frame: Frame, _: int) -> Iterator[Cutting]:
        return signal_cuttings(frame, min_intensity=plan.min_intensity, **alike)

    def noise(frame: Frame, module: int) -> Iterator[Cutting]:
        return noise_cuttings(frame, masks[module], **alike)

    return signal, noise


def _provenance(plan: HarvestPlan) -> dict[str, object]:
    return {
        **made_now(),
        "signal": str(plan.signal.address),
        "noise": str(plan.noise.address),
        "signal_frame_counts": _shot_counts(plan.signal),
        "noise_frame_counts": _shot_counts(plan.noise),
        "modules": module_count(plan.signal),
        "mask_sha256": hashlib.sha256(np.packbits(plan.mask).tobytes()).hexdigest(),
        "settings": dataclasses.asdict(plan.settings),
        "min_intensity": plan.min_intensity,
    }


def _shot_counts(supply: Supply) -> list[int]:
    return [stack.frame_count // module_count(supply) for stack in stacks_of(supply)]
