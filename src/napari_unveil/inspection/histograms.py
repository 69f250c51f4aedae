"""How many pixels have which value: images (y, x) go in; bins and counts come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.display.limits import sampled
from napari_unveil.inspection.pieces import pieces
from napari_unveil.types import Frame

BINS = 400
BEYOND_SHARE = 1e-4
"""Share of the pixels of each image, at either end, that even bins do not span: they count in the outermost ones."""
DECADES = 7
"""Growing bins span so many decades below the largest value."""
SAMPLE = 100_000
"""Pixels of an image that the span of even bins is found from, at most."""
NEAR_AN_EDGE = 1e-6
"""Values that lie so near to an edge, in widths of a bin, are compared with the edges themselves."""
INNERMOST = 0.25
"""Values that lie farther out in the outermost bins, or beyond them, count there; in widths of a bin."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Bins that become equally wide in ``scale``, a growing function of arrays.

    Parameters
    ----------
    edges
        Shape (bin + 1,), growing.
    """

    edges: NDArray[np.float64]
    scale: Callable[[NDArray[np.floating]], NDArray[np.floating]]

    def count(self, frame: Frame) -> NDArray[np.int64]:
        """Count the valid pixels of a frame (y, x), shape (bin,); the counts of several frames add up.

        Values beyond the edges count in the outermost bins, so that no valid pixel is lost.
        """
        pixels, counts = frame.ravel(), np.zeros(self.edges.size - 1, np.int64)
        for piece in pieces(pixels.size):
            values = pixels[piece]
            counts += self._count(values[np.isfinite(values)].astype(np.float64))
        return counts

    def _count(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        bins = self.edges.size - 1
        low, high = (float(end) for end in self.scale(self.edges[[0, -1]]))
        place = self.scale(np.maximum(values, self.edges[0]))
        place = np.clip((place - low) * (bins / (high - low)), INNERMOST, bins - INNERMOST)
        number = place.astype(np.int32)
        place -= number
        beside = np.flatnonzero(np.abs(place - 0.5) > 0.5 - NEAR_AN_EDGE)  # rounding may have missed by one
        number[beside] = np.searchsorted(self.edges, values[beside], side="right") - 1
        return np.bincount(number, minlength=bins)

    def ends(self) -> dict[str, NDArray[np.float64]]:
        """Lower and upper edge of each bin, shape (bin,) each."""
        return {"lower": self.edges[:-1], "upper": self.edges[1:]}


def even_bins(images: Sequence[Frame], *, bins: int = BINS) -> Bins:
    """Bins of one width from the lowest to the highest value, but for the outermost 0.01 % of each image."""
    spans = [_span(image) for image in images]
    low = min((low for low, _ in spans), default=0.0)
    high = max((high for _, high in spans), default=1.0)
    return Bins(np.linspace(low, high if high > low else low + 1.0, bins + 1), _same)


def growing_bins(images: Sequence[Frame], *, bins: int = BINS // 4) -> Bins:
    """Bins for a logarithmic axis: one factor from each edge to the next, up to the largest value.

    They span seven decades at most; the lowest bin holds everything below, values of 0 and less included.
    """
    positive = [image[np.isfinite(image) & (image > 0)] for image in images]
    largest = max((float(values.max()) for values in positive if values.size), default=1.0)
    smallest = min((float(values.min()) for values in positive if values.size), default=0.1)
    low = max(smallest, largest * 10.0**-DECADES)
    return Bins(np.geomspace(low, largest if largest > low else low * 10, bins + 1), np.log)


def _same(values: NDArray[np.floating]) -> NDArray[np.floating]:
    return values


def _span(image: Frame) -> tuple[float, float]:
    values = sampled(image, SAMPLE)
    if values.size == 0:
        return 0.0, 1.0
    low, high = np.quantile(values, (BEYOND_SHARE, 1 - BEYOND_SHARE))
    return float(low), float(high)
