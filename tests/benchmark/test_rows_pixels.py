"""False photons, changed hit-free pixels, sums and likeness, by frames made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.benchmark.exposures import Estimate
from napari_unveil.benchmark.rows_pixels import HitFreeSums, LikenessSums, NullSums, largest_relative_sum_error

PIXELS = 64 * 96


def test_false_photons_are_what_lies_above_the_readout_noise(exposure):
    dark = replace(exposure, signal=np.full_like(exposure.signal, 0.25))
    estimate = np.full_like(dark.signal, 0.25)
    estimate[0, :4] = 1.25  # 4 false photons
    estimate[1, :4] = -1  # nothing is gained by what is missing elsewhere
    found = NullSums.of(Estimate(estimate), dark)
    assert found.false_per_megapixel == pytest.approx(4 / PIXELS * 1e6)
    assert found.false_share == pytest.approx(0.4)  # the hit has 10 photons
    assert (found + found).false_share == pytest.approx(0.4)


def test_hit_free_pixels_are_those_without_any_hit(exposure):
    estimate = exposure.frame.copy()
    estimate[20, 30] = 0  # the hit may change
    estimate[0, 0] += 0.29  # 3 sigma of readout are 0.3 photons
    estimate[0, 1] += 0.31
    estimate[0, 2] -= 0.31
    found = HitFreeSums.of(Estimate(estimate), exposure)
    assert found.pixels == PIXELS - 1
    assert found.changed == 2
    assert found.changed_share == pytest.approx(2 / (PIXELS - 1))


def test_a_flooded_frame_has_no_share_of_hit_free_pixels(exposure):
    flooded = replace(exposure, noise=np.ones_like(exposure.noise))
    assert HitFreeSums.of(Estimate(exposure.frame), flooded).changed_share is None


def test_the_sum_of_signal_and_noise_is_compared_with_the_input_relatively(exposure):
    noise = exposure.noise.copy()
    noise[20, 30] -= 3  # of 12 photons
    noise[0, 0] = 0.1  # of 2
    found = largest_relative_sum_error(Estimate(exposure.signal, noise=noise), exposure)
    assert found == pytest.approx(0.25)
    assert largest_relative_sum_error(Estimate(exposure.signal), exposure) == 0


def test_likeness_is_that_of_logarithms(exposure):
    signal = exposure.signal.copy()
    signal[0, 0] = np.expm1(2.0)  # log(1 + photons) reaches from log 3 to 2
    estimate = signal.copy()
    estimate[:32] = np.expm1(np.log1p(estimate[:32]) + 0.2)
    found = LikenessSums.of(Estimate(estimate), replace(exposure, signal=signal))
    assert found.mean_psnr_db == pytest.approx(10 * np.log10(4 / 0.02), rel=1e-4)
    assert found.mean_ssim < 1


def test_likeness_is_a_mean_over_shots():
    found = LikenessSums(1, 20.0, 0.5) + LikenessSums(1, 30.0, 0.7)
    assert found.mean_psnr_db == 25
    assert found.mean_ssim == pytest.approx(0.6)
    assert LikenessSums().mean_psnr_db is None
