"""What an HDF5 file offers, the best candidate first, and what is broken in it, as a listing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.frames import detector
from napari_unveil.frames.address import Address
from napari_unveil.frames.catalogue import IMAGE_KINDS, Node
from napari_unveil.frames.chunks import refuse_unreadable
from napari_unveil.frames.hdf5_choice import Choice, choose_frames
from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_frames import absent_in_words, axes_named, warnings_on
from napari_unveil.frames.hdf5_tree import Dataset, Group, catalogue_of, look_up, node_of
from napari_unveil.frames.listing import Listing, names_text
from napari_unveil.frames.resolver import Candidate, candidates_in, clear_choice, guessed_frame_axis
from napari_unveil.frames.virtual import VirtualSources, virtual_sources

COMPLEX = "c"


def list_hdf5(address: Address) -> list[Listing]:
    """List the datasets of images and the broken links of an HDF5 file, or the named dataset alone.

    Raises
    ------
    Refused
        When the file cannot be opened, or holds nothing that could be an image.
    """
    with opened_hdf5(address.path) as file:
        if address.dataset:
            return [_of_candidate(file, address.path, _as_candidate(file, choose_frames(file, address)))]
        catalogue = catalogue_of(file)
        candidates = candidates_in(catalogue)
        clear = clear_choice(candidates)
        found = [_of_candidate(file, address.path, candidate, opened=candidate is clear) for candidate in candidates]
        shown = {node.path for candidate in candidates for node in candidate.nodes}
        others = [node for node in catalogue.nodes if node.path not in shown and (node.missing or _is_odd(node))]
        if not found and not others:
            raise Refused(
                found=f"{address} holds no dataset that could be an image",
                needed="a numeric dataset with at least 2 axes",
                remedy="choose another file",
            )
        return [*found, *(_of_node(file, address.path, node) for node in others)]


def _as_candidate(file: Group, choice: Choice) -> Candidate:
    found = [(part, look_up(file, part)) for part in choice.parts]
    nodes = tuple(each if isinstance(each, Node) else node_of(part, each) for part, each in found)
    return Candidate(choice.path, nodes, "HDF5", "named", (0, 0))


def _of_candidate(file: Group, path: Path, candidate: Candidate, *, opened: bool = False) -> Listing:
    if candidate.missing:
        return replace(_broken(path, candidate.nodes[0]), reason=candidate.reason, layout=candidate.layout)
    there = [node for node in candidate.nodes if not node.missing]
    first = _of_node(file, path, there[0])
    length = sum(node.shape[0] for node in there)
    broken = [f"{node.path} leads to {node.missing}, which is absent" for node in candidate.nodes if node.missing]
    return replace(
        first,
        address=Address(path, candidate.path),
        shape=(length, *first.shape[1:]) if len(there) > 1 else first.shape,
        layout=candidate.layout,
        reason=candidate.reason,
        opened=opened and first.available,
        note="; ".join([*broken, *([first.note] if first.note else [])]),
    )


def _of_node(file: Group, path: Path, node: Node) -> Listing:
    if node.missing:
        return _broken(path, node)
    address, dataset = Address(path, node.path), file[node.path]
    sources = virtual_sources(path, node.path, dataset) if dataset.is_virtual else None
    problem = _problem(address, dataset, sources)
    return Listing(
        address=address,
        shape=node.shape,
        dtype=str(node.dtype),
        unit="ADU" if detector.is_raw(file, node.path) else detector.unit_of(dataset),
        axes=_as_stored(node, axes_named(file, node.path, dataset.ndim)),
        layout="HDF5",
        note=problem or "; ".join(_remarks(file, node, sources)),
        available=not problem,
        stored=_stored(node, dataset),
    )


def _as_stored(node: Node, axes: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the axes, the frames where the file has them."""
    return axes if guessed_frame_axis(node) == 0 else (*axes[1:], axes[0])


def _broken(path: Path, node: Node) -> Listing:
    note = f"leads to {node.missing}, which is absent"
    return Listing(Address(path, node.path), (), "", "", (), "link", note, available=False)


def _remarks(file: Group, node: Node, sources: VirtualSources | None) -> Iterator[str]:
    yield from warnings_on(file, node.path)
    if sources is not None:
        yield from absent_in_words(sources.absent)


def _stored(node: Node, dataset: Dataset) -> str:
    if dataset.is_virtual:
        return "virtual"
    if dataset.external:
        return "in external files"
    if not node.chunks:
        return "in one piece"
    return f"chunks {' x '.join(map(str, node.chunks))}" + (f" ({', '.join(node.filters)})" if node.filters else "")


def _is_odd(node: Node) -> bool:
    """Whether it would be frames were its numbers real."""
    return node.dtype is not None and len(node.shape) >= 2 and node.dtype.kind not in IMAGE_KINDS + "SUO"


def _problem(address: Address, dataset: Dataset, sources: VirtualSources | None) -> str:
    """Why the dataset cannot be opened; empty when it can."""
    if dataset.dtype.kind not in IMAGE_KINDS:
        kind = "complex" if dataset.dtype.kind == COMPLEX else "compound"
        return f"{kind} values ({dataset.dtype}), real numbers are needed"
    if sources is not None and not any(file.is_file() for file in sources.files):
        return f"all source files are absent: {names_text(sources.absent)}"
    try:
        refuse_unreadable(str(address), dataset)
    except Refused as refusal:
        return refusal.found
    return ""
