"""How a result lies on disk: what is asked for in, a checked way to begin its file or folder out."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, NXdataWriter, writing_nxdata
from napari_unveil.frames.euxfel_rows import RunRows, run_rows
from napari_unveil.frames.euxfel_writing import writing_run
from napari_unveil.frames.photon_counts import PhotonCounts
from napari_unveil.frames.pixel_masks import FrameWriter, MaskingWriter, write_pixel_mask
from napari_unveil.recipes.photons import COUNTING_UNITS, one_photon
from napari_unveil.saving import refuse_unwritable, refuse_used_folder
from napari_unveil.workflow.request import EUXFEL, DenoisingRequest, energy_of

if TYPE_CHECKING:
    from napari_unveil.workflow.denoising import DenoisingPlan

PHOTONS = "photons"
ROUNDING = (
    "all in photons; the signal is rounded to whole photons, below zero to zero, a missing pixel is the largest value "
    "of its type; signal + noise is the input to half a photon, input - noise the signal before that"
)


Begin = Callable[["DenoisingPlan"], AbstractContextManager[FrameWriter]]


def refuse_output(path: Path, request: DenoisingRequest) -> None:
    """Refuse, before any work is done, a place where no result in the wanted layout can be."""
    if request.layout == EUXFEL:
        refuse_used_folder(path)
    else:
        refuse_unwritable(path)


def layout_for(
    stack: FrameStack,
    request: DenoisingRequest,
    rows: range,
    *,
    part: tuple[int, int],
    tell: Callable[[str], None],
) -> Begin:
    """What begins the file or folder of a result.

    Parameters
    ----------
    stack, request, rows, part
        As for :func:`napari_unveil.workflow.denoising.plan_denoising`; ``rows`` of this part.
    tell
        Hears what rounding saved.

    Raises
    ------
    Refused
        When the layout cannot hold what is asked for.
    """
    if request.layout != EUXFEL:
        return _in_photons(one_photon(stack.unit, energy_of(stack, request)), tell) if request.photons else as_nxdata
    if request.photons:
        raise Refused(
            found="whole photons in the layout of a European XFEL run",
            needed="keV there: whole numbers are taken for raw words",
            remedy="leave --photons out, or write NXdata: --layout nexus",
        )
    if part != (1, 1):
        raise Refused(
            found=f"part {part[0]} of {part[1]} of a folder in the layout of a European XFEL run",
            needed="all of it at once: the folder appears whole",
            remedy="give each job a range and a folder of its own, or write NXdata parts and `unveil merge` them",
        )
    return _as_run(run_rows(stack, rows))


def how_rounded(request: DenoisingRequest) -> dict[str, Any]:
    """What the provenance says of rounding; nothing without."""
    return {"rounding": ROUNDING} if request.photons else {}


@contextmanager
def as_nxdata(plan: "DenoisingPlan") -> Iterator[FrameWriter]:
    """Begin a file of NXdata, in the unit of the input."""
    with _nxdata(plan, plan.stack.unit) as result, _masking(plan, result, result) as writer:
        yield writer


@contextmanager
def _nxdata(plan: "DenoisingPlan", unit: str) -> Iterator[NXdataWriter]:
    stack = plan.stack
    with writing_nxdata(
        plan.path,
        stack_shape=plan.shape,
        names=plan.parts,
        unit=unit,
        photon_energy_keV=plan.process["parameters"]["photon_energy_keV"],
        coordinates={name: values[list(plan.rows)] for name, values in stack.coordinates.items()},
        process=plan.process,
    ) as result:
        yield result


def _in_photons(photon: float, tell: Callable[[str], None]) -> Begin:
    @contextmanager
    def begin(plan: "DenoisingPlan") -> Iterator[FrameWriter]:
        unit = plan.stack.unit if plan.stack.unit in COUNTING_UNITS else PHOTONS
        with _nxdata(plan, unit) as result:
            counts = PhotonCounts(result, photon, tell)
            with _masking(plan, counts, result) as writer:
                yield writer
            counts.close()

    return begin


@contextmanager
def _masking(plan: "DenoisingPlan", writer: FrameWriter, result: NXdataWriter) -> Iterator[FrameWriter]:
    """Note on the way which pixels never have a value, and write that at the end."""
    masking = MaskingWriter(writer, prod(plan.shape[1:-2]))
    yield masking
    write_pixel_mask(result.data["signal"].file, masking.mask())


def _as_run(rows: RunRows) -> Begin:
    def begin(plan: "DenoisingPlan") -> AbstractContextManager[FrameWriter]:
        return writing_run(plan.path, rows=rows, names=plan.parts, process=plan.process)

    return begin
