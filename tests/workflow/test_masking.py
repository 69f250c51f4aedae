import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import stack_from_array
from napari_unveil.masking import missing_pixels
from napari_unveil.workflow.masking import (
    mask_from_reference,
    outlines,
    pixels_of_each_module,
    reference_image,
    room_for_patches,
    spread_frames,
)


def test_a_bright_spot_is_masked_with_its_margin():
    rng = np.random.default_rng(0)
    frames = [rng.normal(0, 0.1, (80, 80)).astype(np.float32) for _ in range(4)]
    for frame in frames:
        frame[30:50, 30:50] += 20
    made = mask_from_reference(frames, grow_px=4)
    assert made.mask[27, 40]
    assert not made.mask[10, 40]
    assert 0 < made.threshold < 20


def test_frames_in_which_nothing_stands_out_are_refused():
    frames = [np.zeros((40, 40), np.float32)]
    with pytest.raises(Refused, match="stands out"):
        mask_from_reference(frames, threshold=1.0)


def test_a_prepared_image_gives_the_mask_that_its_frames_give():
    rng = np.random.default_rng(0)
    frames = rng.normal(0, 0.1, (4, 80, 80)).astype(np.float32)
    frames[:, 30:50, 30:50] += 20
    prepared = reference_image(frames)
    made = mask_from_reference(frames, grow_px=4)
    assert prepared.suggested == made.threshold
    np.testing.assert_array_equal(prepared.search.mask(threshold=made.threshold, grow_px=4), made.mask)


def test_frames_are_spread_over_the_stack():
    frames = np.arange(100, dtype=np.float32)[:, None, None] * np.ones((2, 2), np.float32)
    numbers = [int(frame[0, 0]) for frame in spread_frames(stack_from_array(frames, name="ramp"))]
    assert (len(numbers), numbers[0], numbers[-1]) == (32, 0, 99)


def test_room_is_counted_in_places_and_in_patches_side_by_side():
    room = room_for_patches(np.zeros((32, 50), bool), patch=16, max_excluded=0)
    assert (room.masked, room.places, len(room.separate)) == (0, 17 * 35, 6)
    full = room_for_patches(np.ones((32, 50), bool), patch=16, max_excluded=0)
    assert (full.masked, full.places, len(full.separate)) == (1, 0, 0)


def test_a_patch_larger_than_the_frame_has_no_room():
    assert room_for_patches(np.zeros((8, 8), bool), patch=16, max_excluded=0).places == 0


def test_outlines_are_the_rims_of_the_patches():
    room = room_for_patches(np.zeros((8, 8), bool), patch=8, max_excluded=0)
    drawn = outlines(room, shape=(8, 8))
    assert drawn.sum() == 28
    assert not drawn[1:-1, 1:-1].any()


@pytest.fixture
def shots():
    """Three shots of two modules; the second has its spot elsewhere."""
    frames = np.random.default_rng(0).normal(0, 0.1, (3, 2, 80, 80)).astype(np.float32)
    frames[:, 0, 30:50, 30:50] += 20
    frames[:, 1, 10:30, 50:70] += 20
    return frames


def test_each_module_has_the_mask_of_its_own_mean(shots):
    made = mask_from_reference(shots, grow_px=4)
    for module in (0, 1):
        alone = mask_from_reference(shots[:, module], threshold=made.threshold, grow_px=4)
        np.testing.assert_array_equal(made.mask[module], alone.mask)
        np.testing.assert_array_equal(made.image[module], alone.image)
    assert made.mask[0, 40, 40]
    assert not made.mask[1, 40, 40]


def test_a_preview_looks_at_one_module(shots):
    prepared = reference_image(shots)
    made = mask_from_reference(shots, grow_px=4)
    one = prepared.search.at((1,)).mask(threshold=made.threshold, grow_px=4)
    np.testing.assert_array_equal(one, made.mask[1])


def test_special_pixels_are_looked_for_in_the_frames_of_their_module(shots):
    shots[:, 1, 5, 6] = np.nan
    found = pixels_of_each_module(stack_from_array(shots, name="run"), missing_pixels)
    np.testing.assert_array_equal(np.argwhere(found), [[1, 5, 6]])
