import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.masking import band_mask, mean_image, smooth, suggest_threshold, threshold_mask


def test_suggestion_lies_between_background_and_scattering(saxs):
    threshold = suggest_threshold(saxs.image)
    assert 3 * saxs.noise_sigma / 7.1 < threshold < 1e-4 * saxs.expected.max(), "7.1 = 2 sqrt(pi) smooth_px"


def test_suggestion_does_not_depend_on_the_dynamic_range(saxs):
    clipped = np.minimum(saxs.image, 1)
    assert suggest_threshold(clipped) == pytest.approx(suggest_threshold(saxs.image), rel=0.2)


def test_suggestion_scales_with_the_unit(saxs):
    photons = saxs.image / np.float32(8)
    assert suggest_threshold(photons) == pytest.approx(suggest_threshold(saxs.image) / 8, rel=1e-3)


def test_suggestion_moves_with_an_offset(saxs):
    shifted = saxs.image + np.float32(3)
    assert suggest_threshold(shifted) == pytest.approx(suggest_threshold(saxs.image) + 3, rel=1e-2)


def test_a_dark_image_holds_no_signal():
    dark = np.random.default_rng(0).normal(0.1, 0.33, (256, 256)).astype(np.float32)
    assert (smooth(dark, smooth_px=2) > suggest_threshold(dark)).mean() < 1e-3


def test_missing_pixels_do_not_move_the_suggestion(saxs):
    gaps = saxs.image.copy()
    gaps[::16] = np.nan
    assert suggest_threshold(gaps) == pytest.approx(suggest_threshold(saxs.image), rel=0.2)


def test_an_image_without_spread_has_its_level_as_threshold():
    image = np.zeros((32, 32), np.float32)
    image[10:14, 10:14] = 5
    assert suggest_threshold(image) == 0


def test_an_image_of_missing_pixels_is_refused():
    with pytest.raises(Refused, match="no valid pixel"):
        suggest_threshold(np.full((8, 8), np.nan, np.float32))


def test_suggestion_is_sane_on_real_jungfrau_frames(shared_data):
    with np.load(shared_data / "jungfrau_psi" / "mod5_conv_f32_00-05.npz") as file:
        frames = file["conv"]
    frames[frames >= 32678] = np.nan
    threshold = suggest_threshold(mean_image(frames))
    assert 0.4 < threshold < 1.5, "photons: above the plain background, below the solvent ring of 2 to 3"


@pytest.mark.parametrize(
    ("limits", "excluded"),
    [
        ({"low": 1}, [True, False, False, False]),
        ({"high": 1}, [False, False, True, False]),
        ({"low": 1, "high": 1}, [True, False, True, False]),
    ],
)
def test_threshold_mask_excludes_what_lies_beyond_the_limits(limits, excluded):
    image = np.array([[0, 1, 2, np.nan]], np.float32)
    np.testing.assert_array_equal(threshold_mask(image, **limits), [excluded])


@pytest.mark.parametrize("limits", [{}, {"low": 2, "high": 1}])
def test_threshold_mask_refuses_limits_that_make_no_sense(limits):
    with pytest.raises(Refused, match="limit"):
        threshold_mask(np.zeros((2, 2), np.float32), **limits)


def test_a_band_is_excluded_with_its_limits_and_without_missing_pixels():
    image = np.array([[0, 1, 2, 3, np.nan]], np.float32)
    np.testing.assert_array_equal(band_mask(image, low=1, high=2), [[False, True, True, False, False]])
