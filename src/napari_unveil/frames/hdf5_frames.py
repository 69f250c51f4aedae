"""Frames out of any HDF5 file but European XFEL runs: an address in, lazy stacks out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np

from napari_unveil.frames import detector
from napari_unveil.frames.address import LAST, Address
from napari_unveil.frames.calibration import Calibration, refuse_unfitting
from napari_unveil.frames.catalogue import Node
from napari_unveil.frames.chunks import DecodedBlocks, Planes, external_files, planes_of
from napari_unveil.frames.exclusion import bits_in_words, exclusion_for
from napari_unveil.frames.hdf5_choice import Choice, choose_frames
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import ERRORS, Dataset, Group, is_image, look_up, text_of
from napari_unveil.frames.joined import absent_like, join_stacks
from napari_unveil.frames.listing import names_text
from napari_unveil.frames.pixels import GAIN_APART, GAIN_IN_BITS, UNCALIBRATED, Pixels, RawWords
from napari_unveil.frames.stack import FrameStack, axes_of, lazy_stack
from napari_unveil.types import Frame


@dataclass(frozen=True, slots=True)
class Hdf5Frames:
    """Frames of one dataset."""

    pixels: Pixels

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes (at least one), y, x."""
        stored = self.pixels.planes.shape
        return stored if len(stored) > 2 else (1, *stored)

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one frame; NaN where masked, not written or without a source."""
        stored = position if len(self.pixels.planes.shape) > 2 else ()
        return self.pixels.frame(stored, module=position[1] if len(position) > 1 else 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """How pixels are read: mask bits that exclude them, and constants for raw ones."""

    bits: int
    calibration: Calibration | None = None


def open_hdf5(address: Address, reading: Reading) -> FrameStack:
    """Open the named dataset of an HDF5 file, or the one that is clearly meant.

    Raises
    ------
    Refused
        When the file or the dataset cannot give frames, or several datasets are equally good.
    """
    with opened_hdf5(address.path) as file:
        return _opened(file, address, choose_frames(file, address), reading)


def open_hdf5_layers(address: Address, reading: Reading) -> list[tuple[str, FrameStack]]:
    """Open every layer of a result: the signal of the default NXdata group and its auxiliary signals."""
    with opened_hdf5(address.path) as file:
        choices = _layers(file, choose_frames(file, address))
        stacks = [_opened(file, address, choice, reading) for choice in choices]
    if len(stacks) == 1:
        return [(address.path.stem, stacks[0])]
    return [(choice.path.rpartition("/")[2], stack) for choice, stack in zip(choices, stacks, strict=True)]


def axes_named(file: Group, name: str, ndim: int) -> tuple[str, ...]:
    """Names of the axes of a stack: ``train`` where the file says that each frame is of a train of its own."""
    names = axes_of(max(ndim, 3))
    declared = np.ravel(file[name].parent.attrs.get("axes", ()))
    by_train = declared.size > 0 and text_of(declared[0]) == "trainId"
    return ("train", *names[1:]) if by_train else names


def warnings_on(file: Group, name: str, *, calibrated: bool = False) -> Iterator[str]:
    """Say what the user has to know about a dataset before it is read."""
    if file.swmr_mode:
        yield "the file is open for writing (SWMR): frames written from now on appear when it is opened again"
    if detector.is_raw(file, name) and not calibrated:
        yield UNCALIBRATED.format(gain=GAIN_APART if detector.gain_codes(file, name) else GAIN_IN_BITS)


def absent_in_words(absent: tuple[str, ...]) -> Iterator[str]:
    """Say which source files are not there."""
    if absent:
        yield f"source files are absent, what they hold is NaN: {names_text(absent)}"


def _opened(file: Group, address: Address, choice: Choice, reading: Reading) -> FrameStack:
    opened = replace(address, dataset=choice.path, frame_axis=LAST if choice.guessed else address.frame_axis)
    if len(choice.parts) == 1:
        return _stack(file, opened, choice, reading)
    return _series(file, opened, choice, reading)


def _series(file: Group, address: Address, choice: Choice, reading: Reading) -> FrameStack:
    """The parts of a series one after the other; NaN for those whose file is absent."""
    stacks: dict[str, FrameStack] = {}
    absent: dict[str, Node] = {}
    for part in choice.parts:
        found = look_up(file, part)
        if is_image(found):
            stacks[part] = _stack(file, replace(address, dataset=part), choice, reading)
        elif isinstance(found, Node):
            absent[part] = found
    like = absent_like(next(iter(stacks.values())))
    missing = tuple(node.missing for node in absent.values())
    warnings = [
        f"part {part.rpartition('/')[2]} leads to {node.missing}, which is absent: {like.frame_count} frames are NaN"
        for part, node in absent.items()
    ]
    joined = join_stacks([stacks.get(part, like) for part in choice.parts if part in stacks or part in absent], address)
    return replace(joined, warnings=(*warnings, *joined.warnings), absent=(*missing, *joined.absent))


def _stack(file: Group, address: Address, choice: Choice, reading: Reading) -> FrameStack:
    name = address.dataset or ""
    dataset = file[name]
    pixels, exclusions = _pixels(file, address.path, name, choice.frame_axis, reading)
    source, planes, raw = Hdf5Frames(pixels), pixels.planes, pixels.raw
    used = raw.constants if raw else None
    absent = planes.sources.absent if planes.sources else ()
    warnings = (
        *warnings_on(file, name, calibrated=used is not None),
        *absent_in_words(absent),
        *_unwritten(planes),
        *_guessed(choice),
    )
    return FrameStack(
        data=lazy_stack(source),
        axes=axes_named(file, name, dataset.ndim),
        unit=_unit(dataset, raw),
        photon_energy_keV=detector.read_photon_energy(file, name),
        address=address,
        coordinates=detector.coordinates_of(file, name, source.shape[0]),
        warnings=warnings,
        sources=(*_files_behind(address.path, dataset, planes), *(used.files if used else ())),
        absent=absent,
        exclusions=exclusions,
        uncalibrated=raw is not None and used is None,
        calibration=used.origin if used else (),
    )


def _pixels(file: Group, path: Path, name: str, frame_axis: int, reading: Reading) -> tuple[Pixels, tuple[str, ...]]:
    dataset, kept = file[name], DecodedBlocks()
    planes = planes_of(path, name, dataset, kept, frame_axis=frame_axis)
    saturation, saturated_at = detector.saturation_of(file, name)
    mask, mask_at = detector.fixed_mask(file, name, frame_shape=planes.shape[-2:], bits=reading.bits)
    raw = _raw_words(file, path, name, planes, reading.calibration)
    exclusion = replace(exclusion_for(dataset.dtype), saturation=saturation, mask=mask)
    if raw is not None:
        exclusion = replace(exclusion, values=(), negative_markers=(), saturation=None)
    masks = detector.mask_of_each_frame(file, name, dataset.shape)
    said = (
        *([f"{mask_at}, {bits_in_words(reading.bits)}"] if mask_at else []),
        *([f"{masks} for each frame, {bits_in_words(reading.bits)}"] if masks else []),
        *([f"{saturation:.10g} and above, {saturated_at}"] if exclusion.saturation is not None else []),
        *(["raw words that are saturated or in no gain stage"] if raw else exclusion.in_words()),
    )
    of_each = planes_of(path, masks, file[masks], kept, frame_axis=frame_axis) if masks else None
    return Pixels(planes, exclusion, of_each, reading.bits, raw), said


def _raw_words(file: Group, path: Path, name: str, planes: Planes, calibration: Calibration | None) -> RawWords | None:
    if not detector.is_raw(file, name):
        return None
    if calibration is not None:
        modules = planes.shape[1] if len(planes.shape) > 3 else 1
        refuse_unfitting(calibration, frame_shape=planes.shape[-2:], modules=modules, cells=1)
    codes = detector.gain_codes(file, name)
    frame_axis = planes.order[0] if len(planes.shape) > 2 else 0
    return RawWords(
        planes_of(path, codes, file[codes], planes.kept, frame_axis=frame_axis) if codes else None, calibration
    )


def _unit(dataset: Dataset, raw: RawWords | None) -> str:
    if raw is None:
        return detector.unit_of(dataset)
    return raw.constants.unit if raw.constants else "ADU"


def _files_behind(path: Path, dataset: Dataset, planes: Planes) -> tuple[Path, ...]:
    """Files that hold the pixels beside the one that was opened."""
    linked = Path(dataset.file.filename)
    virtual = planes.sources.files if planes.sources else ()
    return tuple(each for each in dict.fromkeys((linked, *virtual, *external_files(dataset))) if each != path)


def _unwritten(planes: Planes) -> Iterator[str]:
    if planes.unwritten is not None:
        count, total = int(planes.unwritten.sum()), planes.unwritten.size
        yield f"{count} of {total} chunks were never written, their pixels are NaN"


def _guessed(choice: Choice) -> Iterator[str]:
    if choice.guessed:
        yield f"frames follow one another along the last axis of {choice.path}; ?axis=first takes the first instead"


def _layers(file: Group, first: Choice) -> list[Choice]:
    if not first.is_default:
        return [first]
    group = first.path.rpartition("/")[0]
    others = np.ravel(file[group].attrs.get("auxiliary_signals", ())) if isinstance(file[group], h5py.Group) else ()
    signals = [first.path, *(f"{group}/{text_of(other)}" for other in others)]
    paths = [*signals[1:], *(f"{signal}{ERRORS}" for signal in signals)]
    found = [path for path in paths if is_image(look_up(file, path))]
    return [first, *(Choice(path, (path,), frame_axis=first.frame_axis) for path in found)]
