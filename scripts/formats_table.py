"""What is offered and opened of real detector files: a page in Markdown.

python scripts/formats_table.py DATA OUT.md, where DATA holds detector files of public repositories. Where
make_euxfel_run.py lies beside DATA, a raw and a corrected European XFEL run are written with it and opened, too.
Seconds are those to list a file, open it and read its first shot, the median of three times.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_unveil.errors import UnveilError
from napari_unveil.frames import FrameStack, Listing, list_datasets, open_frames, parse_address
from napari_unveil.frames.listing import names_text
from napari_unveil.saving import replacing

TOGETHER = ("musclex/*.tif", "petra_lambda/*.nxs")
"""Files that are opened as one stack as well."""

RUN_WRITER = "make_euxfel_run.py"
RUNS = {"raw": "raw", "corr": "corrected"}
REPEATS = 3
SHOWN = 4
HEAD = """# Files that open

Written by `python scripts/formats_table.py DATA OUT.md`. Offered is what `unveil info` lists; opened is what is taken
when nothing is named; masked are the pixels of the first shot that are missing: masked, saturated, or without a value.
Seconds are those to list the file, open it and read its first shot, the median of three times, of {cores} cores.

| file | offered | opened | shape | unit | masked pixels | seconds | said |
|---|---|---|---|---|---|---:|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was given to open, and by what name it is shown."""

    path: Path
    name: str

    def line(self, folder: Path) -> str:
        """The line; names of folders are left out."""
        cells = [f"`{self.name}`", *(cell.replace(f"{folder}/", "") for cell in self._cells())]
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    def _cells(self) -> list[str]:
        try:
            listings = list_datasets(parse_address(self.path))
        except UnveilError as error:
            return ["-", "-", "-", "-", "-", "-", str(error)]
        offered = _offered(listings)
        try:
            seconds = statistics.median(_timed(self.path) for _ in range(REPEATS))
            stack = open_frames(parse_address(self.path))
            masked = np.isnan(_first_shot(stack))
        except UnveilError as error:
            return [offered, "-", "-", "-", "-", "-", str(error)]
        return [
            offered,
            next((_name(listing) for listing in listings if listing.opened), "the image"),
            _shape(stack.data.shape, stack.axes),
            stack.unit or "unknown",
            f"{masked.sum()} of {masked.size}",
            f"{seconds:.3f}",
            "; ".join(stack.warnings) or "-",
        ]


def rows(data: Path, runs: Path) -> Iterator[Row]:
    """A line for each file of ``data``, for files that belong together, and for each run in ``runs``."""
    for path in sorted(path for path in data.glob("*/*") if path.is_file()):
        yield Row(path, str(path.relative_to(data)))
    for pattern in TOGETHER:
        if len(list(data.glob(pattern))) > 1:
            yield Row(data / pattern, pattern)
    for kind, words in RUNS.items():
        if (runs / kind).is_dir():
            yield Row(runs / kind, f"European XFEL run, {words}")


def page(data: Path, runs: Path) -> str:
    """The whole page."""
    return HEAD.format(cores=os.cpu_count()) + "\n".join(row.line(row.path.parent) for row in rows(data, runs)) + "\n"


def main() -> None:
    """Make the runs, and write the page."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("output", type=Path, metavar="OUT.md")
    request = words.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        writer = request.data.parent / RUN_WRITER
        for kind in RUNS if writer.exists() else ():
            subprocess.run([sys.executable, str(writer), str(Path(runs) / kind), kind], check=True)
        text = page(request.data, Path(runs))
    with replacing(request.output) as partial:
        partial.write_text(text, encoding="utf-8")


def _timed(path: Path) -> float:
    start = time.perf_counter()
    list_datasets(parse_address(path))
    _first_shot(open_frames(parse_address(path)))
    return time.perf_counter() - start


def _first_shot(stack: FrameStack) -> np.ndarray:
    return np.asarray(stack.data[0].compute(scheduler="synchronous"))


def _offered(listings: list[Listing]) -> str:
    return names_text(dict.fromkeys(map(_dataset, listings)), shown=SHOWN)


def _dataset(listing: Listing) -> str:
    if not listing.available:
        return f"{_name(listing)} (unavailable: {listing.note})"
    return f"{_name(listing)} ({' x '.join(map(str, listing.shape))}, {listing.dtype})"


def _name(listing: Listing) -> str:
    return f"`{listing.address.dataset}`" if listing.address.dataset else "the image"


def _shape(shape: tuple[int, ...], axes: tuple[str, ...]) -> str:
    return f"{' x '.join(map(str, shape))} ({', '.join(axes)})"


if __name__ == "__main__":
    main()
