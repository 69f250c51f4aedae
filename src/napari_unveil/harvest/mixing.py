"""Training mixtures: patches of a library enter, pairs (signal, noise) leave; their sum is an example."""

from dataclasses import dataclass

import numpy as np

from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.types import Frames, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Summands of noisy patches, in the unit of the library.

    Parameters
    ----------
    signal, noise
        Shape (batch, y, x); NaN where bad, each in its own places.
    """

    signal: Frames
    noise: Frames


def draw_batch(
    library: PatchLibrary,
    signal_indices: Indices,
    noise_indices: Indices,
    *,
    batch: int,
    amplitude: tuple[float, float],
    rng: np.random.Generator,
) -> Batch:
    """Draw signal patches and a fresh random noise partner for each (recipe ``separation``, step 3).

    Parameters
    ----------
    library
        Where the patches are.
    signal_indices, noise_indices
        Shape (n,): patches to draw from; each is drawn once at most while there are enough.
    batch
        How many pairs.
    amplitude
        Range 0 < low <= high of the factor on each signal patch, log-uniform; (1, 1) changes nothing.
    rng
        Source of chance.
    """
    signal = library.signal(_drawn(signal_indices, batch, rng))
    noise = library.noise(_drawn(noise_indices, batch, rng))
    low, high = np.log(amplitude)
    factors = np.exp(rng.uniform(low, high, size=(batch, 1, 1))).astype(np.float32)
    return Batch(signal=signal * factors, noise=noise)


def _drawn(indices: Indices, count: int, rng: np.random.Generator) -> Indices:
    return rng.choice(indices, size=count, replace=count > len(indices))
