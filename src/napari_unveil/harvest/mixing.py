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


@dataclass(frozen=True, slots=True)
class Mixing:
    """How patches are put together.

    Parameters
    ----------
    amplitude
        Range 0 < low <= high of the factor on each signal patch, log-uniform; (1, 1) changes nothing.
    noise_patches
        Fewest and most noise patches that are added to one signal patch.
    least_hit
        Values of noise patches below this are readout noise and count as 0, in the unit of the library, so that a sum
        carries readout noise once, that of its signal patch; None: patches are added as they were measured.
    """

    amplitude: tuple[float, float] = (1.0, 1.0)
    noise_patches: tuple[int, int] = (1, 1)
    least_hit: float | None = None


def draw_batch(
    library: PatchLibrary,
    signal_indices: Indices,
    noise_indices: Indices,
    *,
    batch: int,
    mixing: Mixing,
    rng: np.random.Generator,
) -> Batch:
    """Draw signal patches and fresh random noise partners for each (recipe ``separation``, step 3).

    Parameters
    ----------
    library
        Where the patches are.
    signal_indices, noise_indices
        Shape (n,): patches to draw from; each is drawn once at most while there are enough.
    batch
        How many pairs.
    mixing
        How they are put together.
    rng
        Source of chance.
    """
    signal = library.patches("signal", _drawn(signal_indices, batch, rng))
    fewest, most = mixing.noise_patches
    counts = rng.integers(fewest, most, size=batch, endpoint=True)
    noise = np.zeros_like(signal)
    if counts.any():
        partners = library.patches("noise", _drawn(noise_indices, int(counts.sum()), rng))
        if mixing.least_hit is not None:
            partners = np.where(partners < mixing.least_hit, np.float32(0), partners)
        np.add.at(noise, np.repeat(np.arange(batch), counts), partners)
    low, high = np.log(mixing.amplitude)
    factors = np.exp(rng.uniform(low, high, size=(batch, 1, 1))).astype(np.float32)
    return Batch(signal=signal * factors, noise=noise)


def readout_noise(patches: Frames) -> float:
    """Standard deviation of the readout noise of noise patches (patch, y, x), in their unit; 0 without it.

    From the negative values alone, since hits only add: the root mean square of one half of a Gaussian about 0.
    """
    below = patches[patches < 0]
    return float(np.sqrt(np.mean(np.square(below, dtype=np.float64)))) if below.size else 0.0


def _drawn(indices: Indices, count: int, rng: np.random.Generator) -> Indices:
    return rng.choice(indices, size=count, replace=count > len(indices))
