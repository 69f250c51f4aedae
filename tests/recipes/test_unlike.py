"""Where frames are unlike the training data."""

import numpy as np
import pytest

from napari_unveil.recipes.local_range import local_range_of
from napari_unveil.recipes.unlike import TOLD_SHARE, in_words, unlike_training

SHAPE = (256, 320)
READOUT = 0.05


def mixed(rng, shape, *, signal, hits, hit_photons=8.0):
    """Photons of a signal and of hits, with readout noise."""
    shot = rng.poisson(signal, shape) + hit_photons * (rng.random(shape) < hits) + rng.normal(0, READOUT, shape)
    return shot.astype(np.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def known():
    """Signals of up to a hundred photons, or none, with hits in up to a fifth of the pixels, or none."""
    rng = np.random.default_rng(0)
    signals = np.where(rng.random(700) < 0.2, 0, 10 ** rng.uniform(-2, 2, 700))
    hits = np.where(rng.random(700) < 0.2, 0, 10 ** rng.uniform(-3, np.log10(0.2), 700))
    pairs = zip(signals, hits, strict=True)
    return local_range_of(np.stack([mixed(rng, (64, 64), signal=s, hits=h) for s, h in pairs]), 1.0)


@pytest.mark.parametrize(("signal", "hits"), [(0, 0), (0, 0.1), (0.1, 0), (1, 0.05), (30, 0.1)])
def test_frames_as_in_training_are_not_marked(known, rng, signal, hits):
    found = unlike_training(mixed(rng, SHAPE, signal=signal, hits=hits), known, 1.0)
    assert found.share < TOLD_SHARE
    assert in_words(found) == ""


def test_a_frame_with_many_intensities_is_not_marked(known, rng):
    y, x = np.indices(SHAPE)
    signal = 90 / (1 + (np.hypot(y - 100, x - 100) / 20) ** 3)
    assert unlike_training(mixed(rng, SHAPE, signal=signal, hits=0.1), known, 1.0).share < TOLD_SHARE


def test_a_frame_bright_everywhere_is_marked_wholly(known, rng):
    found = unlike_training(rng.poisson(2000, SHAPE).astype(np.float32), known, 1.0)
    assert found.share > 0.99
    assert "more intensity (100%)" in in_words(found)


def test_more_hits_than_ever_are_marked_and_called_so(known, rng):
    found = unlike_training(mixed(rng, SHAPE, signal=0, hits=0.6), known, 1.0)
    assert found.share > 0.99
    assert "larger differences between neighbours (100%)" in in_words(found)


def test_counts_spread_out_where_hits_were_trained_on_are_called_so(rng):
    hits = 10 ** np.random.default_rng(0).uniform(-3, -1, 300)
    known = local_range_of(np.stack([mixed(rng, (64, 64), signal=0, hits=each) for each in hits]), 1.0)
    found = unlike_training(mixed(rng, SHAPE, signal=0.2, hits=0), known, 1.0)
    assert "more pixels with photons for their intensity (100%)" in in_words(found)


def test_another_unit_is_marked(known, rng):
    frame = 12 * mixed(rng, SHAPE, signal=0.3, hits=0.1)
    assert unlike_training(frame, known, 12.0).share < TOLD_SHARE
    assert unlike_training(frame, known, 1.0).share > 0.95


@pytest.mark.parametrize("offset", [-0.5, 5.0])
def test_an_offset_is_marked(known, rng, offset):
    assert unlike_training(mixed(rng, SHAPE, signal=0, hits=0.01) + np.float32(offset), known, 1.0).share > 0.99


def test_a_mean_of_many_frames_is_marked_as_too_smooth(known, rng):
    found = unlike_training(np.mean([mixed(rng, SHAPE, signal=3, hits=0.1) for _ in range(30)], axis=0), known, 1.0)
    assert "smaller differences between neighbours (100%)" in in_words(found)


def test_noisier_readout_than_ever_is_marked(known, rng):
    assert unlike_training(rng.normal(0, 0.6, SHAPE).astype(np.float32), known, 1.0).share > 0.99


def test_the_mark_lies_where_the_cause_is(known, rng):
    frame = mixed(rng, SHAPE, signal=0.3, hits=0.05)
    frame[64:128, 64:160] = rng.poisson(3000, (64, 96))
    found = unlike_training(frame, known, 1.0).pixels
    assert found[84:108, 84:140].all()
    assert not found[160:].any()
    assert not found[:, 200:].any()


def test_missing_pixels_are_not_marked_and_do_not_count(known, rng):
    frame = rng.poisson(2000, SHAPE).astype(np.float32)
    frame[:100] = np.nan
    found = unlike_training(frame, known, 1.0)
    assert not found.pixels[:100].any()
    assert found.share > 0.98
    empty = unlike_training(np.full(SHAPE, np.nan, np.float32), known, 1.0)
    assert (empty.share, in_words(empty), empty.pixels.any()) == (0, "", False)


def test_a_few_hot_and_dead_pixels_do_not_mark_a_frame(known, rng):
    frame = mixed(rng, SHAPE, signal=0.3, hits=0.05)
    frame[rng.random(SHAPE) < 1e-4] = 32678
    frame[rng.random(SHAPE) < 1e-4] = -180
    assert unlike_training(frame, known, 1.0).share < TOLD_SHARE


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (24, 24)])
def test_small_frames_have_a_map(known, shape):
    assert unlike_training(np.full(shape, 3000, np.float32), known, 1.0).pixels.all()
