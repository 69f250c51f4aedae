import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import signal_cuttings, suggest_min_intensity
from napari_unveil.harvest.positions import box_sum_stripes

PLACE = {"patch": 32, "max_excluded": 0.05}


def of_module(frames, number=0):
    return [(number, frame) for frame in frames]


def test_suggested_intensity_parts_signal_from_background(xray_frames, mask):
    threshold = suggest_min_intensity(of_module(xray_frames), mask, **PLACE)
    sums = np.vstack(list(box_sum_stripes(xray_frames[0], patch=32)))
    assert sums[24, 24] > 10 * threshold, "on the centre"
    assert sums[-1, -1] < threshold, "in the far corner"


def test_noise_alone_gives_no_patch_at_the_suggested_intensity(mask):
    rng = np.random.default_rng(0)
    frames = rng.normal(0, 1, (5, *mask.shape)).astype(np.float32)
    frames[:4, 40, 40] = 1e4
    threshold = suggest_min_intensity(of_module(frames[:4]), mask, **PLACE)
    assert not list(signal_cuttings(frames[4], min_intensity=threshold, rng=rng, **PLACE))


def test_frames_that_hold_only_background_are_refused(mask):
    frames = np.random.default_rng(0).normal(0, 1, (3, *mask.shape)).astype(np.float32)
    with pytest.raises(Refused, match="by hand"):
        suggest_min_intensity(of_module(frames), mask, **PLACE)


@pytest.mark.parametrize("value", [0, np.nan])
def test_blank_frames_are_skipped_and_refused_when_there_are_no_others(xray_frames, mask, value):
    blank = np.full_like(xray_frames[0], value)
    with_blank = suggest_min_intensity(of_module([blank, *xray_frames]), mask, **PLACE)
    assert with_blank == suggest_min_intensity(of_module(xray_frames), mask, **PLACE)
    with pytest.raises(Refused, match="nothing but zeros"):
        suggest_min_intensity(of_module([blank]), mask, **PLACE)


def test_background_lies_outside_the_mask_of_its_own_module(xray_frames, mask):
    masks = np.stack([mask, np.zeros_like(mask)])
    alone = suggest_min_intensity(of_module(xray_frames), mask, **PLACE)
    assert suggest_min_intensity(of_module(xray_frames), masks, **PLACE) == alone
    assert suggest_min_intensity(of_module(xray_frames, 1), masks, **PLACE) != alone
