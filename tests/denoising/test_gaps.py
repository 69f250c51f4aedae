import numpy as np

from napari_unveil.denoising.gaps import filled


def test_a_gap_becomes_the_mean_of_its_window_and_the_rest_stays():
    frame = np.full((20, 20), 3.0, np.float32)
    frame[10, 10] = np.nan
    np.testing.assert_allclose(filled(frame), 3.0, rtol=1e-6)


def test_a_wide_gap_becomes_zero_in_its_middle():
    frame = np.full((40, 40), 3.0, np.float32)
    frame[5:35, 5:35] = np.nan
    assert filled(frame)[20, 20] == 0
    assert np.isfinite(filled(frame)).all()


def test_infinities_are_gaps():
    frame = np.ones((9, 9), np.float32)
    frame[4, 4] = np.inf
    np.testing.assert_allclose(filled(frame), 1.0, rtol=1e-6)
