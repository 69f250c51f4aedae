"""Numbers for other programs: a table goes in, a file of comma-separated values comes out."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from napari_unveil.inspection.plots import Table
from napari_unveil.saving import replacing


def write_csv(path: Path, table: Table, *, header: Mapping[str, str]) -> None:
    """Write a table whole or not at all.

    Lines that begin with ``#`` come first, one for each entry of ``header``; then the names of the columns, units
    included; then the rows. Numbers are written with all their digits, so that they are read back exactly; ``nan``
    stands where there is none. ``pandas.read_csv(path, comment="#")`` reads it.

    Raises
    ------
    Refused
        When it cannot be written there.
    """
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {name}: {' '.join(text.split())}\n" for name, text in header.items())
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_written(value) for value in row] for row in zip(*table.columns.values(), strict=True))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else repr(value.item() if hasattr(value, "item") else value)
