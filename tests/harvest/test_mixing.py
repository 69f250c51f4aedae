import numpy as np
import pytest

from napari_unveil.harvest import draw_batch

SIGNALS, NOISES = np.arange(10, 20), np.arange(5, 35)


def drawn(library, *, batch=8, amplitude=(1.0, 1.0), seed=0):
    return draw_batch(library, SIGNALS, NOISES, batch=batch, amplitude=amplitude, rng=np.random.default_rng(seed))


def origins(patches, pool):
    """Which patches of the pool these are, up to a positive factor."""
    return [
        next(i for i, each in enumerate(pool) if np.allclose(patch / patch.max(), each / each.max(), atol=1e-5))
        for patch in patches
    ]


def test_a_batch_holds_unchanged_patches_of_the_lists(library):
    batch = drawn(library)
    assert batch.signal.shape == batch.noise.shape == (8, 32, 32)
    assert batch.signal.dtype == batch.noise.dtype == np.float32
    signals = library.signal(SIGNALS)
    for patch, origin in zip(batch.signal, origins(batch.signal, signals), strict=True):
        np.testing.assert_array_equal(patch, signals[origin])


def test_noise_partners_are_fresh(library):
    batches = [drawn(library, batch=10, seed=seed) for seed in (0, 1)]
    signals, noises = library.signal(SIGNALS), np.nan_to_num(library.noise(NOISES))
    partners = [
        dict(zip(origins(b.signal, signals), origins(np.nan_to_num(b.noise), noises), strict=True)) for b in batches
    ]
    assert set(partners[0]) == set(partners[1]) == set(range(10)), "each signal patch once"
    assert sum(partners[0][i] == partners[1][i] for i in range(10)) < 3


def test_amplitudes_are_log_uniform_in_their_range_and_noise_keeps_its_own(library):
    signals = library.signal(SIGNALS)
    batch = drawn(library, batch=2000, amplitude=(0.01, 100.0))
    peaks = {i: patch.max() for i, patch in enumerate(signals)}
    found = origins(batch.signal[:300], signals)
    factors = np.array([p.max() / peaks[i] for p, i in zip(batch.signal, found, strict=False)])
    assert factors.min() >= 0.0099
    assert factors.max() <= 101
    assert (factors < 1).mean() == pytest.approx(0.5, abs=0.1)
    assert np.nanmax(batch.noise) <= np.nanmax(library.noise(NOISES))


def test_more_pairs_than_patches_can_be_drawn(library):
    assert drawn(library, batch=50).signal.shape[0] == 50


def test_the_generator_decides(library):
    np.testing.assert_array_equal(drawn(library, seed=4).noise, drawn(library, seed=4).noise)
