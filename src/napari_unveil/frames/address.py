"""Where frames lie: text such as ``run.h5::/entry/data/data?axis=last`` in, paths, a dataset and an axis out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path

from napari_unveil.errors import Refused

SEPARATOR, TOGETHER = "::", " + "
AXIS = re.compile(r"\?axis=(?P<axis>first|last|\d+)$")
LAST = -1
AXES = {"first": 0, "last": LAST}
PATTERN = re.compile(r"[*?\[]")
NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Address:
    """A file, a run folder or a pattern such as ``part_*.h5``, and what to open in it.

    Parameters
    ----------
    path
        The file, folder or pattern; the first of several.
    dataset
        Dataset or group inside it (None: the best candidate).
    frame_axis
        Axis along which the frames follow one another, -1 for the last (None: the first, unless the file leaves
        no doubt).
    also
        Further files whose frames belong to the same stack.
    """

    path: Path
    dataset: str | None = None
    frame_axis: int | None = None
    also: tuple[Path, ...] = ()

    def __str__(self) -> str:
        files = TOGETHER.join(map(str, (self.path, *self.also)))
        axis = "" if self.frame_axis is None else f"?axis={_axis_word(self.frame_axis)}"
        return f"{files}{SEPARATOR}{self.dataset or ''}{axis}" if self.dataset or axis else files

    def resolved(self) -> "Address":
        """The same from wherever it is opened; what lies in no file keeps its name."""
        if not self.path.exists() and not _fitting(self.path):
            return self
        return replace(self, path=self.path.resolve(), also=tuple(path.resolve() for path in self.also))

    def files(self) -> tuple[Path, ...]:
        """Every file or folder that is meant, in the order of the numbers in their names.

        Raises
        ------
        Refused
            When nothing fits the pattern.
        """
        if self.also:
            return tuple(sorted({self.path, *self.also}, key=_by_numbers))
        if self.path.exists() or not PATTERN.search(self.path.name):
            return (self.path,)
        found = _fitting(self.path)
        if not found:
            raise Refused(
                found=f"nothing fits {self.path}",
                needed="at least one file",
                remedy="check the pattern and whether the disk is mounted",
            )
        return found


def parse_address(text: str | PathLike[str]) -> Address:
    """Take ``FILE[::/dataset][?axis=last]``, a pattern or a run folder apart; ``str`` of the result gives it back.

    Several files stand with a plus between them: ``a.h5 + b.h5``. An axis goes after ``::``, so ``FILE::?axis=last``
    where no dataset is named.

    Raises
    ------
    Refused
        When the file or the dataset is left empty.
    """
    whole = fspath(text)
    files, separator, inside = whole.rpartition(SEPARATOR)
    if not separator:
        files, inside = whole, ""
    axis = AXIS.search(inside)
    dataset = (inside[: axis.start()] if axis else inside).strip("/")
    first, *others = map(Path, files.split(TOGETHER)) if files else (None,)
    if first is None or (separator and not dataset and not axis):
        raise Refused(
            found=f"'{whole}' names no {'dataset' if first else 'file'}",
            needed="FILE, FILE::/dataset or a run folder",
            remedy="write it like run.h5::/entry/data/data",
        )
    return Address(first, f"/{dataset}" if dataset else None, _axis(axis["axis"]) if axis else None, tuple(others))


def together(addresses: Sequence[Address]) -> Address:
    """Several addresses as one whose frames make one stack; the dataset and the axis are those of the first."""
    first, *others = addresses
    more = [path for address in others for path in (address.path, *address.also)]
    return replace(first, also=tuple(dict.fromkeys([*first.also, *(path for path in more if path != first.path)])))


def _axis(word: str) -> int:
    return AXES[word] if word in AXES else int(word)


def _axis_word(axis: int) -> str:
    return next((word for word, known in AXES.items() if known == axis), str(axis))


def _fitting(pattern: Path) -> tuple[Path, ...]:
    if not PATTERN.search(pattern.name):
        return ()
    try:
        return tuple(sorted(pattern.parent.glob(pattern.name), key=_by_numbers))
    except ValueError:
        return ()


def _by_numbers(path: Path) -> tuple[tuple[str | int, ...], str]:
    """Names in the order of the numbers in them: part 9 before part 10."""
    parts = NUMBER.split(path.name)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), str(path)
