import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection import PixelErrors, beam_centre, line_profile, radial_profile
from napari_unveil.inspection.binning import Binning


def distance(shape: tuple[int, int], centre_yx: tuple[float, float]) -> np.ndarray:
    y, x = np.ogrid[: shape[0], : shape[1]]
    return np.hypot(y - centre_yx[0], x - centre_yx[1]).astype(np.float32)


@pytest.mark.parametrize("centre_yx", [(40.0, 60.0), (31.3, 20.7), (-15.0, 130.0)])
def test_profile_of_a_radial_function_is_the_function(centre_yx: tuple[float, float]):
    r = distance((80, 120), centre_yx)
    profile = radial_profile(100 * np.exp(-r / 50), centre_yx=centre_yx)
    np.testing.assert_allclose(profile.mean, 100 * np.exp(-profile.position / 50), rtol=1e-3)


def test_every_valid_pixel_counts_once():
    frame = np.ones((30, 41), np.float32)
    frame[4, 5] = np.nan
    mask = np.zeros(frame.shape, bool)
    mask[:, :3] = True
    profile = radial_profile(frame, centre_yx=(10, 20), bin_px=2.5, mask=mask)
    assert profile.pixels.sum() == 30 * 38 - 1


def test_hits_under_the_mask_do_not_count():
    frame = np.ones((30, 30), np.float32)
    frame[15, :] = 1e6
    mask = frame > 1
    np.testing.assert_allclose(radial_profile(frame, centre_yx=(10, 10), mask=mask).mean, 1)


def test_profiles_of_one_shape_share_their_positions_whatever_is_masked():
    frame = np.ones((30, 30), np.float32)
    holed = frame.copy()
    holed[10:13, 10:13] = np.nan
    whole, part = (radial_profile(image, centre_yx=(11, 11)) for image in (frame, holed))
    np.testing.assert_array_equal(whole.position, part.position)
    assert np.isnan(part.mean[0])
    assert part.pixels[0] == 0


def test_standard_error_is_that_of_the_mean():
    rng = np.random.default_rng(0)
    frame = rng.normal(5, 2, (200, 200)).astype(np.float32)
    profile = radial_profile(frame, centre_yx=(100, 100))
    many = profile.pixels > 100
    np.testing.assert_allclose(profile.standard_error[many], 2 / np.sqrt(profile.pixels[many]), rtol=0.25)
    pull = (profile.mean[many] - 5) / profile.standard_error[many]
    assert 0.8 < pull.std() < 1.2


def test_standard_error_falls_with_the_square_root_of_the_pixels():
    frame = np.random.default_rng(1).normal(0, 1, (300, 300)).astype(np.float32)
    narrow, wide = (line_profile(frame, start_yx=(150, 10), stop_yx=(150, 290), width_px=width) for width in (25, 100))
    ratio = np.median(narrow.standard_error) / np.median(wide.standard_error)
    assert ratio == pytest.approx(2, rel=0.05)


def test_one_pixel_alone_has_no_standard_error():
    profile = line_profile(np.ones((5, 5), np.float32), start_yx=(0, 0), stop_yx=(0, 4))
    assert np.isnan(profile.standard_error).all()
    np.testing.assert_array_equal(profile.pixels, 1)


def test_line_profile_of_a_plane_is_a_straight_line():
    y, x = np.mgrid[:50, :60]
    frame = (3 * y + 4 * x).astype(np.float32)
    profile = line_profile(frame, start_yx=(10, 5), stop_yx=(40, 45), width_px=3)
    np.testing.assert_allclose(profile.mean, 50 + 5 * profile.position, rtol=1e-6)
    np.testing.assert_allclose(profile.position, np.arange(51), atol=0.5)


def test_line_profile_leaves_masked_and_absent_pixels_out():
    frame = np.full((9, 9), 7.0, np.float32)
    frame[4, 4] = np.nan
    profile = line_profile(frame, start_yx=(4, 0), stop_yx=(4, 12))
    np.testing.assert_array_equal(profile.position, np.arange(9))
    np.testing.assert_array_equal(profile.mean, [7, 7, 7, 7, np.nan, 7, 7, 7, 7])


def test_every_pixel_beside_a_wide_oblique_line_counts_once():
    profile = line_profile(np.ones((60, 60), np.float32), start_yx=(0, 0), stop_yx=(59, 59), width_px=200)
    assert profile.pixels.sum() == 60 * 60


def test_a_thin_diagonal_has_one_pixel_a_step():
    profile = line_profile(np.eye(10, dtype=np.float32), start_yx=(0, 0), stop_yx=(9, 9))
    np.testing.assert_allclose(profile.position, np.arange(10) * np.sqrt(2))
    np.testing.assert_array_equal(profile.pixels, 1)
    np.testing.assert_array_equal(profile.mean, 1)


def test_a_line_beside_the_frame_is_refused():
    with pytest.raises(Refused, match="no pixel"):
        line_profile(np.ones((5, 5), np.float32), start_yx=(9, 9), stop_yx=(9, 20))


def test_a_line_without_length_is_refused():
    with pytest.raises(Refused, match="0 pixels long"):
        line_profile(np.ones((5, 5), np.float32), start_yx=(2, 2), stop_yx=(2, 2))


def test_a_ring_without_width_is_refused():
    with pytest.raises(Refused, match="0 pixels wide"):
        radial_profile(np.ones((5, 5), np.float32), centre_yx=(2, 2), bin_px=0)


def test_a_mask_of_another_detector_is_refused():
    with pytest.raises(Refused, match="mask has shape"):
        radial_profile(np.ones((5, 5), np.float32), centre_yx=(2, 2), mask=np.zeros((4, 5), bool))


def test_centre_is_found_under_hits_and_bad_pixels():
    rng = np.random.default_rng(2)
    frame = 1000 * np.exp(-distance((200, 300), (80, 210)) / 12)
    frame += (rng.random(frame.shape) < 0.05) * rng.exponential(2000, frame.shape)
    frame[rng.random(frame.shape) < 0.01] = np.nan
    assert beam_centre(frame.astype(np.float32)) == pytest.approx((80, 210), abs=1.5)


@pytest.mark.parametrize("value", [0.0, 5.0, np.nan])
def test_a_frame_without_a_bright_part_has_no_centre(value: float):
    with pytest.raises(Refused, match="stands out"):
        beam_centre(np.full((20, 20), value, np.float32))


def test_errors_of_the_pixels_become_that_of_each_mean():
    """sqrt(sum of the squares) / number, where the pixels are valid; both errors are added in quadrature."""
    rng = np.random.default_rng(3)
    frame, error = (rng.uniform(1, 2, (40, 40)).astype(np.float32) for _ in range(2))
    frame[5:9, 20:25] = np.nan
    profile = radial_profile(frame, centre_yx=(20, 20), error=PixelErrors(error))
    rings = np.hypot(*(np.indices(frame.shape) - 20)).astype(int)
    inside = [(rings == ring) & np.isfinite(frame) for ring in range(rings.max() + 1)]
    expected = [np.sqrt(np.sum(error[ring].astype(float) ** 2)) / ring.sum() for ring in inside]
    np.testing.assert_allclose(profile.separation_error, expected, rtol=1e-6)
    several = profile.pixels > 1
    np.testing.assert_allclose(profile.error[several], np.hypot(profile.standard_error, expected)[several], rtol=1e-6)
    np.testing.assert_array_equal(profile.error[~several], profile.separation_error[~several])
    assert not several.all(), "one pixel alone has no scatter"


def test_errors_cover_what_the_separation_does_to_a_mean():
    rng, pulls = np.random.default_rng(4), []
    error = rng.uniform(0.1, 3, (60, 60)).astype(np.float32)
    for _ in range(20):
        estimate = (5 + rng.normal(0, 1, error.shape) * error).astype(np.float32)
        profile = radial_profile(estimate, centre_yx=(30, 30), error=PixelErrors(error))
        pulls.append((profile.mean - 5) / profile.separation_error)
    assert np.std(pulls) == pytest.approx(1, abs=0.1)


def test_a_frame_without_errors_has_none_of_the_separation():
    profile = radial_profile(np.ones((9, 9), np.float32), centre_yx=(4, 4))
    assert profile.separation_error is None
    np.testing.assert_array_equal(profile.error, profile.standard_error)
    unknown = radial_profile(
        np.ones((9, 9), np.float32), centre_yx=(4, 4), error=PixelErrors(np.full((9, 9), np.nan, np.float32))
    )
    assert np.isnan(unknown.separation_error).all()
    np.testing.assert_array_equal(unknown.error, unknown.standard_error)


def test_errors_of_another_shape_are_refused():
    with pytest.raises(Refused, match="shape"):
        radial_profile(np.ones((9, 9), np.float32), centre_yx=(4, 4), error=PixelErrors(np.ones((8, 9), np.float32)))


def test_errors_that_go_together_are_covered_too():
    """One part of the error is common to all pixels: as independent errors, the means would be far too exact."""
    rng, pulls, naive, correlation = np.random.default_rng(5), [], [], 0.05
    error = rng.uniform(0.1, 3, (60, 60)).astype(np.float32)
    for _ in range(200):
        own, common = rng.normal(0, 1, error.shape), rng.normal()
        estimate = (5 + (np.sqrt(1 - correlation) * own + np.sqrt(correlation) * common) * error).astype(np.float32)
        for gathered, known in ((pulls, PixelErrors(error, correlation)), (naive, PixelErrors(error))):
            profile = radial_profile(estimate, centre_yx=(30, 30), error=known, bin_px=4)
            gathered.append((profile.mean - 5) / profile.separation_error)
    assert np.std(pulls) == pytest.approx(1, abs=0.1)
    assert np.std(naive) > 2


def test_what_lies_under_the_mask_does_not_add_to_correlated_errors():
    frame, error = np.ones((20, 20), np.float32), np.full((20, 20), 2, np.float32)
    frame[:, 10:] = np.nan
    error[:, 10:] = 1e6
    profile = line_profile_error(frame, error)
    n = 10
    np.testing.assert_allclose(profile, np.sqrt(0.9 * n * 4 + 0.1 * (2 * n) ** 2) / n, rtol=1e-6)


def line_profile_error(frame: np.ndarray, error: np.ndarray) -> np.ndarray:
    rows = Binning.of(np.indices(frame.shape)[0].astype(float), np.indices(frame.shape)[0])
    return rows.profile(frame, error=PixelErrors(error, 0.1)).separation_error
