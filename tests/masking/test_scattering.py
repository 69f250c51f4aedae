import time

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.masking import mean_image, signal_mask, signal_search, suggest_threshold


def test_mask_holds_the_scattering_and_little_else(saxs):
    threshold = suggest_threshold(saxs.image)
    assert signal_mask(saxs.image, threshold=threshold)[saxs.expected > 2 * threshold].all()
    tight = signal_mask(saxs.image, threshold=threshold, grow_px=0)
    assert not tight[saxs.expected < threshold / 4].any()


def test_single_hot_pixels_are_no_signal():
    image = np.zeros((64, 64), np.float32)
    image[20, 20] = 50
    assert not signal_mask(image, threshold=1, grow_px=8).any()


def test_growing_adds_a_margin_of_that_width():
    image = np.zeros((64, 64), np.float32)
    image[20:40, 20:40] = 50
    tight = signal_mask(image, threshold=25, grow_px=0)
    wide = signal_mask(image, threshold=25, grow_px=5)
    assert wide[30].sum() == tight[30].sum() + 10


def test_a_bad_pixel_inside_the_signal_is_signal(saxs):
    image = saxs.image.copy()
    image[95:97, 110:130] = np.nan
    assert signal_mask(image, threshold=1, grow_px=0)[95:97, 110:130].all()


def test_a_bad_frame_has_no_signal():
    assert not signal_mask(np.full((32, 32), np.nan, np.float32), threshold=1).any()


def test_solvent_ring_of_real_jungfrau_frames_is_found(shared_data):
    with np.load(shared_data / "jungfrau_psi" / "mod5_conv_f32_00-05.npz") as file:
        frames = file["conv"]
    frames[frames >= 32678] = np.nan
    image = mean_image(frames)
    share = signal_mask(image, threshold=suggest_threshold(image)).mean()
    assert 0.3 < share < 0.9, "the ring covers more than half of the module"


def test_a_module_is_fast_enough_for_a_live_preview():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:512, :1024]
    image = (100 / (1 + np.hypot(y - 200, x - 300) / 20) ** 3 + rng.normal(0, 0.3, (512, 1024))).astype(np.float32)
    image[256] = np.nan
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        signal_mask(image, threshold=0.3)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3, "about 0.08 s on an idle machine"


def test_a_search_finds_the_same_mask_at_every_threshold(saxs):
    search = signal_search(saxs.image)
    for threshold in (0.3, 1, 5):
        expected = signal_mask(saxs.image, threshold=threshold, grow_px=6)
        np.testing.assert_array_equal(search.mask(threshold=threshold, grow_px=6), expected)


def test_a_binned_search_finds_the_same_region(saxs):
    search = signal_search(saxs.image, at_most_px=saxs.image.size // 4)
    assert (search.step, search.smoothed.shape) == (2, (128, 256))
    coarse = search.mask(threshold=1, grow_px=8).repeat(2, axis=0).repeat(2, axis=1)
    fine = signal_mask(saxs.image, threshold=1, grow_px=8)
    assert 0.1 < fine.mean() < 0.9, "test invalid"
    assert (coarse != fine).mean() < 0.01


@pytest.mark.parametrize("wrong", [{"smooth_px": -1}, {"grow_px": -1}, {"threshold": np.nan}])
def test_numbers_without_sense_are_refused(wrong):
    with pytest.raises(Refused):
        signal_mask(np.zeros((8, 8), np.float32), **{"threshold": 1, **wrong})
