import numpy as np
import pytest

from napari_unveil.inspection import pair_numbers, residuals
from napari_unveil.inspection.histograms import even_bins
from napari_unveil.inspection.pieces import PIXELS_AT_ONCE, pieces
from napari_unveil.inspection.profiles import radial_profile
from napari_unveil.types import Separation


def test_pieces_lie_in_a_row_and_hold_everything():
    parts = list(pieces(10, size=4))
    assert [(part.start, part.stop) for part in parts] == [(0, 4), (4, 8), (8, 10)]
    assert list(pieces(0)) == []


@pytest.mark.parametrize("at_once", [64, 1 << 30])
def test_numbers_do_not_depend_on_how_large_the_pieces_are(monkeypatch: pytest.MonkeyPatch, at_once: int):
    rng = np.random.default_rng(0)
    frame = rng.exponential(8, (61, 50)).astype(np.float32)
    frame[5:9, 3:20] = np.nan
    signal = frame * rng.random(frame.shape).astype(np.float32)
    pair = Separation(signal, frame - signal)
    usual = pair_numbers(frame, pair)
    monkeypatch.setattr(residuals, "PIXELS_AT_ONCE", at_once)
    other = pair_numbers(frame, pair)
    for name in ("pixels", "largest_sum_error", "negative_share", "changed_pixels"):
        assert getattr(other, name) == getattr(usual, name)
    for name in ("energy_removed", "correlation", "cell_correlation"):
        assert getattr(other, name) == pytest.approx(getattr(usual, name), rel=1e-12)


def test_frames_of_several_pieces_are_counted_and_averaged_whole():
    shape = (3, PIXELS_AT_ONCE // 2)
    frame = np.random.default_rng(1).normal(3, 5, shape).astype(np.float32)
    frame[1, ::7] = np.nan
    valid = frame[np.isfinite(frame)].astype(np.float64)
    bins = even_bins([frame])
    inside = np.clip(valid, bins.edges[0], bins.edges[-1])
    np.testing.assert_array_equal(bins.count(frame), np.histogram(inside, bins.edges)[0])
    profile = radial_profile(frame, centre_yx=(1.0, 0.0), bin_px=1e9)
    assert profile.mean == pytest.approx([valid.mean()])
    assert profile.standard_error == pytest.approx([valid.std(ddof=1) / np.sqrt(valid.size)])
    assert profile.pixels == [valid.size]
