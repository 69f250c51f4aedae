import numpy as np
import pytest
import torch

from napari_unveil.recipes.paired_scaling import drawn_scales, flipped, scaled, sums_of, unscaled


def poisson(mean, shape=(3, 1, 192, 240), seed=0):
    return torch.from_numpy(np.random.default_rng(seed).poisson(mean, shape).astype(np.float32))


def test_a_frame_of_the_published_size_is_divided_by_its_sum():
    frames = poisson(5) - 1
    expected = frames.clamp(min=0) / frames.clamp(min=0).sum(dim=(1, 2, 3), keepdim=True) * 10000
    torch.testing.assert_close(scaled(frames, sums=sums_of(frames)), expected.clamp(max=1))


@pytest.mark.parametrize("shape", [(2, 1, 32, 32), (2, 1, 300, 100)])
def test_values_do_not_depend_on_the_size(shape):
    frames = poisson(5, shape)
    assert float(scaled(frames, sums=sums_of(frames)).mean()) == pytest.approx(10000 / (192 * 240), rel=0.01)


def test_low_and_high_counts_of_one_scene_have_the_same_values():
    y, x = np.indices((192, 240))
    scene = 1 + 3 * np.exp(-((y - 90) ** 2 + (x - 100) ** 2) / 200)
    low, high = (poisson(ratio * scene, (1, 1, 192, 240), seed) for seed, ratio in enumerate((100.0, 2000.0)))
    difference = scaled(low, sums=sums_of(low)) - scaled(high, sums=sums_of(high))
    assert float(difference.mean()) == pytest.approx(0, abs=1e-4)


def test_scales_are_uniform_between_the_published_bounds():
    scales = drawn_scales(4000, generator=torch.Generator().manual_seed(1))
    assert scales.shape == (4000, 1, 1, 1)
    assert 5000 <= float(scales.min()) < 5020
    assert 14980 < float(scales.max()) <= 15000
    assert float(scales.mean()) == pytest.approx(10000, rel=0.02)
    torch.testing.assert_close(scales, drawn_scales(4000, generator=torch.Generator().manual_seed(1)))


def test_values_stay_between_0_and_1_and_come_back_where_they_were_not_clipped():
    frames = poisson(5) - 1
    frames[:, :, 50, 60] = 1e6
    sums, scales = sums_of(frames), drawn_scales(3, generator=torch.Generator().manual_seed(2))
    values = scaled(frames, sums=sums, scales=scales)
    assert 0 <= float(values.min()) <= float(values.max()) == 1
    kept = (frames >= 0) & (values < 1)
    torch.testing.assert_close(unscaled(values, sums=sums, scales=scales)[kept], frames[kept])


def test_excluded_pixels_are_empty_and_count_in_no_sum():
    frames = poisson(5)
    whole = sums_of(frames)
    frames[:, :, :96] = torch.nan
    assert float((scaled(frames, sums=sums_of(frames))[:, :, :96]).abs().max()) == 0
    torch.testing.assert_close(sums_of(frames), whole, rtol=0.01, atol=0)


@pytest.mark.parametrize("value", [0.0, -3.0, float("nan")])
def test_a_frame_without_intensity_stays_empty(value):
    frames = torch.full((1, 1, 8, 8), value)
    assert float(scaled(frames, sums=sums_of(frames)).abs().max()) == 0


def test_left_and_right_are_exchanged_where_asked_in_all_channels_alike():
    images = torch.arange(16.0).reshape(2, 2, 1, 4)
    turned = flipped(images, torch.tensor([True, False]))
    assert turned[0].tolist() == [[[3, 2, 1, 0]], [[7, 6, 5, 4]]]
    torch.testing.assert_close(turned[1], images[1])
