from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection import Case, Truth, pair_numbers, radial_profile, score, summarise


@pytest.fixture
def cases(scene, other_scene):
    return [Case(f"frame {index}", *parts) for index, parts in enumerate((scene, other_scene))]


def test_summary_holds_the_numbers_of_every_frame_and_of_all(cases):
    summary = summarise(iter(cases))
    assert summary.per_frame == tuple((case.name, pair_numbers(case.frame, case.separation)) for case in cases)
    assert summary.pooled.pixels == sum(numbers.pixels for _, numbers in summary.per_frame)
    assert summary.scores == score((case.frame, case.separation, case.truth) for case in cases)
    assert summary.scores_before.noise_removed == pytest.approx(0)


def test_means_are_those_of_the_frames(cases):
    means = summarise(cases).means
    mean = np.mean([case.separation.signal for case in cases], axis=0)
    mean[5, 7] = np.nan  # masked in the input
    np.testing.assert_allclose(means.signal, mean)
    np.testing.assert_allclose(means.true_signal, mean)
    np.testing.assert_allclose(means.signal + means.noise, means.frame, rtol=1e-5)


def test_without_truth_there_are_no_scores(cases):
    summary = summarise(Case(case.name, case.frame, case.separation) for case in cases)
    assert summary.scores is None
    assert summary.scores_before is None
    assert summary.means.true_signal is None
    assert summary.true_noise_histogram is None


def test_cases_are_held_one_at_a_time(cases):
    taken = []

    def one_by_one():
        for case in cases:
            taken.append(case.name)
            yield case

    summarise(one_by_one())
    assert taken == ["frame 0", "frame 1"]


def test_no_frame_is_refused():
    with pytest.raises(Refused, match="no frame"):
        summarise([])


def test_truth_of_some_frames_only_is_refused(cases):
    some = [cases[0], Case("frame 1", cases[1].frame, cases[1].separation)]
    with pytest.raises(Refused, match="frame 1 has no truth"):
        summarise(some)


def test_frames_of_two_shapes_are_refused(cases):
    first = cases[0]
    cut = Case("frame 1", first.frame[1:], first.separation, Truth(first.separation.signal))
    with pytest.raises(Refused, match="shape"):
        summarise([first, cut])


def test_the_mean_signal_has_the_error_of_all_separations(cases):
    errors = [np.full(case.frame.shape, value, np.float32) for value, case in zip((3, 4), cases, strict=True)]
    with_errors = [
        replace(case, separation=replace(case.separation, error=error))
        for case, error in zip(cases, errors, strict=True)
    ]
    means = summarise(with_errors).means
    valid = np.isfinite(means.signal)
    np.testing.assert_allclose(means.signal_error.independent[valid], 2.5, rtol=1e-6)
    assert np.isnan(means.signal_error.independent[~valid]).all()
    assert summarise(cases).means.signal_error is None


def test_errors_that_go_together_do_not_average_out_over_frames(cases):
    """The profile of the mean of two frames is that of one frame with twice the pixels."""
    shape = cases[0].frame.shape
    with_errors = [
        replace(one, separation=replace(one.separation, error=np.full(shape, value, np.float32), correlation=0.3))
        for value, one in zip((3, 4), cases, strict=True)
    ]
    means = summarise(with_errors).means
    profile = radial_profile(means.signal, centre_yx=(20, 50), error=means.signal_error)
    squares, total = 25 * profile.pixels, 7 * profile.pixels
    expected = np.sqrt(0.7 * squares + 0.3 * total**2) / (2 * profile.pixels)
    np.testing.assert_allclose(profile.separation_error, expected, rtol=1e-5)
