"""What ``unveil info`` shows of a file or run: one entry per dataset that can, or cannot, be opened."""

from collections.abc import Iterable
from dataclasses import dataclass

from napari_unveil.frames.address import Address

ROUNDED_TO_1000 = 999.5
"""With three digits."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One dataset or detector, as it would be opened.

    Parameters
    ----------
    address
        What to open.
    shape, dtype
        As stored; empty when unavailable.
    unit
        keV, photons, counts, ADU or empty.
    axes
        Names of the axes of the opened stack.
    layout
        Kind of file, such as ``EuXFEL corrected``.
    note
        Warnings, or why it is unavailable.
    available
        Whether there is something to read.
    reason
        Why it could be the frames that are meant.
    opened
        Whether it is opened when nothing is named.
    stored
        Chunks and filters, or that it is virtual.
    """

    address: Address
    shape: tuple[int, ...]
    dtype: str
    unit: str
    axes: tuple[str, ...]
    layout: str
    note: str = ""
    available: bool = True
    reason: str = ""
    opened: bool = False
    stored: str = ""


def size_text(count: float) -> str:
    """Put bytes in words, decimal units, such as ``28.4 MB``."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < ROUNDED_TO_1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def ranges_text(numbers: Iterable[int]) -> str:
    """Put numbers in words, such as ``1-3, 7``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def names_text(names: Iterable[str], *, shown: int = 5) -> str:
    """Give the first names, and how many more there are."""
    everything = list(names)
    more = len(everything) - shown
    return ", ".join(everything[:shown]) + (f" and {more} more" if more > 0 else "")
