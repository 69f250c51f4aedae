"""The door of this package: a measurement enters, a stack leaves whose frames know their independent parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack, Projections, lazy_stack
from napari_unveil.frames.chunks import DecodedBlocks
from napari_unveil.splitting.back_projection import refuse_axis_beside
from napari_unveil.splitting.groups import GroupParts
from napari_unveil.splitting.settings import SplitSettings
from napari_unveil.splitting.slices import UNIT, slice_parts
from napari_unveil.splitting.thinning import ThinnedParts, refuse_no_counts
from napari_unveil.splitting.transmission import measured_integrals
from napari_unveil.types import Frame, Frames

NOT_PHOTONS = "thinning takes {unit} for photons: where one photon is another number, parts are not independent"


class Parts(Protocol):
    """What can give the parts of each frame."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, y, x of the split stack."""
        ...

    def __call__(self, index: int) -> Frames:
        """Parts of one frame, shape (part, y, x)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RememberedParts:
    """Parts, of which those computed last are kept."""

    source: Parts
    kept: DecodedBlocks

    def __call__(self, index: int) -> Frames:
        """Parts of one frame, shape (part, y, x), an array of its own."""
        return np.array(self.kept.get(index, lambda: self.source(index)))


@dataclass(frozen=True, slots=True, eq=False)
class MeanOfParts:
    """Frames that are the mean of their parts."""

    shape: tuple[int, ...]
    parts: Callable[[int], Frames]

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Mean over the parts, shape (y, x); NaN where one of them is."""
        index = int(np.ravel_multi_index(position, self.shape[:-2]))
        return np.asarray(self.parts(index).mean(axis=0, dtype=np.float64), np.float32)


def split(measurement: FrameStack | Projections, settings: SplitSettings) -> FrameStack:
    """Take a measurement apart; nothing is computed yet but a look whether it can be.

    Parameters
    ----------
    measurement
        Projections for ``tomography``, else a stack: exposures along its first axis for ``frames``, photons for
        ``thinning``.

    Returns
    -------
    FrameStack
        With ``parts``; its frames are the plain result, the mean of the parts. Slices (slice, y, x) in 1/pixel for
        ``tomography``; one frame for ``frames``; as many as before for ``thinning``.

    Raises
    ------
    Refused
        When the measurement is of another kind, has fewer angles or frames than parts, or pixels that are no counts.
    """
    if isinstance(measurement, Projections):
        _refuse_other_form(settings, "projections of a tomography", ("tomography",))
        return _slices(measurement, settings)
    _refuse_other_form(settings, "a stack of frames", ("frames", "thinning"))
    return _group_means(measurement, settings) if settings.form == "frames" else _thinned(measurement, settings)


def parts_of(stack: FrameStack, index: int) -> Frames:
    """Independent parts of frame ``index`` of a split measurement, shape (part, y, x).

    Raises
    ------
    Refused
        When the stack is none, or has no such frame.
    """
    if stack.parts is None:
        raise Refused(
            found=f"{stack.address} is not split into independent parts",
            needed="a split measurement",
            remedy="split it first",
        )
    if not 0 <= index < stack.frame_count:
        raise Refused(
            found=f"frame {index} is not in {stack.address}",
            needed=f"a number from 0 to {stack.frame_count - 1}",
            remedy="choose one of them",
        )
    return stack.parts(index)


def axis_of(projections: Projections, settings: SplitSettings) -> float:
    """Column of the axis that a split uses: the one given, or the middle of the detector."""
    return (projections.width - 1) / 2 if settings.axis_px is None else settings.axis_px


def _slices(projections: Projections, settings: SplitSettings) -> FrameStack:
    _refuse_few(projections.count, "projections", settings.parts, str(projections.address))
    axis = axis_of(projections, settings)
    refuse_axis_beside(axis, width=projections.width)
    middle = projections.rows // 2
    looked = measured_integrals(projections.read(middle))
    if not np.isfinite(looked.faintest):
        raise Refused(
            found=f"no pixel of row {middle} in {projections.address} got light, or the flats are no brighter than "
            "the darks",
            needed="a beam that passes the sample",
            remedy="check which frames are projections, flats and darks",
        )
    source = slice_parts(projections, parts=settings.parts, axis_px=axis, window=settings.filter)
    like = FrameStack(None, ("slice", "y", "x"), UNIT, None, projections.address, {}, sources=projections.sources)
    said = (*projections.warnings, *looked.in_words(middle), *_uneven(projections.count, "projections", settings.parts))
    return _stack(like, source, said)


def _group_means(stack: FrameStack, settings: SplitSettings) -> FrameStack:
    frames = stack.data.shape[0]
    _refuse_few(frames if stack.data.ndim > 2 else 1, "frames", settings.parts, str(stack.address))
    said = (*stack.warnings, *_uneven(frames, "frames", settings.parts))
    return _stack(replace(stack, coordinates={}), GroupParts(stack, settings.parts), said)


def _thinned(stack: FrameStack, settings: SplitSettings) -> FrameStack:
    refuse_no_counts(stack.read_or_missing(0, []), f"frame 0 of {stack.address}")
    photons = stack.unit in ("photons", "counts")
    said = () if photons else (NOT_PHOTONS.format(unit=stack.unit or "the unit of the file, which it does not say,"),)
    return _stack(stack, ThinnedParts(stack, settings.parts, settings.seed), (*stack.warnings, *said))


def _stack(like: FrameStack, source: Parts, warnings: tuple[str, ...]) -> FrameStack:
    parts = RememberedParts(source, DecodedBlocks())
    return replace(like, data=lazy_stack(MeanOfParts(source.shape, parts)), parts=parts, warnings=warnings)


def _uneven(count: int, what: str, parts: int) -> Iterator[str]:
    longer = count % parts
    if longer:
        yield (
            f"{count} {what} in {parts} parts: {longer} {'has' if longer == 1 else 'have'} one more than the others; "
            "each part counts the same in the mean"
        )


def _refuse_other_form(settings: SplitSettings, what: str, forms: tuple[str, ...]) -> None:
    if settings.form not in forms:
        raise Refused(
            found=f"{what} and the form {settings.form}",
            needed=f"the form {' or '.join(forms)} for {what}",
            remedy="choose that form, or open another file",
        )


def _refuse_few(count: int, what: str, parts: int, label: str) -> None:
    if count < parts:
        raise Refused(
            found=f"{label} has {count} {what}, {parts} parts were asked for",
            needed=f"at least as many {what} as parts",
            remedy="ask for fewer parts, or open a longer measurement",
        )
