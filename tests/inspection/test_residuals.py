import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection import Limits, PairSums, nothing_removed, pair_numbers
from napari_unveil.types import Separation


def test_nothing_removed_changes_nothing(scene):
    frame, *_ = scene
    numbers = pair_numbers(frame, nothing_removed(frame))
    assert numbers.pixels == frame.size - 1
    assert numbers.energy_removed == 0
    assert numbers.changed_pixels == 0
    assert numbers.largest_sum_error == 0
    assert numbers.correlation is None


def test_energy_removed_is_the_share_of_the_noise(scene):
    frame, separation, _ = scene
    valid = np.isfinite(frame)
    share = separation.noise[valid].sum() / frame[valid].sum()
    assert pair_numbers(frame, separation).energy_removed == pytest.approx(share, rel=1e-5)


def test_independent_noise_does_not_correlate_and_a_ghost_of_the_signal_does(scene):
    frame, separation, _ = scene
    ghost = Separation(signal=0.8 * separation.signal, noise=separation.noise + 0.2 * separation.signal)
    independent, leaking = pair_numbers(frame, separation), pair_numbers(frame, ghost)
    assert abs(independent.correlation) < 0.05
    assert leaking.cell_correlation > 0.7
    assert leaking.cell_correlation > leaking.correlation


def test_hand_made_pair_is_counted_by_hand():
    frame = np.array([[4.0, 0.0, -1.0, np.nan]], np.float32)
    separation = Separation(
        signal=np.array([[1.0, -0.5, -1.0, 2.0]], np.float32),
        noise=np.array([[3.0, 0.5, 0.25, 2.0]], np.float32),
    )
    numbers = pair_numbers(frame, separation)
    assert numbers.pixels == 3
    assert numbers.energy_removed == pytest.approx(3.75 / 3)
    assert numbers.largest_sum_error == 0.25
    assert numbers.negative_share == pytest.approx(1 / 3)  # the third input is negative itself
    assert numbers.changed_pixels == 1
    assert pair_numbers(frame, separation, limits=Limits(changed=0.1)).changed_pixels == 2


def test_pooled_frames_equal_one_large_frame(scene, other_scene):
    (frame, pair, _), (other, other_pair, _) = scene, other_scene
    pooled = (PairSums.of(frame, pair) + PairSums.of(other, other_pair)).numbers()
    joined = Separation(
        signal=np.vstack([pair.signal, other_pair.signal]), noise=np.vstack([pair.noise, other_pair.noise])
    )
    whole = pair_numbers(np.vstack([frame, other]), joined)
    for name in whole.__slots__:
        assert getattr(pooled, name) == pytest.approx(getattr(whole, name), rel=1e-9), name


def test_a_frame_without_valid_pixels_has_no_shares():
    nothing = np.full((8, 8), np.nan, np.float32)
    numbers = pair_numbers(nothing, Separation(nothing, nothing))
    assert numbers.pixels == 0
    assert numbers.energy_removed is None
    assert numbers.negative_share is None


def test_shapes_that_differ_are_refused(scene):
    frame, separation, _ = scene
    with pytest.raises(Refused, match="shape"):
        pair_numbers(frame[:-1], separation)
