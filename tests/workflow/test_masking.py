import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.workflow.masking import mask_from_reference


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
