"""European XFEL runs, folders or single files: an address in, one detector's stack or a listing out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.calibration import Calibration
from napari_unveil.frames.chunks import DecodedBlocks
from napari_unveil.frames.euxfel_file import ModuleFile, has_modules, module_files
from napari_unveil.frames.euxfel_frames import (
    RunFrames,
    RunTable,
    axes_of_table,
    run_stack,
    run_table,
    table_warnings,
    total_bytes,
    unit_of,
)
from napari_unveil.frames.hdf5_file import looks_like_hdf5, opened_hdf5
from napari_unveil.frames.listing import Listing, names_text, ranges_text, size_text
from napari_unveil.frames.stack import FrameStack

RUN_FILES = "*.h5"
DETECTOR_NAME = re.compile(
    r"(?:/INSTRUMENT)?/(?P<detector>[^/]+)(?:/(?P<subsystem>DET|CORR))?"
    r"(?:/(?:JNGFR|MODULE_|RECEIVER-)0*(?P<module>\d+)(?::\w+)?(?:/data(?:/adc)?)?)?$"
)


@dataclass(frozen=True, slots=True)
class Run:
    """The Jungfrau modules of a run, by detector, and the files that could not be opened (sentences)."""

    path: Path
    detectors: Mapping[str, tuple[ModuleFile, ...]]
    skipped: tuple[str, ...]


def is_run(address: Address) -> bool:
    """Whether the address means detector frames of a run: a folder, or a file with its layout."""
    if address.path.is_dir():
        return True
    if address.frame_axis is not None:
        return False
    if address.dataset and not DETECTOR_NAME.match(address.dataset):
        return False
    with opened_hdf5(address.path) as file:
        return has_modules(file)


def open_run(
    address: Address, *, mask_bits: int, paths: Sequence[Path] = (), calibration: Calibration | None = None
) -> FrameStack:
    """Open one detector of a run; when none is named, the only one that is corrected, or the only one.

    Parameters
    ----------
    address
        The run folder, or one of its files.
    mask_bits
        Bits of the stored mask that exclude a pixel.
    paths
        Files of the run, when not all of a folder are meant.
    calibration
        Constants for raw frames.

    Raises
    ------
    Refused
        When the run holds no Jungfrau, not the named one, several that are equally good, or no frame.
    """
    run = _scan(address.path, paths)
    name, parts = _chosen(run, address)
    others = [detector for detector in run.detectors if detector != name]
    also = (f"the run also holds {names_text(others)}",) if others and not address.dataset else ()
    opened = replace(address, dataset=address.dataset or name)
    return run_stack(parts, opened, bits=mask_bits, calibration=calibration, warnings=(*run.skipped, *also))


def run_behind(stack: FrameStack) -> tuple[str, tuple[ModuleFile, ...], RunTable]:
    """Look again where the frames of an opened run lie: its detector, the files of its modules, and its trains.

    Raises
    ------
    Refused
        When the frames are of no run, or files have come or gone since they were opened.
    """
    paths = stack.address.files()
    first = replace(stack.address, path=paths[0], also=())
    if not ((paths[0].is_dir() or looks_like_hdf5(paths[0])) and is_run(first)):
        raise Refused(
            found=f"{stack.address} is no European XFEL run",
            needed="frames of a run, that know their trains and modules",
            remedy="write the result as NXdata: --layout nexus",
        )
    name, parts = _chosen(_scan(paths[0], paths if len(paths) > 1 else ()), stack.address)
    table = run_table(parts)
    if not np.array_equal(np.repeat(table.trains, table.cells), stack.coordinates.get("trainId", ())):
        raise Refused(
            found=f"{stack.address} has other trains than when it was opened",
            needed="a run that nobody writes to any more",
            remedy="open it again",
        )
    return name, parts, table


def list_run(address: Address) -> list[Listing]:
    """List each detector of a run: modules, trains, cells, what is missing and how large the files are."""
    run = _scan(address.path)
    if address.dataset:
        name, parts = _chosen(run, address)
        return [_listing(run, name, parts)]
    _refuse_without_detector(run)
    clear = _clear(run)
    reason = "the only one that is corrected" if _is_corrected(run, next(iter(run.detectors))) else "the only one"
    return [
        replace(listing, opened=listing.available, reason=reason) if name == clear else listing
        for name, listing in ((name, _listing(run, name, parts)) for name, parts in run.detectors.items())
    ]


def _scan(path: Path, paths: Sequence[Path] = ()) -> Run:
    kept = DecodedBlocks()
    if path.is_file() and not paths:
        with opened_hdf5(path) as file:
            return Run(path, _by_detector(module_files(file, path, kept)), ())
    parts: list[ModuleFile] = []
    skipped = []
    for name in paths or sorted(path.glob(RUN_FILES)):
        try:
            with opened_hdf5(name) as file:
                parts += module_files(file, name, kept)
        except Refused as refusal:
            skipped.append(f"skipped: {refusal.found}")
    return Run(path, _by_detector(parts), tuple(skipped))


def _by_detector(parts: list[ModuleFile]) -> dict[str, tuple[ModuleFile, ...]]:
    """Group by name, corrected first; raw modules that share a name with corrected ones are left out."""
    groups: dict[tuple[bool, str], list[ModuleFile]] = {}
    for part in parts:
        groups.setdefault((not part.is_corrected, part.detector), []).append(part)
    named: dict[str, tuple[ModuleFile, ...]] = {}
    for (_, detector), group in sorted(groups.items(), key=lambda item: item[0]):
        named.setdefault(detector, tuple(group))
    return named


def _chosen(run: Run, address: Address) -> tuple[str, tuple[ModuleFile, ...]]:
    _refuse_without_detector(run)
    if address.frame_axis is not None:
        raise Refused(
            found=f"{address} names a frame axis",
            needed="none for a run: its frames are in the order of trains",
            remedy="leave ?axis= out, or name one dataset of one file",
        )
    if not address.dataset:
        name = _clear(run)
        if name is None:
            names = [f"{address.path}::{name}" for name in run.detectors]
            raise Refused(
                found=f"{address.path} holds several detectors: {names_text(names)}",
                needed="one of them, by its name",
                remedy=f"write {names[0]}, or another of these",
            )
        return name, run.detectors[name]
    wanted = DETECTOR_NAME.match(address.dataset)
    if wanted and (name := _meant(run, wanted["detector"], wanted["subsystem"])):
        number = wanted["module"]
        chosen = tuple(part for part in run.detectors[name] if number in (None, str(part.module)))
        if chosen:
            return name, chosen
    raise Refused(
        found=f"{address.dataset} is not in {address.path}",
        needed=f"one of {names_text(run.detectors)}, or one of their modules",
        remedy=f"name it as {address.path}::{next(iter(run.detectors))}, or leave it out",
    )


def _clear(run: Run) -> str | None:
    """Name of the detector that is meant when none is named: the only corrected one, or the only one."""
    first, *others = run.detectors
    alike = [name for name in others if _is_corrected(run, name) == _is_corrected(run, first)]
    return None if alike else first


def _is_corrected(run: Run, name: str) -> bool:
    return run.detectors[name][0].is_corrected


def _meant(run: Run, detector: str, subsystem: str | None) -> str | None:
    """Name of the detector that is meant; the older name of corrected data stands for it."""
    exact = f"/{detector}/{subsystem}"
    alike = (name for name in run.detectors if name.startswith(f"/{detector}/"))
    return exact if exact in run.detectors else next(alike, None)


def _refuse_without_detector(run: Run) -> None:
    if run.detectors:
        return
    inside = "; ".join(run.skipped) or f"{len(list(run.path.glob('*')))} entries, no module of a Jungfrau"
    raise Refused(
        found=f"{run.path} holds no Jungfrau frames ({inside})",
        needed="a European XFEL run folder, or one file",
        remedy="name the file that holds the frames",
    )


def _listing(run: Run, name: str, parts: tuple[ModuleFile, ...]) -> Listing:
    state = "corrected" if parts[0].is_corrected else "raw"
    address, dtype, unit = Address(run.path, name), str(parts[0].dtype), unit_of(parts)
    try:
        table = run_table(parts)
    except Refused as refusal:
        return Listing(address, (), dtype, unit, (), f"EuXFEL {state}", refusal.found, False)
    trains = np.unique(table.trains).size
    summary = (
        f"modules {ranges_text(table.modules)}; {trains} trains; {table.cells} memory cell{'s' * (table.cells > 1)}; "
        f"{size_text(total_bytes(parts))}"
    )
    return Listing(
        address=address,
        shape=RunFrames(parts, table, 0).shape,
        dtype=dtype,
        unit=unit,
        axes=axes_of_table(table),
        layout=f"EuXFEL {state}",
        note="; ".join([summary, *table_warnings(parts, table), *run.skipped]),
    )
