import numpy as np

from napari_unveil.inspection.averages import HISTOGRAM_EDGES, FrameSum, histogram


def test_mean_of_frames_leaves_masked_pixels_out():
    first = np.array([[1.0, np.nan, np.nan]], np.float32)
    second = np.array([[3.0, 5.0, np.nan]], np.float32)
    np.testing.assert_array_equal((FrameSum.of(first) + FrameSum.of(second)).mean, [[2.0, 5.0, np.nan]])


def test_one_bin_holds_zero_in_its_middle():
    counts = histogram(np.zeros((2, 2), np.float32))
    (index,) = np.flatnonzero(counts)
    assert counts[index] == 4
    np.testing.assert_allclose(-HISTOGRAM_EDGES[index], HISTOGRAM_EDGES[index + 1], rtol=1e-6)


def test_every_valid_pixel_is_counted_however_large():
    frame = np.array([[np.nan, 1e30, -1e30, 3.0]], np.float32)
    counts = histogram(frame)
    assert counts.sum() == 3
    assert counts[0] == counts[-1] == 1
