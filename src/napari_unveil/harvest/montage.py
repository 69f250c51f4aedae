"""Patches side by side, to be judged: a library and a ranking enter, pages (y, x) leave, read when looked at."""

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.harvest.ranking import Ranking
from napari_unveil.types import Frame, Frames, Indices

ROWS, COLUMNS = 8, 12
"""Images of patches below and beside one another on a page; those of one patch are beside one another."""

GAPS_PER_PATCH = 32
"""Sides of a patch over the width of the gap beside it."""

LEAST_GAP_PX = 2
HATCHES_PER_PATCH = 8
"""Light stripes across a patch that is marked."""


class Montage:
    """All patches of one kind on pages of 8 x 12 images, the brightest first; NaN between them.

    A patch of several images (channels) is shown with these side by side.

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
        self._channels = library.labels[kind].channels or 1
        self._columns = max(1, COLUMNS // self._channels)
        self._seam = max(1, self._gap // 2) if self._channels > 1 else 0
        self._width = self._channels * (library.patch + self._seam) - self._seam
        self._rows = min(ROWS, -(-self.count // self._columns))
        self._page: tuple[int, Frame] | None = None

    @property
    def count(self) -> int:
        """How many patches there are."""
        return len(self.ranking.indices)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Pages, y, x."""
        height = self._rows * (self.library.patch + self._gap) - self._gap
        width = self._columns * (self._width + self._gap) - self._gap
        return -(-self.count // self._on_a_page), height, width

    @property
    def marked(self) -> Indices:
        """Shape (n,): positions in the library of the patches that are marked, ascending."""
        return np.sort(self.ranking.indices[self._marked])

    def frame(self, position: tuple[int, ...]) -> Frame:
        """The page at ``position``, shape (y, x), with its marks; NaN throughout when the library is gone."""
        page = self._read(position[0]).copy()
        first = position[0] * self._on_a_page
        for place in np.flatnonzero(self._marked[first : first + self._on_a_page]):
            page[self._square(int(place))][self._hatch()] = np.nan
        return page

    def place_at(self, page: float, y: float, x: float) -> int | None:
        """Rank of the patch at a point of a page (centres of pixels at whole numbers); None between patches."""
        row, below = divmod(int(np.floor(y + 0.5)), self.library.patch + self._gap)
        column, beside = divmod(int(np.floor(x + 0.5)), self._width + self._gap)
        on_patch = below < self.library.patch and beside < self._width
        inside = 0 <= row < self._rows and 0 <= column < self._columns and on_patch
        place = (round(page) * self._rows + row) * self._columns + column
        return place if inside and 0 <= place < self.count else None

    def toggle(self, place: int) -> bool:
        """Mark the patch of this rank or take its mark back; True when it is marked now."""
        self._marked[place] = not self._marked[place]
        return bool(self._marked[place])

    @property
    def _on_a_page(self) -> int:
        return self._rows * self._columns

    def _read(self, number: int) -> Frame:
        if self._page is None or self._page[0] != number:
            self._page = (number, self._composed(number))
        return self._page[1]

    def _composed(self, number: int) -> Frame:
        page = np.full(self.shape[1:], np.nan, np.float32)
        first = number * self._on_a_page
        chosen = self.ranking.indices[first : first + self._on_a_page]
        try:
            patches = self.library.patches(self.kind, chosen)
        except Refused:
            return page
        for place, patch in enumerate(patches):
            page[self._square(place)] = self._side_by_side(patch)
        return page

    def _side_by_side(self, patch: Frame | Frames) -> Frame:
        """A patch (y, x), or its images (channel, y, x) with NaN between them, as one image (y, x)."""
        images = patch.reshape(self._channels, *patch.shape[-2:])
        seam = np.full((images.shape[1], self._seam), np.nan, np.float32)
        return np.hstack([each for image in images for each in (image, seam)])[:, : self._width]

    def _square(self, place: int) -> tuple[slice, slice]:
        row, column = divmod(place, self._columns)
        top, left = row * (self.library.patch + self._gap), column * (self._width + self._gap)
        return slice(top, top + self.library.patch), slice(left, left + self._width)

    def _hatch(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        y, x = np.indices((self.library.patch, self._width))
        width = max(1, self.library.patch // (2 * HATCHES_PER_PATCH))
        return np.asarray((y + x) // width % 2 == 0)
