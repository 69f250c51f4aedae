import numpy as np

from napari_unveil.inspection import cell_means


def test_a_cell_holds_the_mean_of_its_pixels():
    frame = np.zeros((16, 8), np.float32)
    frame[8:] = np.arange(64).reshape(8, 8)
    np.testing.assert_allclose(cell_means(frame), [[0.0], [31.5]])


def test_masked_pixels_do_not_count():
    frame = np.full((8, 8), 3.0, np.float32)
    frame[:3] = np.nan
    np.testing.assert_allclose(cell_means(frame), [[3.0]])


def test_a_cell_of_which_more_than_half_is_masked_or_cut_off_is_masked():
    frame = np.ones((8, 11), np.float32)
    frame[:5, :8] = np.nan
    assert np.isnan(cell_means(frame)).all()


def test_cut_cells_at_both_edges_hold_the_mean_of_what_there_is_of_them():
    frame = np.random.default_rng(0).normal(5, 1, (13, 14)).astype(np.float32)
    means = cell_means(frame)
    assert means.shape == (2, 2)
    np.testing.assert_allclose(means[1, 0], frame[8:, :8].mean(), rtol=1e-6)
    assert np.isnan(means[1, 1])  # 30 of 64 pixels
