from dataclasses import replace

import numpy as np

from napari_unveil.drawing.curves import draw_profile_ratios, draw_radial_profiles, radial_profiles
from napari_unveil.drawing.pages import blank
from napari_unveil.inspection import PixelErrors, summarise


def test_profiles_of_signal_and_noise_add_up_to_that_of_the_input(cases):
    profiles = radial_profiles(summarise(cases).means, centre_yx=(20, 50))
    np.testing.assert_allclose(profiles["signal"].mean + profiles["noise"].mean, profiles["input"].mean, rtol=1e-4)


def test_every_profile_is_a_curve_with_its_name_on_a_logarithmic_scale(cases):
    axes = blank(5, 4).subplots()
    draw_radial_profiles(axes, radial_profiles(summarise(cases).means, centre_yx=(20, 50)), unit="keV")
    names = [line.get_label() for line in axes.lines]
    assert names == ["input", "signal", "noise", "true signal"]
    assert axes.get_yscale() == "log"
    assert "keV" in axes.get_ylabel()


def test_bands_stay_above_zero_where_the_error_exceeds_the_mean(cases):
    axes = blank(5, 4).subplots()
    draw_radial_profiles(axes, radial_profiles(summarise(cases).means, centre_yx=(20, 50)), unit="keV")
    for band in axes.collections:
        for path in band.get_paths():
            assert (path.vertices[:, 1] > 0).all()


def test_ratio_is_taken_to_the_truth_only_where_the_truth_is_measured(cases):
    profiles = radial_profiles(summarise(cases).means, centre_yx=(20, 50))
    axes = blank(5, 4).subplots()
    draw_profile_ratios(axes, profiles)
    truth = profiles["true signal"]
    ratio = next(line for line in axes.lines if line.get_label() == "signal").get_ydata()
    measured = truth.mean > 3 * truth.standard_error
    np.testing.assert_array_equal(np.isfinite(ratio), measured)
    assert axes.get_ylabel() == "over true signal"


def test_the_profile_of_the_signal_carries_the_error_of_the_separation(cases):
    means = replace(summarise(cases).means, signal_error=PixelErrors(np.full(cases[0].frame.shape, 3, np.float32)))
    profiles = radial_profiles(means, centre_yx=(20, 50))
    assert (profiles["signal"].error[1:] > profiles["signal"].standard_error[1:]).all()
    assert profiles["input"].separation_error is None
