import numpy as np

from napari_unveil.masking import smooth


def test_missing_pixels_leave_a_flat_image_flat():
    image = np.full((40, 40), 7, np.float32)
    image[10:13, 5:30] = np.nan
    image[30, 30] = np.inf
    np.testing.assert_allclose(smooth(image, smooth_px=2), 7, rtol=1e-5)


def test_far_from_valid_pixels_nothing_is_invented():
    image = np.full((60, 60), np.nan, np.float32)
    image[:5] = 1
    smoothed = smooth(image, smooth_px=2)
    assert np.isnan(smoothed[30:]).all()
    assert np.isfinite(smoothed[:6]).all()


def test_no_smoothing_leaves_the_image():
    image = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    np.testing.assert_array_equal(smooth(image, smooth_px=0), image)
