"""The datasets of an HDF5 file, each once, and the links that lead nowhere."""

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import h5py
import numpy as np

from napari_unveil.frames.catalogue import Catalogue, Node

ERRORS = "_errors"
"""A dataset of NXdata that ends so holds the standard errors of the one without."""

ATTRIBUTES = ("NX_class", "default", "signal")
BROKEN = (KeyError, OSError, RuntimeError)
"""What h5py raises on a link that leads nowhere, or round in a circle."""

MOST_NODES = 50_000
"""Datasets and broken links up to which a file is looked through."""

Group: TypeAlias = Any
Dataset: TypeAlias = Any


def catalogue_of(file: Group) -> Catalogue:
    """Look through a file once; no value of a dataset is read.

    Each dataset is there once, under its first name; links to what is there are second names, and cycles end.
    """
    walk = _Walk()
    walk.enter(file, "")
    links = {path: walk.firsts[target] for path, target in walk.links.items() if target in walk.firsts}
    return Catalogue(tuple(walk.nodes), walk.attributes, links, cut=len(walk.nodes) >= MOST_NODES)


def look_up(file: Group, path: str) -> Any:
    """Find ``path``: its object, a Node that names the missing target of a broken link, or None."""
    place: Group = file
    for name in filter(None, path.split("/")):
        link = place.get(name, getlink=True) if isinstance(place, h5py.Group) else None
        if link is None:
            return None
        try:
            place = place[name]
        except BROKEN:
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


class _Walk:
    """What was found on the way through a file."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.attributes: dict[str, dict[str, str]] = {}
        self.firsts: dict[tuple[int, int], str] = {}
        self.links: dict[str, tuple[int, int]] = {}

    def enter(self, group: Group, path: str) -> None:
        """Take down a group and everything below it that was not seen before."""
        self.firsts[_identity(group)] = path
        known = {name: text_of(group.attrs[name]) for name in ATTRIBUTES if name in group.attrs}
        if known:
            self.attributes[path] = known
        for name in group:
            if len(self.nodes) >= MOST_NODES:
                return
            self._take(group, name, f"{path}/{name}")

    def _take(self, group: Group, name: str, path: str) -> None:
        link = group.get(name, getlink=True)
        try:
            found = group[name]
        except BROKEN:
            self.nodes.append(Node(path, missing=_target(link)))
            return
        identity = _identity(found)
        inner_link = isinstance(link, h5py.SoftLink) and identity[0] == _identity(group)[0]
        if inner_link or identity in self.firsts:
            self.links[path] = identity
        elif isinstance(found, h5py.Group):
            self.enter(found, path)
        elif isinstance(found, h5py.Dataset):
            self.firsts[identity] = path
            self.nodes.append(node_of(path, found))


def node_of(path: str, dataset: Dataset) -> Node:
    """What there is to know about a dataset before it is read."""
    node = Node(path, dataset.shape or (), dataset.dtype)
    if len(node.shape) < 2:
        return node
    return replace(
        node,
        unit=text_of(dataset.attrs.get("units", "")),
        chunks=() if dataset.is_virtual else tuple(dataset.chunks or ()),
        filters=filters_of(dataset),
    )


def filters_of(dataset: Dataset) -> tuple[str, ...]:
    """Names of the filters that the chunks pass through, as stored in the file."""
    creation = dataset.id.get_create_plist()
    if creation.get_layout() != h5py.h5d.CHUNKED:
        return ()
    filters = (creation.get_filter(number) for number in range(creation.get_nfilters()))
    return tuple(name.decode("utf-8", "replace").partition(";")[0].strip() or str(code) for code, _, _, name in filters)


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
