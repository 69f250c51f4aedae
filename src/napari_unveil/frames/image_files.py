"""TIFF through tifffile, EDF, CBF, SPE, MarCCD and the like through fabio: a file in, a lazy stack out."""

import lzma
import os
import re
import struct
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.exclusion import Exclusion, exclusion_for, measured
from napari_unveil.frames.listing import Listing, size_text
from napari_unveil.frames.stack import FrameStack, UnreadableFrame, axes_of, lazy_stack
from napari_unveil.types import Frame

TIFF_SUFFIXES = (".tif", ".tiff")
TIFF_SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
COUNTING_DETECTOR = re.compile(r"Count_cutoff\s+\d+\s+counts")
DECODING = (
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
    TypeError,
    AttributeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""What image readers raise on damaged files."""


@dataclass(frozen=True, slots=True)
class TiffFrames:
    """Pages of a TIFF file; ``offset`` (bytes) where the pixels lie in one uncompressed piece."""

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int | None
    exclusion: Exclusion

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one page."""
        number = int(np.ravel_multi_index(position, self.shape[:-2]))
        try:
            return measured(self._page(number), self.exclusion)
        except (*DECODING, tifffile.TiffFileError) as error:
            raise UnreadableFrame.at(Address(self.path), position, error) from error

    def _page(self, number: int) -> NDArray[Any]:
        if self.offset is None:
            return np.asarray(tifffile.imread(self.path, key=number, series=0)).reshape(self.shape[-2:])
        pixels = prod(self.shape[-2:])
        start = self.offset + number * pixels * self.dtype.itemsize
        return np.fromfile(self.path, self.dtype, pixels, offset=start).reshape(self.shape[-2:])


@dataclass(frozen=True, slots=True)
class FabioFrames:
    """Images of a file that fabio reads."""

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    exclusion: Exclusion

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one image."""
        import fabio

        try:
            with fabio.open(str(self.path)) as image:
                pixels = image.data if position[0] == 0 else image.getframe(position[0]).data
                return measured(np.asarray(pixels).reshape(self.shape[-2:]), self.exclusion)
        except DECODING as error:
            raise UnreadableFrame.at(Address(self.path), position, error) from error


def open_image(address: Address) -> FrameStack:
    """Open an image file as a stack of at least one frame.

    Raises
    ------
    Refused
        When the format is unknown, the file is truncated, or the image is in colour or complex.
    """
    if address.dataset or address.frame_axis is not None:
        raise Refused(
            found=f"{address.path} is an image file and {address.dataset or '?axis='} names something inside it",
            needed="a dataset or an axis only for HDF5 files",
            remedy=f"open {address.path} alone",
        )
    source, unit = _tiff(address.path) if _is_tiff(address.path) else _fabio(address.path)
    return FrameStack(
        data=lazy_stack(source),
        axes=axes_of(len(source.shape)),
        unit=unit,
        photon_energy_keV=None,
        address=address,
        coordinates={},
        exclusions=tuple(source.exclusion.in_words()),
    )


def list_image(address: Address) -> Listing:
    """Describe an image file as it would be opened."""
    stack = open_image(address)
    path = address.path
    source, _ = _tiff(path) if _is_tiff(path) else _fabio(path)
    layout = "TIFF" if _is_tiff(path) else "image (fabio)"
    size = size_text(path.stat().st_size)
    return Listing(address, source.shape, str(source.dtype), stack.unit, stack.axes, layout, size)


def _is_tiff(path: Path) -> bool:
    if path.suffix.lower() in TIFF_SUFFIXES:
        return True
    with path.open("rb") as file:
        return file.read(4) in TIFF_SIGNATURES


def _tiff(path: Path) -> tuple[TiffFrames, str]:
    try:
        with tifffile.TiffFile(path) as file:
            series = file.series[0]
            _refuse_colour(path, series)
            _refuse_lost_pages(path, file)
            shape = series.shape if len(series.shape) > 2 else (1, *series.shape)
            dtype = np.dtype(series.dtype).newbyteorder(file.byteorder)
            offset = series.dataoffset
            unit = "counts" if COUNTING_DETECTOR.search(series.keyframe.description) else ""
    except (*DECODING, tifffile.TiffFileError) as error:
        raise _unreadable(path, error) from error
    _refuse_odd_type(path, dtype)
    _refuse_truncated(path, offset, prod(shape) * dtype.itemsize)
    return TiffFrames(path, shape, dtype, offset, exclusion_for(dtype)), unit


def _fabio(path: Path) -> tuple[FabioFrames, str]:
    import fabio

    try:
        with fabio.open(str(path)) as image:
            pixels = np.asarray(image.data)
            count = int(image.nframes)
    except Exception as error:  # fabio tries many parsers on an unknown file; each has errors of its own
        raise _unreadable(path, error) from error
    if pixels.ndim != 2 or not pixels.size or not count:
        raise _unreadable(path, ValueError(f"{count} images of shape {pixels.shape}"))
    _refuse_odd_type(path, pixels.dtype)
    shape = (count, *pixels.shape)
    return FabioFrames(path, shape, pixels.dtype, exclusion_for(pixels.dtype)), ""


def _refuse_colour(path: Path, series: Any) -> None:
    if not series.axes.endswith("YX") or "S" in series.axes:
        raise Refused(
            found=f"{path} holds a colour image, shape {series.shape}, axes {series.axes}",
            needed="one number per pixel",
            remedy="save it in grey levels",
        )


def _refuse_odd_type(path: Path, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biuf":
        raise Refused(
            found=f"{path} holds {dtype} pixels",
            needed="real numbers",
            remedy="save its magnitude or its real part",
        )


def _refuse_lost_pages(path: Path, file: tifffile.TiffFile) -> None:
    """Refuse a file whose last readable page announces another one, or lies beyond the end."""
    last, layout, size = file.pages[-1], file.tiff, path.stat().st_size
    with path.open("rb") as raw:
        raw.seek(last.offset)
        (tags,) = struct.unpack(layout.tagnoformat, raw.read(layout.tagnosize))
        raw.seek(tags * layout.tagsize, os.SEEK_CUR)
        link = raw.read(layout.offsetsize)
    ends = [offset + count for offset, count in zip(last.dataoffsets, last.databytecounts, strict=False)]
    if link != bytes(layout.offsetsize) or max(ends, default=0) > size:
        raise Refused(
            found=f"{path} is truncated: {len(file.pages)} pages are readable in its {size} bytes",
            needed="the complete file",
            remedy="copy it again",
        )


def _refuse_truncated(path: Path, offset: int | None, needed: int) -> None:
    size = path.stat().st_size
    if offset is not None and size < offset + needed:
        raise Refused(
            found=f"{path} is truncated: {size} bytes of {offset + needed}",
            needed="the complete file",
            remedy="copy it again",
        )


def _unreadable(path: Path, error: Exception) -> Refused:
    return Refused(
        found=f"{path} cannot be read as an image ({error or type(error).__name__})",
        needed="HDF5, TIFF, or a format that fabio reads (EDF, CBF, SPE, MarCCD ...)",
        remedy="check the name, or convert the file",
    )
