"""Patches side by side, to be judged: a library and a ranking enter, pages (y, x) leave, read when looked at."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.harvest.ranking import Ranking
from napari_unveil.types import Frame, Indices

ROWS, COLUMNS = 8, 12
"""Patches below and beside one another on a page."""

GAPS_PER_PATCH = 32
"""Sides of a patch over the width of the gap beside it."""

LEAST_GAP_PX = 2
HATCHES_PER_PATCH = 8
"""Light stripes across a patch that is marked."""


class Montage:
    """All patches of one kind on pages of 8 x 12, the brightest first; NaN between them.

    A marked patch is hatched with NaN, so that it can still be judged. The page that was read last is kept.

    Parameters
    ----------
    library, kind
        Where the patches are.
    ranking
        Their order.
    """

    def __init__(self, library: PatchLibrary, kind: str, ranking: Ranking) -> None:
        self.library, self.kind, self.ranking = library, kind, ranking
        self._marked = np.zeros(len(ranking.indices), np.bool_)
        self._gap = max(LEAST_GAP_PX, library.patch // GAPS_PER_PATCH)
        self._pitch = library.patch + self._gap
        self._rows = min(ROWS, -(-self.count // COLUMNS))
        self._page: tuple[int, Frame] | None = None

    @property
    def count(self) -> int:
        """How many patches there are."""
        return len(self.ranking.indices)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Pages, y, x."""
        height, width = self._rows * self._pitch - self._gap, COLUMNS * self._pitch - self._gap
        return -(-self.count // (self._rows * COLUMNS)), height, width

    @property
    def marked(self) -> Indices:
        """Shape (n,): positions in the library of the patches that are marked, ascending."""
        return np.sort(self.ranking.indices[self._marked])

    def frame(self, position: tuple[int, ...]) -> Frame:
        """The page at ``position``, shape (y, x), with its marks; NaN throughout when the library is gone."""
        page = self._read(position[0]).copy()
        first = position[0] * self._rows * COLUMNS
        for place in np.flatnonzero(self._marked[first : first + self._rows * COLUMNS]):
            page[self._square(int(place))][self._hatch()] = np.nan
        return page

    def place_at(self, page: float, y: float, x: float) -> int | None:
        """Rank of the patch at a point of a page (centres of pixels at whole numbers); None between patches."""
        row, below = divmod(int(np.floor(y + 0.5)), self._pitch)
        column, beside = divmod(int(np.floor(x + 0.5)), self._pitch)
        inside = 0 <= row < self._rows and 0 <= column < COLUMNS and max(below, beside) < self.library.patch
        place = (round(page) * self._rows + row) * COLUMNS + column
        return place if inside and 0 <= place < self.count else None

    def toggle(self, place: int) -> bool:
        """Mark the patch of this rank or take its mark back; True when it is marked now."""
        self._marked[place] = not self._marked[place]
        return bool(self._marked[place])

    def _read(self, number: int) -> Frame:
        if self._page is None or self._page[0] != number:
            self._page = (number, self._composed(number))
        return self._page[1]

    def _composed(self, number: int) -> Frame:
        page = np.full(self.shape[1:], np.nan, np.float32)
        first = number * self._rows * COLUMNS
        chosen = self.ranking.indices[first : first + self._rows * COLUMNS]
        try:
            patches = self.library.patches(self.kind, chosen)
        except Refused:
            return page
        for place, patch in enumerate(patches):
            page[self._square(place)] = patch
        return page

    def _square(self, place: int) -> tuple[slice, slice]:
        row, column = divmod(place, COLUMNS)
        top, left = row * self._pitch, column * self._pitch
        return slice(top, top + self.library.patch), slice(left, left + self.library.patch)

    def _hatch(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        y, x = np.indices((self.library.patch, self.library.patch))
        width = max(1, self.library.patch // (2 * HATCHES_PER_PATCH))
        return np.asarray((y + x) // width % 2 == 0)
