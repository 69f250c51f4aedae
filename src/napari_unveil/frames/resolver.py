"""Which datasets of a file can be its frames: a catalogue in, ranked candidates with their reasons out.

Nothing is read here. The order is: what NeXus declares as default, the places where beamlines and instruments keep
frames, what other NXdata groups declare, then any numbers in two axes or more, the most of them first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from napari_unveil.frames.catalogue import Catalogue, Node, beginnings

DEFAULT, KNOWN, DECLARED, ANY, BESIDE = range(5)
"""Ranks of candidates, the best first."""

SERIES = "DECTRIS series"
PAIR = ("/low_count/data", "/high_count/data")
PLACES = (
    ("/entry/data/data", "NeXus", "NeXus keeps frames there"),
    ("/entry/instrument/*/data", "NeXus detector", "a NeXus detector of its own name"),
    ("/[0-9]*.[0-9]*/instrument/*/data", "ESRF scan", "a detector of an ESRF scan"),
    ("/entry_1/instrument_1/detector_*/data", "CXI", "CXI keeps the frames of a detector there"),
    ("/entry_1/data_*/data", "CXI", "CXI keeps frames there"),
    ("/exchange/data", "Data Exchange", "projections of a tomography; data_white and data_dark belong to them"),
    ("/entry1/tomo_entry/data/data", "NXtomo", "a tomography; image_key tells projections, flats and darks apart"),
    ("/imageseries/images", "image series", "an image series"),
    ("/data/JF*/data", "PSI Jungfrau", "a Jungfrau of SwissFEL"),
    (PAIR[0], "published pair", "the frames with few counts; those with many are in /high_count/data"),
    (PAIR[1], "published pair", "the frames with many counts; those with few are in /low_count/data"),
)
"""Pattern of the path, kind of file, and why frames are there."""

PART = re.compile(r"(?P<series>.*/data)_(?P<number>\d{6})$")
COMPANIONS = re.compile(
    r"(pixel_)?mask|gains?|pedestals?|flatfield|data_(white|dark)|errors?|.*_errors|weights|image_key|"
    r"memoryCell|frameNumber|trainId"
)
"""Names of what is kept beside frames."""

CLEARLY_MORE = 2
"""Times as many values as the next: then the largest dataset is the one that is meant."""

STEPS_TO_DEFAULT = 8
"""Groups on the way from the root to the data that NeXus declares as default."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dataset, or a series of them, that could be the frames of a file.

    Parameters
    ----------
    path
        What to open: a dataset, or the group that holds a series.
    nodes
        The dataset, or the parts of the series in order.
    layout
        Kind of place.
    reason
        Why it could be the frames.
    rank
        Smaller is better; those of one rank are equally good.
    """

    path: str
    nodes: tuple[Node, ...]
    layout: str
    reason: str
    rank: tuple[int, int]

    @property
    def is_default(self) -> bool:
        """Whether the file declares it as its default."""
        return self.rank[0] == DEFAULT

    @property
    def missing(self) -> str:
        """Where its link leads, when nothing of it is there; empty otherwise."""
        return "" if any(not node.missing for node in self.nodes) else self.nodes[0].missing

    @property
    def size(self) -> int:
        """Number of values."""
        return sum(node.size for node in self.nodes)


def candidates_in(catalogue: Catalogue) -> tuple[Candidate, ...]:
    """Every dataset that could be frames, and every broken link where frames should be, the best first."""
    names = catalogue.names()
    found: dict[str, Candidate] = {}
    for candidate in (*_default(catalogue, names), *_at_known_places(names), *_declared(catalogue, names)):
        known = {node.path for each in found.values() for node in each.nodes}
        if not {node.path for node in candidate.nodes} <= known:
            found[candidate.path] = candidate
    taken = {node.path for each in found.values() for node in each.nodes}
    others = [_other(node) for node in catalogue.nodes if node.is_image and node.path not in taken]
    return tuple(sorted((*found.values(), *others), key=lambda each: (each.rank, -_shown_size(each))))


def clear_choice(candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that is meant when none is named; None when there is none, or several are equally good."""
    if not candidates:
        return None
    best, *rest = candidates
    equal = [other for other in rest if other.rank == best.rank and not other.missing]
    if best.rank[0] in (ANY, BESIDE):
        return best if all(best.size >= CLEARLY_MORE * other.size for other in equal) else None
    return None if equal else best


def guessed_frame_axis(node: Node) -> int:
    """Axis of the frames where the file leaves no doubt: the last of published pairs and of frame-by-frame chunks."""
    if len(node.shape) != 3:
        return 0
    whole = (*node.shape[:2], 1)
    by_frame = node.chunks == whole and min(node.shape) > 1
    return 2 if by_frame or node.path in PAIR else 0


def series_in(names: Sequence[str]) -> dict[str, list[str]]:
    """Paths that end with ``data_000001`` and the like, in order, by the group that holds them."""
    parts = sorted(path for path in names if PART.match(path))
    groups = dict.fromkeys(path.rpartition("/")[0] for path in parts)
    return {group: [path for path in parts if path.rpartition("/")[0] == group] for group in groups}


def _default(catalogue: Catalogue, names: dict[str, Node]) -> Iterator[Candidate]:
    path = ""
    for _ in range(STEPS_TO_DEFAULT):
        known = catalogue.attributes.get(catalogue.first_name(path), {})
        if "signal" in known:
            yield from _signal(f"{path}/{known['signal']}", names, "NXdata default", "the file's own default", DEFAULT)
            return
        if "default" not in known:
            return
        path = f"{path}/{known['default'].strip('/')}"


def _at_known_places(names: dict[str, Node]) -> Iterator[Candidate]:
    for place, (pattern, layout, reason) in enumerate(PLACES):
        for path, node in names.items():
            if (node.is_image or node.missing) and matches(path, pattern) and not _is_beside(node):
                yield Candidate(path, (node,), layout, reason, (KNOWN, 3 * place + _is_single(node)))
    for group, paths in series_in(list(names)).items():
        parts = tuple(names[path] for path in paths if names[path].is_image or names[path].missing)
        if parts:
            several = len(parts) > 1
            reason = f"{len(parts)} parts of one series, in the order of their numbers" if several else "one part"
            yield Candidate(group if several else parts[0].path, parts, SERIES, reason, (KNOWN, 2))


def _declared(catalogue: Catalogue, names: dict[str, Node]) -> Iterator[Candidate]:
    for group, known in catalogue.attributes.items():
        if "signal" in known:
            yield from _signal(f"{group}/{known['signal']}", names, "NXdata", "the signal of an NXdata group", DECLARED)


def _signal(path: str, names: dict[str, Node], layout: str, reason: str, rank: int) -> Iterator[Candidate]:
    node = names.get(path) or _broken_on_the_way(path, names)
    if node is not None and (node.missing or (node.is_image and not node.is_narrow)):
        yield Candidate(path, (node,), layout, reason, (rank, 0))


def _broken_on_the_way(path: str, names: dict[str, Node]) -> Node | None:
    return next((names[group] for group in beginnings(path) if group in names and names[group].missing), None)


def _other(node: Node) -> Candidate:
    if _is_beside(node):
        return Candidate(
            node.path, (node,), "HDF5", "by its name or shape it describes frames, and is none", (BESIDE, 0)
        )
    return Candidate(node.path, (node,), "HDF5", f"{node.size} numbers in {len(node.shape)} axes", (ANY, 0))


def _is_beside(node: Node) -> bool:
    named = COMPANIONS.fullmatch(node.path.rpartition("/")[2])
    return named is not None or (node.is_narrow and guessed_frame_axis(node) == 0)


def _is_single(node: Node) -> bool:
    """Whether it is one frame; several go first."""
    return not node.missing and len(node.shape) < 3


def _shown_size(candidate: Candidate) -> int:
    """Order within a rank: what is largest matters only where nothing else is known."""
    return candidate.size if candidate.rank[0] in (ANY, BESIDE) else 0


def matches(path: str, pattern: str) -> bool:
    """Whether a path is of a pattern such as ``/entry/instrument/*/data``, name by name."""
    steps, parts = path.split("/"), pattern.split("/")
    return len(steps) == len(parts) and all(map(fnmatchcase, steps, parts))
