"""Which dataset of an open HDF5 file an address means: the named one, or the one that is clearly meant."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.catalogue import Node
from napari_unveil.frames.hdf5_tree import Group, catalogue_of, is_image, look_up, node_of, text_of
from napari_unveil.frames.listing import names_text
from napari_unveil.frames.resolver import Candidate, candidates_in, clear_choice, guessed_frame_axis, series_in

OFFERED = 6
"""Candidates in a sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is opened.

    Parameters
    ----------
    path
        Name of the dataset, or of the group that holds a series.
    parts
        Datasets in the order of their frames; links that lead nowhere among them.
    is_default
        Whether the file declares it as its default.
    frame_axis
        Axis of the frames, as stored.
    guessed
        Whether nobody named that axis and it is not the first.
    """

    path: str
    parts: tuple[str, ...]
    is_default: bool = False
    frame_axis: int = 0
    guessed: bool = False


def choose_frames(file: Group, address: Address) -> Choice:
    """What ``address`` means in its file.

    Raises
    ------
    Refused
        When the named dataset is absent, broken or no image, when the file has none, or when several are equally
        good: the sentence names them as they are to be written.
    """
    path, parts, is_default = _named(file, address) if address.dataset else _clear(file, address)
    found = [look_up(file, part) for part in parts]
    there = next((each for each in found if is_image(each)), None)
    if there is None:
        raise _broken(address.path, path, next(each.missing for each in found if isinstance(each, Node)))
    guess = guessed_frame_axis(node_of(parts[0], there))
    if address.frame_axis is None:
        return Choice(path, parts, is_default, guess, guess != 0)
    return Choice(path, parts, is_default, _frame_axis(address, there.ndim))


def signal_of(file: Group, path: str) -> str | None:
    """Name the images that the NXdata group at ``path`` declares as its signal; None without any."""
    group = look_up(file, path)
    if not isinstance(group, h5py.Group) or "signal" not in group.attrs:
        return None
    name = f"{path}/{text_of(group.attrs['signal'])}"
    return name if is_image(look_up(file, name)) else None


def _named(file: Group, address: Address) -> tuple[str, tuple[str, ...], bool]:
    name = address.dataset or ""
    found = look_up(file, name)
    if is_image(found):
        return name, (name,), False
    if isinstance(found, h5py.Group):
        if signal := signal_of(file, name):
            return signal, (signal,), False
        if parts := series_in([f"{name}/{inside}" for inside in found]).get(name):
            return name, tuple(parts), False
    raise Refused(
        found=f"{name} {_what_it_is(found)} in {address.path}",
        needed=f"a dataset of real numbers with at least two axes: {_offer(file)}",
        remedy=_remedy(found, address),
    )


def _clear(file: Group, address: Address) -> tuple[str, tuple[str, ...], bool]:
    candidates = candidates_in(catalogue_of(file))
    if not candidates:
        raise Refused(
            found=f"{address.path} holds no dataset of images",
            needed="real numbers with at least two axes",
            remedy="choose another file",
        )
    best = clear_choice(candidates)
    if best is None:
        raise _ambiguous(address.path, candidates)
    if best.missing:
        raise _broken(address.path, best.path, best.missing)
    parts = tuple(node.path for node in best.nodes) if len(best.nodes) > 1 else (best.path,)
    return best.path, parts, best.is_default


def _broken(path: Path, name: str, target: str) -> Refused:
    return Refused(
        found=f"{name} in {path} is a link to {target}, which is absent",
        needed="the file that it points to",
        remedy="copy that file next to this one, or name another dataset",
    )


def _ambiguous(path: Path, candidates: tuple[Candidate, ...]) -> Refused:
    equal = [each for each in candidates if each.rank == candidates[0].rank and not each.missing]
    shown = [f"{path}::{each.path} ({in_words(each.nodes[0])})" for each in equal]
    return Refused(
        found=f"{len(equal)} datasets of {path} could be its frames: {names_text(shown, shown=OFFERED)}",
        needed="one of them, by its name",
        remedy=f"write {path}::{equal[0].path}, or another of these",
    )


def in_words(node: Node) -> str:
    """Shape and type."""
    return f"{' x '.join(map(str, node.shape))}, {node.dtype}"


def _frame_axis(address: Address, ndim: int) -> int:
    axis = address.frame_axis or 0
    if ndim < 3 or not -ndim <= axis < ndim:
        raise Refused(
            found=f"{address} asks for another axis than the dataset's {ndim}",
            needed="an axis that it has, of at least three",
            remedy="leave ?axis= out, or give first, last or a number from 0",
        )
    return int(np.arange(ndim)[axis])


def _what_it_is(found: object) -> str:
    if found is None:
        return "is not"
    if isinstance(found, Node):
        return f"is a link to {found.missing}, which is absent,"
    if isinstance(found, h5py.Dataset):
        return f"has the shape {found.shape} and the type {found.dtype}"
    return "is a group"


def _offer(file: Group) -> str:
    paths = [candidate.path for candidate in candidates_in(catalogue_of(file)) if not candidate.missing]
    return f"one of {names_text(paths)}" if paths else "this file has none"


def _remedy(found: object, address: Address) -> str:
    if isinstance(found, Node):
        return "copy the file that it points to next to this one"
    return f"name a dataset as {address.path}::/path/of/it, or leave it out"
