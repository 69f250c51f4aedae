"""Resolve a harvest: frames, a mask and settings enter, a plan leaves, or a refusal."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import evenly_spread, is_blank
from napari_unveil.harvest.intensity import suggest_min_intensity
from napari_unveil.harvest.room import NETWORK_STEP_PX, network_size, refuse_no_room
from napari_unveil.harvest.series import Supply, axes_of_shots, module_count, refuse_two_units
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.masking import mask_of_shot, refuse_misfit
from napari_unveil.types import Frame, Mask

FRAMES_LOOKED_AT = 8
"""How many frames of each stack, spread evenly, are read to resolve a plan."""


@dataclass(frozen=True, slots=True, eq=False)
class HarvestPlan:
    """Everything that `harvest` needs, checked.

    Parameters
    ----------
    signal, noise
        X-ray-only frames and full shots, of one stack or of several.
    mask
        Shape of a shot, (y, x) or (module, y, x); True = signal, excluded from where noise patches may lie.
    settings
        As asked.
    min_intensity
        Least integrated intensity of a signal patch, in ``unit``; suggested from the data when not asked for.
    unit
        Unit of both stacks; empty when unknown.
    photon_energy_keV
        Photon energy, None when unknown.
    """

    signal: Supply
    noise: Supply
    mask: Mask
    settings: HarvestSettings
    min_intensity: float
    unit: str
    photon_energy_keV: float | None


def plan_harvest(signal: Supply, noise: Supply, mask: Mask, settings: HarvestSettings) -> HarvestPlan:
    """Resolve a harvest or refuse it; reads up to 8 frames of each stack.

    Parameters
    ----------
    signal, noise
        X-ray-only frames and full shots.
    mask
        Shape (y, x) for all modules, (module, y, x), or either with an axis of frames before, which are united.
    settings
        As asked.

    Raises
    ------
    Refused
        As `check_harvest`; also when the mask and pixels that are always missing leave no room for noise
        patches, or no least intensity is given and nothing in the X-ray-only frames stands out.
    """
    check_harvest(signal, noise, mask, settings)
    mask = mask_of_shot(mask, signal.shot_shape)
    refuse_no_room(mask | _always_missing(noise), settings)
    min_intensity = settings.min_intensity
    if min_intensity is None:
        min_intensity = suggest_min_intensity(
            _some_frames(signal), mask, patch=settings.patch, max_excluded=settings.max_excluded
        )
    energies = [stack.photon_energy_keV for stack in (signal, noise) if stack.photon_energy_keV is not None]
    return HarvestPlan(
        signal=signal,
        noise=noise,
        mask=mask,
        settings=settings,
        min_intensity=min_intensity,
        unit=signal.unit or noise.unit,
        photon_energy_keV=energies[0] if energies else None,
    )


def check_harvest(signal: Supply, noise: Supply, mask: Mask, settings: HarvestSettings) -> None:
    """Refuse what can be refused without reading a frame, quickly enough for every keystroke.

    Raises
    ------
    Refused
        When a number is out of range, a stack is empty, shapes, units or photon energies differ, or a patch is
        larger than a frame.
    """
    _refuse_numbers(settings)
    for supply, kind in ((signal, "X-ray-only frames"), (noise, "full shots")):
        _refuse_empty(supply, kind)
    _refuse_shapes(signal, noise, mask)
    refuse_two_units(signal, noise, names=("X-ray-only frames", "full shots"), since="patches are added")
    _refuse_large_patch(mask, settings.patch)


def _refuse_numbers(settings: HarvestSettings) -> None:
    intensity = 0.0 if settings.min_intensity is None else settings.min_intensity
    limits: tuple[tuple[str, float, bool, str], ...] = (
        (
            "patch",
            settings.patch,
            settings.patch >= NETWORK_STEP_PX and settings.patch % NETWORK_STEP_PX == 0,
            f"a multiple of {NETWORK_STEP_PX} pixels, by which the network pools",
        ),
        ("signals", settings.signals, settings.signals >= 1, "at least 1 patch"),
        ("noises", settings.noises, settings.noises >= 1, "at least 1 patch"),
        ("max_excluded", settings.max_excluded, 0 <= settings.max_excluded < 1, "a share from 0 to below 1"),
        ("min_intensity", intensity, math.isfinite(intensity), "a finite intensity or none"),
        ("seed", settings.seed, settings.seed >= 0, "at least 0"),
    )
    for name, value, holds, needed in limits:
        if not holds:
            raise Refused(found=f"{name} is {value:g}", needed=needed, remedy="correct the number")


def _refuse_empty(stack: Supply, kind: str) -> None:
    if stack.frame_count == 0:
        raise Refused(
            found=f"{stack.address} holds no frames",
            needed=f"at least one frame of the {kind}",
            remedy="choose another file",
        )


def _refuse_shapes(signal: Supply, noise: Supply, mask: Mask) -> None:
    if signal.shot_shape != noise.shot_shape:
        raise Refused(
            found=f"the shapes {axes_of_shots(signal, noise)} differ: X-ray-only frames {signal.shot_shape}, "
            f"full shots {noise.shot_shape}",
            needed="frames of one detector",
            remedy="choose files that belong together",
        )
    refuse_misfit(mask.shape, signal.shot_shape)


def _refuse_large_patch(mask: Mask, patch: int) -> None:
    frame_shape = mask.shape[-2:]
    if patch > min(frame_shape):
        raise Refused(
            found=f"the patch is {patch} x {patch} pixels, the frame (y, x) {frame_shape}",
            needed="a patch that fits into the frame",
            remedy=f"take patches of at most {network_size(min(frame_shape))} pixels",
        )


def _some_frames(stack: Supply) -> Iterator[tuple[int, Frame]]:
    """Frames with the number of their module."""
    for number in evenly_spread(stack.frame_count, most=FRAMES_LOOKED_AT):
        with suppress(Failed):
            yield number % module_count(stack), stack.read(number)


def _always_missing(stack: Supply) -> Mask:
    """Shape of a shot; where no frame of a module was looked at, nothing is missing."""
    missing: dict[int, Mask] = {}
    for module, frame in _some_frames(stack):
        if not is_blank(frame):
            missing[module] = ~np.isfinite(frame) & missing.get(module, True)
    nowhere = np.zeros(stack.frame_shape, np.bool_)
    return np.stack([missing.get(m, nowhere) for m in range(module_count(stack))]).reshape(stack.shot_shape)
