"""Patches in the order of their brightness: a library enters, indices (n,) and integrated intensities leave."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.types import Indices, Progress

PATCHES_PER_READ = 64


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Patches of one kind, the brightest first.

    Parameters
    ----------
    indices
        Shape (n,): positions in the library.
    intensities
        Shape (n,): integrated intensity of each of them in the unit of the library, missing pixels as 0; falling.
    """

    indices: Indices
    intensities: NDArray[np.float64]

    def without(self, removed: Indices) -> "Ranking":
        """The ranking of a library that has lost the patches at ``removed`` and closed the gaps."""
        stays = np.ones(len(self.indices), np.bool_)
        stays[removed] = False
        numbers = np.cumsum(stays) - 1
        kept = stays[self.indices]
        return Ranking(numbers[self.indices[kept]], self.intensities[kept])


def rank_patches(library: PatchLibrary) -> Generator[Progress, None, dict[str, Ranking]]:
    """Sort the patches of each kind by integrated intensity, reading the library once.

    Returns
    -------
    dict
        A `Ranking` for each kind of the library; patches of one brightness stay in the order of the library.
    """
    counts = {kind: library.count(kind) for kind in library.kinds}
    total, done, rankings = sum(counts.values()), 0, {}
    for kind, count in counts.items():
        intensities = np.empty(count)
        for start in range(0, count, PATCHES_PER_READ):
            yield Progress(done + start, total, "sorting the patches by brightness")
            chosen = np.arange(start, min(start + PATCHES_PER_READ, count))
            intensities[chosen] = np.nansum(
                library.patches(kind, chosen).reshape(len(chosen), -1), axis=1, dtype=np.float64
            )
        order = np.argsort(-intensities, kind="stable")
        rankings[kind] = Ranking(order.astype(np.int64), intensities[order])
        done += count
    return rankings
