"""The datasets of an HDF5 file, each once, and the links that lead nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import h5py
import numpy as np

ERRORS = "_errors"
"""A dataset of NXdata that ends so holds the standard errors of the one without."""

IMAGE_KINDS = "biuf"
Group: TypeAlias = Any
Dataset: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset (``missing`` empty) or a broken link (``missing`` names its target)."""

    path: str
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] | None = None
    missing: str = ""

    @property
    def is_image(self) -> bool:
        """Whether its values can be shown as frames: real numbers with at least two axes."""
        return self.dtype is not None and self.dtype.kind in IMAGE_KINDS and len(self.shape) >= 2


def walk(file: Group) -> Iterator[Node]:
    """List every dataset once, under its first name, and every broken link; soft links add nothing."""
    yield from _walk(file, "", {_identity(file)})


def look_up(file: Group, path: str) -> Any:
    """Find ``path``: its object, a Node that names the missing target of a broken link, or None."""
    place: Group = file
    for name in filter(None, path.split("/")):
        link = place.get(name, getlink=True) if isinstance(place, h5py.Group) else None
        if link is None:
            return None
        try:
            place = place[name]
        except (KeyError, OSError):
            return Node(path, missing=_target(link))
    return place


def matching_paths(file: Group, pattern: str) -> list[str]:
    """Paths that match a pattern such as ``/entry/instrument/*/data``, broken links among them."""
    paths = [""]
    for part in pattern.strip("/").split("/"):
        paths = [f"{path}/{name}" for path in paths for name in _names(file, path) if fnmatchcase(name, part)]
    return paths


def text_of(value: Any) -> str:
    """Turn an attribute or a scalar dataset's value into text, however the writer stored it."""
    flat = np.asarray(value).ravel()
    first = flat[0] if flat.size else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def is_image(found: object) -> bool:
    """Whether an object of the file is a dataset of real numbers with at least two axes."""
    return isinstance(found, h5py.Dataset) and Node("", found.shape or (), found.dtype).is_image


def _walk(group: Group, prefix: str, seen: set[tuple[int, int]]) -> Iterator[Node]:
    for name in group:
        path = f"{prefix}/{name}"
        link = group.get(name, getlink=True)
        try:
            found = group[name]
        except (KeyError, OSError):
            yield Node(path, missing=_target(link))
            continue
        identity = _identity(found)
        inner_link = isinstance(link, h5py.SoftLink) and identity[0] == _identity(group)[0]
        if inner_link or identity in seen:
            continue
        seen.add(identity)
        if isinstance(found, h5py.Group):
            yield from _walk(found, path, seen)
        elif isinstance(found, h5py.Dataset):
            yield Node(path, found.shape or (), found.dtype)


def _identity(found: Group) -> tuple[int, int]:
    information = h5py.h5o.get_info(found.id)
    return information.fileno, information.addr


def _target(link: object) -> str:
    if isinstance(link, h5py.ExternalLink):
        return f"{link.filename}::{link.path}"
    return str(link.path) if isinstance(link, h5py.SoftLink) else "an object that cannot be read"


def _names(file: Group, path: str) -> list[str]:
    place = look_up(file, path) if path else file
    return list(place) if isinstance(place, h5py.Group) else []
