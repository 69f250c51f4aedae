import numpy as np
import pytest

from napari_unveil.harvest import Mixing, draw_batch, readout_noise

SIGNALS, NOISES = np.arange(10, 20), np.arange(5, 35)


def drawn(library, *, batch=8, seed=0, **mixing):
    return draw_batch(library, SIGNALS, NOISES, batch=batch, mixing=Mixing(**mixing), rng=np.random.default_rng(seed))


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
    signals = library.patches("signal", SIGNALS)
    for patch, origin in zip(batch.signal, origins(batch.signal, signals), strict=True):
        np.testing.assert_array_equal(patch, signals[origin])


def test_noise_partners_are_fresh(library):
    batches = [drawn(library, batch=10, seed=seed) for seed in (0, 1)]
    signals, noises = library.patches("signal", SIGNALS), np.nan_to_num(library.patches("noise", NOISES))
    partners = [
        dict(zip(origins(b.signal, signals), origins(np.nan_to_num(b.noise), noises), strict=True)) for b in batches
    ]
    assert set(partners[0]) == set(partners[1]) == set(range(10)), "each signal patch once"
    assert sum(partners[0][i] == partners[1][i] for i in range(10)) < 3


def test_amplitudes_are_log_uniform_in_their_range_and_noise_keeps_its_own(library):
    signals = library.patches("signal", SIGNALS)
    batch = drawn(library, batch=2000, amplitude=(0.01, 100.0))
    peaks = {i: patch.max() for i, patch in enumerate(signals)}
    found = origins(batch.signal[:300], signals)
    factors = np.array([p.max() / peaks[i] for p, i in zip(batch.signal, found, strict=False)])
    assert factors.min() >= 0.0099
    assert factors.max() <= 101
    assert (factors < 1).mean() == pytest.approx(0.5, abs=0.1)
    assert np.nanmax(batch.noise) <= np.nanmax(library.patches("noise", NOISES))


def test_more_pairs_than_patches_can_be_drawn(library):
    assert drawn(library, batch=50).signal.shape[0] == 50


def test_the_generator_decides(library):
    np.testing.assert_array_equal(drawn(library, seed=4).noise, drawn(library, seed=4).noise)


def test_as_many_noise_patches_are_added_as_was_asked_for(library):
    single = np.nan_to_num(library.patches("noise", NOISES))
    batch = drawn(library, batch=400, noise_patches=(0, 2))
    sums = np.nan_to_num(batch.noise)
    none = (sums == 0).all(axis=(1, 2))
    alone = np.array([any(np.array_equal(each, one) for one in single) for each in sums]) & ~none
    assert none.mean() == pytest.approx(1 / 3, abs=0.1)
    assert alone.mean() == pytest.approx(1 / 3, abs=0.1)


def test_hits_alone_are_left_where_readout_noise_counts_once(library):
    as_measured, hits = drawn(library), drawn(library, least_hit=2.0)
    kept = as_measured.noise >= 2
    assert kept.any(), "test invalid: no hit"
    np.testing.assert_array_equal(hits.noise[kept], as_measured.noise[kept])
    assert (hits.noise[~kept & np.isfinite(as_measured.noise)] == 0).all()
    np.testing.assert_array_equal(np.isnan(hits.noise), np.isnan(as_measured.noise))


def test_readout_noise_is_known_in_spite_of_hits():
    rng = np.random.default_rng(0)
    patches = rng.normal(0, 0.3, (20, 32, 32)) + np.where(rng.random((20, 32, 32)) < 0.4, rng.exponential(50, 1), 0)
    assert readout_noise(patches.astype(np.float32)) == pytest.approx(0.3, rel=0.03)
    assert readout_noise(np.zeros((1, 8, 8), np.float32)) == 0
