"""Frames out of any HDF5 file but European XFEL runs: an address in, lazy stacks and listings out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import detector
from napari_unveil.frames.address import Address
from napari_unveil.frames.chunks import DecodedBlocks, Planes, planes_of, refuse_unreadable
from napari_unveil.frames.exclusion import Exclusion, exclusion_for
from napari_unveil.frames.hdf5_choice import choose_dataset, layout_of, nexus_default
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import (
    ERRORS,
    IMAGE_KINDS,
    Dataset,
    Group,
    Node,
    is_image,
    look_up,
    matching_paths,
    text_of,
    walk,
)
from napari_unveil.frames.listing import Listing, names_text
from napari_unveil.frames.pixels import read_frame
from napari_unveil.frames.stack import FrameStack, axes_of, lazy_stack
from napari_unveil.frames.virtual import VirtualSources, virtual_sources
from napari_unveil.types import Frame

COMPLEX = "c"
DECTRIS_PART = re.compile(r"(.*/data)_\d{6}$")
RAW_PSI = re.compile(r"/data/JF[^/]*/data$")


@dataclass(frozen=True, slots=True)
class Hdf5Frames:
    """Frames of one dataset.

    Parameters
    ----------
    planes
        The pixels as stored.
    exclusion
        Which of them were not measured.
    masks
        One mask per frame, None without.
    bits
        Mask bits that exclude a pixel.
    """

    planes: Planes
    exclusion: Exclusion
    masks: Planes | None
    bits: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes (at least one), y, x."""
        stored = self.planes.shape
        return stored if len(stored) > 2 else (1, *stored)

    def frame(self, position: tuple[int, ...]) -> Frame:
        """Read one frame; NaN where masked, not written or without a source."""
        stored = position if len(self.planes.shape) > 2 else ()
        return read_frame(self.planes, stored, exclusion=self.exclusion, masks=self.masks, bits=self.bits)


def open_hdf5(address: Address, *, mask_bits: int) -> FrameStack:
    """Open the named dataset of an HDF5 file, or the best candidate.

    Raises
    ------
    Refused
        When the file or the dataset cannot give frames.
    """
    with opened_hdf5(address.path) as file:
        return _stack(file, address.path, choose_dataset(file, address), mask_bits)


def open_hdf5_layers(address: Address, *, mask_bits: int) -> list[tuple[str, FrameStack]]:
    """Open every layer of a result: the signal of the default NXdata group and its auxiliary signals."""
    with opened_hdf5(address.path) as file:
        names = [choose_dataset(file, address)] if address.dataset else _layer_names(file, address)
        stacks = [_stack(file, address.path, name, mask_bits) for name in names]
    if len(stacks) == 1:
        return [(address.path.stem, stacks[0])]
    return [(name.rpartition("/")[2], stack) for name, stack in zip(names, stacks, strict=True)]


def list_hdf5(address: Address) -> list[Listing]:
    """List the datasets of images and the broken links of an HDF5 file, or the named dataset alone."""
    with opened_hdf5(address.path) as file:
        if address.dataset:
            name = choose_dataset(file, address)
            return [_listing(file, address.path, Node(name, file[name].shape, file[name].dtype))]
        nodes = [node for node in walk(file) if node.missing or _worth_listing(node)]
        if not nodes:
            raise Refused(
                found=f"{address} holds no dataset that could be an image",
                needed="a numeric dataset with at least 2 axes",
                remedy="choose another file",
            )
        return [_listing(file, address.path, node) for node in nodes]


def _stack(file: Group, path: Path, name: str, bits: int) -> FrameStack:
    dataset = file[name]
    source = _source(file, path, name, bits)
    return FrameStack(
        data=lazy_stack(source),
        axes=_axes(file, name, dataset.ndim),
        unit=detector.unit_of(dataset),
        photon_energy_keV=detector.read_photon_energy(file, name),
        address=Address(path, name),
        coordinates=detector.coordinates_of(file, name, source.shape[0]),
        warnings=(*_warnings(file, name), *_absent(source.planes.sources), *_unwritten(source.planes)),
    )


def _source(file: Group, path: Path, name: str, bits: int) -> Hdf5Frames:
    dataset = file[name]
    kept = DecodedBlocks()
    y, x = dataset.shape[-2:]
    exclusion = exclusion_for(
        dataset.dtype,
        saturation=detector.saturation_of(file, name),
        mask=detector.fixed_mask(file, name, frame_shape=(y, x), bits=bits),
    )
    masks = detector.mask_of_each_frame(file, name, dataset.shape)
    return Hdf5Frames(
        planes=planes_of(path, name, dataset, kept),
        exclusion=exclusion,
        masks=planes_of(path, masks, file[masks], kept) if masks else None,
        bits=bits,
    )


def _axes(file: Group, name: str, ndim: int) -> tuple[str, ...]:
    names = axes_of(max(ndim, 3))
    declared = np.ravel(file[name].parent.attrs.get("axes", ()))
    by_train = declared.size > 0 and text_of(declared[0]) == "trainId"
    return ("train", *names[1:]) if by_train else names


def _warnings(file: Group, name: str) -> Iterator[str]:
    dataset = file[name]
    if file.swmr_mode:
        yield "the file is open for writing (SWMR): frames written from now on appear when it is opened again"
    if part := DECTRIS_PART.match(name):
        parts = matching_paths(file, f"{part[1]}_*")
        if len(parts) > 1:
            yield f"this is one of {len(parts)} parts: {names_text(parts)}"
    if RAW_PSI.match(name) and dataset.dtype == np.uint16:
        yield "uncalibrated: raw words with the gain in bits 15-14, as stored"


def _absent(sources: VirtualSources | None) -> Iterator[str]:
    if sources is not None and sources.absent:
        yield f"source files are absent, what they hold is NaN: {names_text(sources.absent)}"


def _unwritten(planes: Planes) -> Iterator[str]:
    if planes.unwritten is not None:
        count, total = int(planes.unwritten.sum()), planes.unwritten.size
        yield f"{count} of {total} chunks were never written, their pixels are NaN"


def _worth_listing(node: Node) -> bool:
    return node.dtype is not None and len(node.shape) >= 2 and node.dtype.kind in IMAGE_KINDS + COMPLEX


def _listing(file: Group, path: Path, node: Node) -> Listing:
    address = Address(path, node.path)
    if node.missing:
        return Listing(address, (), "", "", (), "link", f"leads to {node.missing}, which is absent", False)
    dataset = file[node.path]
    sources = virtual_sources(path, node.path, dataset) if dataset.is_virtual else None
    problem = _problem(address, dataset, sources)
    return Listing(
        address=address,
        shape=node.shape,
        dtype=str(node.dtype),
        unit=detector.unit_of(dataset),
        axes=_axes(file, node.path, dataset.ndim),
        layout=layout_of(file, node.path),
        note=problem or "; ".join([*_warnings(file, node.path), *_absent(sources)]),
        available=not problem,
    )


def _problem(address: Address, dataset: Dataset, sources: VirtualSources | None) -> str:
    """Why the dataset cannot be opened; empty when it can."""
    if dataset.dtype.kind == COMPLEX:
        return f"{dataset.dtype} values, real numbers are needed"
    if sources is not None and not any(file.is_file() for file in sources.files):
        return f"all source files are absent: {names_text(sources.absent)}"
    try:
        refuse_unreadable(str(address), dataset)
    except Refused as refusal:
        return refusal.found
    return ""


def _layer_names(file: Group, address: Address) -> list[str]:
    first = choose_dataset(file, address)
    if first != nexus_default(file):
        return [first]
    group = first.rpartition("/")[0]
    others = np.ravel(file[group].attrs.get("auxiliary_signals", ()))
    signals = [first, *(f"{group}/{text_of(other)}" for other in others)]
    paths = [*signals[1:], *(f"{signal}{ERRORS}" for signal in signals)]
    return [first, *(path for path in paths if is_image(look_up(file, path)))]
