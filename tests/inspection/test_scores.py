from dataclasses import astuple

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection import Limits, ScoreSums, Truth, nothing_removed, score
from napari_unveil.types import Separation


def test_the_truth_scores_perfectly(scene):
    scores = score([scene])
    assert scores.noise_removed == pytest.approx(1)
    assert scores.flux_bright == pytest.approx(1)
    assert scores.hit_energy_removed == pytest.approx(1)
    assert (scores.signal_lost, scores.false_signal, scores.hit_free_error) == (0, 0, 0)
    assert scores.largest_sum_error < 1e-4


def test_doing_nothing_removes_nothing_and_loses_nothing(scene):
    frame, _, truth = scene
    scores = score([(frame, nothing_removed(frame), truth)])
    assert scores.noise_removed == pytest.approx(0)
    assert scores.hit_energy_removed == pytest.approx(0)
    assert scores.signal_lost == 0
    assert scores.flux_bright > 1
    assert scores.false_signal > 5
    assert scores.lowest_usable > score([scene]).lowest_usable


def test_taking_everything_loses_everything(scene):
    frame, separation, truth = scene
    scores = score([(frame, Separation(signal=np.zeros_like(frame), noise=frame), truth)])
    valid = np.isfinite(frame)
    wrong = truth.signal[valid].sum() / separation.noise[valid].sum()
    assert scores.noise_removed == pytest.approx(1 - wrong, rel=1e-5)
    assert scores.flux_bright == 0
    assert scores.signal_lost == 1
    assert scores.false_signal == 0
    assert scores.lowest_usable == np.inf


def test_hand_made_frame_is_scored_by_hand():
    s = np.array([[30.0, 8.0, 0.0, 0.0, np.nan]], np.float32)
    x = np.array([[80.0, 8.0, 100.0, 0.0, 5.0]], np.float32)
    e = np.array([[33.0, 6.0, 10.0, 1.0, 5.0]], np.float32)
    scores = score([(x, Separation(signal=e, noise=x - e), Truth(s))])
    assert scores.noise_removed == pytest.approx(1 - 16 / 150)
    assert scores.flux_bright == pytest.approx(33 / 30)
    assert scores.signal_lost == pytest.approx(2 / 38)
    assert scores.false_signal == pytest.approx(11 / 2)
    assert scores.hit_energy_removed == pytest.approx(1 - 13 / 150)
    assert scores.hit_free_error == pytest.approx(3 / 8)
    assert scores.largest_sum_error == 0
    assert scores.lowest_usable is None


def test_pooled_frames_equal_one_large_frame(scene, other_scene):
    triples = [(frame, nothing_removed(frame), truth) for frame, _, truth in (scene, other_scene)]
    frame = np.vstack([triple[0] for triple in triples])
    truth = Truth(
        signal=np.vstack([triple[2].signal for triple in triples]),
        expected=np.vstack([triple[2].expected for triple in triples]),
    )
    pooled, whole = score(iter(triples)), score([(frame, nothing_removed(frame), truth)])
    assert astuple(pooled) == pytest.approx(astuple(whole), rel=1e-9)


def test_scores_do_not_depend_on_the_unit(scene):
    def in_photons(image):
        return image / np.float32(8)

    frame, _, truth = scene
    in_keV = score([(frame, nothing_removed(frame), truth)])
    photons = in_photons(frame)
    scaled = Truth(signal=in_photons(truth.signal), expected=in_photons(truth.expected))
    limits = Limits().divided_by(8)
    scores = score([(photons, nothing_removed(photons), scaled)], limits=limits)
    assert scores.noise_removed == pytest.approx(in_keV.noise_removed, abs=1e-6)
    assert scores.flux_bright == pytest.approx(in_keV.flux_bright, rel=1e-5)
    assert scores.false_signal == pytest.approx(in_keV.false_signal / 8, rel=1e-5)


def test_no_frame_defines_no_score():
    scores = ScoreSums().scores()
    assert scores.noise_removed is None
    assert scores.flux_bright is None
    assert scores.lowest_usable is None


def test_shapes_that_differ_are_refused(scene):
    frame, separation, truth = scene
    with pytest.raises(Refused, match="shape"):
        score([(frame, separation, Truth(truth.signal, expected=truth.expected[1:]))])
