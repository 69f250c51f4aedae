"""What lies in an HDF5 file, without the file: its datasets, broken links, groups and second names."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

IMAGE_KINDS = "biuf"
FEWEST_COLUMNS = 4
"""A last axis of up to so many values holds columns of a table or colours, no pixels side by side."""


AFTER_SLASH = chr(ord("/") + 1)
"""What follows a slash in the order of names: between the two is everything inside a group."""


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset (``missing`` empty) or a broken link (``missing`` names its target).

    Parameters
    ----------
    path
        Name inside the file.
    shape, dtype
        As stored.
    missing
        Where a broken link leads.
    unit
        Its attribute ``units``, as written.
    chunks, filters
        Shape of a chunk and names of the compression filters; empty without.
    absent
        Source files of a virtual or external dataset that are not there.
    """

    path: str
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] | None = None
    missing: str = ""
    unit: str = ""
    chunks: tuple[int, ...] = ()
    filters: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def is_image(self) -> bool:
        """Whether its values can be shown as frames: real numbers with at least two axes."""
        return self.dtype is not None and self.dtype.kind in IMAGE_KINDS and len(self.shape) >= 2

    @property
    def is_narrow(self) -> bool:
        """Whether the last axis is too short for an image."""
        return bool(self.shape) and self.shape[-1] <= FEWEST_COLUMNS

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in a file that decides what its frames are.

    Parameters
    ----------
    nodes
        Each dataset once, under its first name, and each broken link.
    attributes
        Texts of the attributes ``NX_class``, ``default`` and ``signal`` of the groups that have them, by path.
    second_names
        Links to something that is in ``nodes`` or is a group, and the first name of that.
    cut
        Whether there is more than was looked at.
    """

    nodes: tuple[Node, ...]
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    second_names: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    def first_name(self, path: str) -> str:
        """The name under which ``path`` is among the nodes: links on the way are followed."""
        for _ in range(len(self.second_names) + 1):
            link = next((name for name in beginnings(path) if name in self.second_names), None)
            if link is None:
                return path
            path = self.second_names[link] + path[len(link) :]
        return path

    def names(self) -> dict[str, Node]:
        """Every name of every node, those through links to groups that hold it included."""
        by_path = {node.path: node for node in self.nodes}
        ordered, named = sorted(by_path), dict(by_path)
        for link, target in self.second_names.items():
            if target in by_path:
                named.setdefault(link, by_path[target])
                continue
            inside = slice(bisect_left(ordered, f"{target}/"), bisect_left(ordered, f"{target}{AFTER_SLASH}"))
            for path in ordered[inside]:
                named.setdefault(link + path[len(target) :], by_path[path])
        return named


def beginnings(path: str) -> list[str]:
    """The path and the groups that it lies in, the longest first."""
    steps = path.split("/")
    return ["/".join(steps[:count]) for count in range(len(steps), 1, -1)]
