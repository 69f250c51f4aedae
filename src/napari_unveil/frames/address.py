"""Where frames lie: text such as ``run.h5::/entry/data/data`` in, a path and a dataset name out."""

from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from napari_unveil.errors import Refused

SEPARATOR = "::"


@dataclass(frozen=True, slots=True)
class Address:
    """A file or a run folder, and the dataset inside it (None: the best candidate)."""

    path: Path
    dataset: str | None = None

    def __str__(self) -> str:
        return f"{self.path}{SEPARATOR}{self.dataset}" if self.dataset else str(self.path)


def parse_address(text: str | PathLike[str]) -> Address:
    """Take ``FILE[::/dataset]`` or a run folder apart; ``str`` of the result gives it back.

    Raises
    ------
    Refused
        When the file or the dataset is left empty.
    """
    whole = fspath(text)
    path, separator, dataset = whole.rpartition(SEPARATOR)
    if not separator:
        path, dataset = whole, ""
    dataset = dataset.strip("/")
    if not path or (separator and not dataset):
        raise Refused(
            found=f"'{whole}' names no {'dataset' if path else 'file'}",
            needed="FILE, FILE::/dataset or a run folder",
            remedy="write it like run.h5::/entry/data/data",
        )
    return Address(Path(path), f"/{dataset}" if separator else None)
