"""Frames of a file, a model and an output in; a result file and reports out. Torch is loaded by the first denoiser."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import FrameStack, UnreadableFrame, is_blank
from napari_unveil.frames.results import INPUT_RANGE, UNLIKE_TRAINING, WHOLE_RANGE
from napari_unveil.recipes.intensity_range import local_range_in
from napari_unveil.recipes.recipe import RecipeSettings
from napari_unveil.recipes.unlike import NO_MAP
from napari_unveil.saving import refuse_inputs
from napari_unveil.types import Frame, Mask, Progress, Separation
from napari_unveil.workflow.layouts import Begin, as_nxdata, how_rounded, layout_for, refuse_output
from napari_unveil.workflow.models import model_path, open_model
from napari_unveil.workflow.request import (
    DenoisingRequest,
    cautions,
    energy_of,
    photon_for,
    refuse_other_parts,
    refuse_unsplit,
)

if TYPE_CHECKING:
    from napari_unveil.denoising.denoiser import Denoiser

SIGNAL_ERRORS = "signal_errors"
"""Dataset of the standard error, by NeXus's word for the uncertainties of ``signal``."""

DESCRIBED = {
    "scaling": "scaling",
    "head": "head",
    "estimate": "estimate",
    "ratio": "exposure_ratio",
    "strategy": "strategy",
    "split": "split",
}
"""Settings of recipes that a result names, where its recipe has them, and by what name."""

Tell = Callable[[str], None]
Known = Callable[[int], Separation | None]


def nothing_known(index: int) -> Separation | None:
    """No frame is separated already."""
    del index
    return None


def denoiser_for(
    stack: FrameStack, request: DenoisingRequest, *, tell: Tell = lambda _: None
) -> "tuple[Denoiser, dict[str, Any]]":
    """A denoiser for the frames of ``stack``, and what is to be written beside its results.

    Raises
    ------
    Refused
        When the model cannot be read, or counts photons and one photon is unknown in these frames, or predicts from
        independent parts that they do not have, or have in another number, or the device is absent.
    """
    from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
    from napari_unveil.network.device import choose_device

    separator, file = open_model(request.model)
    refuse_unsplit(file.card, stack)
    refuse_other_parts(file.card, stack)
    settings = DenoisingSettings(
        photon=photon_for(file.card, stack, request),
        passes=default_passes(separator) if request.passes is None else request.passes,
        known=local_range_in(file.card) if request.warning_map else None,
    )
    denoiser = Denoiser(separator, choose_device(request.device), settings, tell)
    process = {
        "method": f"denoise ({file.card.recipe})",
        "parameters": {
            "passes": settings.passes,
            "photon_energy_keV": energy_of(stack, request),
            "device": str(denoiser.device),
            **_described(separator.settings),
        },
        "model": request.model,
        "model_sha256": file.sha256,
        "input": str(stack.address.resolved()),
        "excluded": list(stack.exclusions),
        "calibration": list(stack.calibration),
    }
    return denoiser, process


def _described(settings: RecipeSettings) -> dict[str, Any]:
    """What a result says of the settings of its model's recipe."""
    return {name: getattr(settings, own) for own, name in DESCRIBED.items() if hasattr(settings, own)}


@dataclass(frozen=True, slots=True)
class DenoisingPlan:
    """Frames, model and output, checked.

    Parameters
    ----------
    stack
        Where the frames come from.
    rows
        Positions along its first axis (frames or trains; each with all its modules).
    denoiser, process, path
        What separates them, what is written about it, and where the result goes.
    parts
        Datasets of the result.
    begin
        Begins the file or folder of the result.
    """

    stack: FrameStack
    rows: range
    denoiser: "Denoiser"
    process: dict[str, Any]
    path: Path
    parts: tuple[str, ...]
    begin: Begin = as_nxdata

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape (leading axes, y, x) of each part."""
        return (len(self.rows), *self.stack.data.shape[1:])

    @property
    def frames(self) -> list[int]:
        """Numbers of the frames in the stack, in C order."""
        a_row = self.stack.frame_count // self.stack.data.shape[0]
        return [row * a_row + place for row in self.rows for place in range(a_row)]

    @property
    def bytes_out(self) -> int:
        """Size of the result before compression, bytes."""
        return sum(1 if name == UNLIKE_TRAINING else 4 for name in self.parts) * int(np.prod(self.shape))


def plan_denoising(
    stack: FrameStack,
    path: Path,
    request: DenoisingRequest,
    *,
    rows: slice = slice(None),
    part: tuple[int, int] = (1, 1),
    tell: Tell = lambda _: None,
    prepared: "tuple[Denoiser, dict[str, Any]] | None" = None,
) -> DenoisingPlan:
    """Resolve a request to denoise frames into a file, or refuse it.

    Parameters
    ----------
    stack, path, request
        What to denoise, the file (or folder) to write, and how.
    rows, part
        Which positions along the first axis, and which of how many equal shares of those (1 is the first).
    tell
        Hears messages on the way, such as that memory is short, or that the model was trained on other frames.
    prepared
        What :func:`denoiser_for` gave for the same request (None: it is asked now).
    """
    refuse_inputs(path, *stack.inputs, model_path(request.model))
    refuse_output(path, request)
    whole = range(stack.data.shape[0])[rows]
    chosen = _share(whole, part, str(stack.address))
    begin = layout_for(stack, request, chosen, part=part, tell=tell)
    denoiser, made = prepared or denoiser_for(stack, request, tell=tell)
    ranges = {name: [each.start, each.stop, each.step] for name, each in ((INPUT_RANGE, chosen), (WHOLE_RANGE, whole))}
    process = {**made, **how_rounded(request), **ranges}
    beside = {
        SIGNAL_ERRORS: request.errors and denoiser.gives_errors,
        UNLIKE_TRAINING: denoiser.settings.known is not None,
    }
    parts = ("signal", "noise", *(name for name, there in beside.items() if there))
    plan = DenoisingPlan(stack, chosen, denoiser, process, path, parts, begin)
    if request.warning_map and not beside[UNLIKE_TRAINING]:
        tell(NO_MAP)
    process["cautions"] = list(cautions(stack, request, stack.read_or_missing(plan.frames[0], [])))
    for caution in process["cautions"]:
        tell(caution)
    return plan


@dataclass(frozen=True, slots=True)
class FramesWritten(Progress):
    """How far the writing of a result is.

    Parameters
    ----------
    unlike
        Share of the valid pixels so far that are unlike the training data; None where no warning map is written.
    """

    unlike: float | None = None


def denoise(plan: DenoisingPlan, *, known: Known = nothing_known) -> Iterator[FramesWritten]:
    """Write the parts of the planned frames, one by one.

    Parameters
    ----------
    plan
        What is denoised.
    known
        Gives the separation of a frame of the stack that the same denoiser has made before, None for all others.

    Raises
    ------
    Refused
        When there is nothing but NaN and zeros in all of them; no file is left then.
    Failed
        At the end, when some frames could not be read: they are NaN in the result.
    """
    unreadable: list[str] = []
    blank = marked = valid = 0
    stack, frames = plan.stack, plan.frames
    with plan.begin(plan) as result:
        result.correlate_errors(plan.denoiser.error_correlation)
        for place, index in enumerate(frames):
            separation = known(index)
            if separation is None:
                try:
                    separation = plan.denoiser.separate(plan.denoiser.read(stack, index))
                except UnreadableFrame as error:
                    unreadable.append(error.found)
                    separation = plan.denoiser.separate(np.full(stack.frame_shape, np.nan, np.float32))
            blank += is_blank(separation.signal) and is_blank(separation.noise)
            for name, part in _datasets(separation).items():
                if name in plan.parts and part is not None:
                    result.write(name, place, part)
            marked += 0 if separation.unlike is None else int(separation.unlike.sum())
            valid += int(np.isfinite(separation.signal).sum())
            share = marked / max(valid, 1) if UNLIKE_TRAINING in plan.parts else None
            yield FramesWritten(place + 1, len(frames), unlike=share)
        if blank == len(frames):
            raise Refused(
                found=f"the {blank} frames of {stack.address} hold nothing but zeros and missing pixels"
                + (f" ({unreadable[0]})" if unreadable else ""),
                needed="at least one frame with counts",
                remedy="check the file with `unveil info`, or choose other frames",
            )
    if unreadable:
        raise Failed(
            found=f"{len(unreadable)} of {len(frames)} frames could not be read ({unreadable[0]})",
            kept=f"the others are in {plan.path}, these are NaN there",
            remedy="repair the input and denoise it again",
        )


def _datasets(separation: Separation) -> dict[str, Frame | Mask | None]:
    return {
        "signal": separation.signal,
        "noise": separation.noise,
        SIGNAL_ERRORS: separation.error,
        UNLIKE_TRAINING: separation.unlike,
    }


def _share(rows: range, part: tuple[int, int], address: str) -> range:
    number, parts = part
    if not 1 <= number <= parts:
        raise Refused(
            found=f"part {number} of {parts}",
            needed="a part from 1 to the number of parts",
            remedy="correct it",
        )
    share = rows[len(rows) * (number - 1) // parts : len(rows) * number // parts]
    if not share:
        raise Refused(
            found=f"no frame of {address} is left to denoise",
            needed="at least one",
            remedy="choose other frames or fewer parts",
        )
    return share
