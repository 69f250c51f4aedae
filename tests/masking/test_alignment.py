"""A mask lines up with frames from the last axis on, as in numpy."""

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.masking import lines_up, mask_of_shot

SHOT = (2, 5, 7)


@pytest.mark.parametrize("shape", [(5, 7), (2, 5, 7), (1, 5, 7), (4, 2, 5, 7), (4, 1, 5, 7)])
def test_masks_that_numpy_would_broadcast_line_up(shape):
    assert lines_up(shape, (4, *SHOT))
    assert np.broadcast_shapes(shape, (4, *SHOT)) == (4, *SHOT)


@pytest.mark.parametrize("shape", [(7,), (1, 7), (7, 5), (4, 5, 7), (3, 2, 5, 7), (1, 4, 2, 5, 7)])
def test_others_do_not(shape):
    assert not lines_up(shape, (4, *SHOT))


def test_the_mask_of_a_shot_is_that_of_each_module():
    mask = np.zeros((5, 7), np.bool_)
    mask[2, 3] = True
    np.testing.assert_array_equal(mask_of_shot(mask, SHOT), [mask, mask])
    masks = np.stack([mask, ~mask])
    np.testing.assert_array_equal(mask_of_shot(masks, SHOT), masks)


def test_masks_of_frames_are_united_for_each_module_apart():
    masks = np.zeros((9, *SHOT), np.bool_)
    masks[1, 0, 1, 1] = masks[8, 1, 4, 6] = True
    united = mask_of_shot(masks, SHOT)
    assert [tuple(place) for place in np.argwhere(united)] == [(0, 1, 1), (1, 4, 6)]
    np.testing.assert_array_equal(mask_of_shot(masks[:, 0], SHOT[1:]), united[0])


def test_a_mask_of_other_modules_is_refused():
    with pytest.raises(Refused, match=r"the mask has the shape \(3, 5, 7\); needed: .*\(module, y, x\) \(2, 5, 7\)"):
        mask_of_shot(np.zeros((3, 5, 7), np.bool_), SHOT)
