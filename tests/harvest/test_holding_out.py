import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_unveil.errors import Refused
from napari_unveil.harvest import split_by_frame


@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=40).filter(lambda numbers: len(set(numbers)) > 1),
    st.floats(0, 1),
    st.integers(0, 5),
)
def test_no_frame_is_on_both_sides_and_no_patch_is_lost(numbers, share, seed):
    frames = np.array(numbers)
    training, validation = split_by_frame(frames, share=share, rng=np.random.default_rng(seed))
    assert len(training) > 0
    assert len(validation) > 0
    assert not set(frames[training]) & set(frames[validation])
    np.testing.assert_array_equal(np.sort([*training, *validation]), np.arange(len(frames)))


def test_the_share_is_one_of_frames():
    frames = np.repeat(np.arange(10), 7)
    _, validation = split_by_frame(frames, share=0.2, rng=np.random.default_rng(0))
    assert len(validation) == 14


@pytest.mark.parametrize("numbers", [[], [3], [3, 3, 3]])
def test_a_single_frame_is_refused(numbers):
    with pytest.raises(Refused, match="harvest patches from more frames"):
        split_by_frame(np.array(numbers, np.int64), share=0.2, rng=np.random.default_rng(0))
