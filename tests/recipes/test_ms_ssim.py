import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from napari_unveil.recipes.ms_ssim import WEIGHTS, mae_ms_ssim, ms_ssim

SIDE = 176


def image(side=SIDE):
    """A smooth pattern in [0, 1], shape (1, 1, side, side + 16)."""
    y, x = np.indices((side, side + 16))
    pattern = 0.5 + 0.3 * np.sin(x / 9) * np.cos(y / 13) + 0.1 * np.exp(-((x - 60) ** 2 + (y - 50) ** 2) / 40)
    return torch.from_numpy(pattern[None, None]).float()


def noisy(clean, sigma, seed=0):
    return (clean + sigma * torch.randn(clean.shape, generator=torch.Generator().manual_seed(seed))).clamp(0, 1)


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.5])
def test_one_scale_is_the_ssim_of_scikit_image(sigma):
    clean = image()
    other = noisy(clean, sigma)
    expected = structural_similarity(
        clean[0, 0].numpy(),
        other[0, 0].numpy(),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=1,
    )
    assert float(ms_ssim(clean, other, weights=(1.0,))) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("side", [5, 10, 12, 24, 45, 128, SIDE])
def test_an_image_is_like_itself_whatever_its_size(side):
    assert float(ms_ssim(image(side), image(side))) == pytest.approx(1, abs=1e-5)


def test_each_image_of_a_batch_counts_by_itself():
    clean, other = image(), noisy(image(), 0.1)
    alone = ms_ssim(clean, other)
    both = ms_ssim(torch.cat((clean, clean)), torch.cat((clean, other)))
    torch.testing.assert_close(both, (1 + alone) / 2)


def test_it_does_not_matter_which_comes_first():
    clean, other = image(), noisy(image(), 0.2)
    torch.testing.assert_close(ms_ssim(clean, other), ms_ssim(other, clean))


@pytest.mark.parametrize("side", [40, SIDE])
def test_the_more_noise_the_less_alike(side):
    clean = image(side)
    values = [float(ms_ssim(clean, noisy(clean, sigma))) for sigma in (0, 0.01, 0.05, 0.2, 0.5)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.6


def test_five_scales_are_the_published_product():
    """From scales that are computed one by one, each with scikit-image's window."""
    clean, other = image(), noisy(image(), 0.1)
    product = 1.0
    one, two = clean[0, 0].double().numpy(), other[0, 0].double().numpy()
    for scale, weight in enumerate(WEIGHTS):
        product *= (similar(one, two) if scale == len(WEIGHTS) - 1 else contrast(one, two)) ** weight
        one, two = (a[: len(a) // 2 * 2].reshape(len(a) // 2, 2, -1, 2).mean(axis=(1, 3)) for a in (one, two))
    assert float(ms_ssim(clean, other)) == pytest.approx(product, abs=1e-4)


def similar(one, two):
    return structural_similarity(one, two, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)


def contrast(one, two):
    """The part of the similarity without luminance, by an independent sum over windows."""
    weights = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    weights = np.outer(weights, weights) / weights.sum() ** 2
    windows = [np.lib.stride_tricks.sliding_window_view(a, (11, 11)) for a in (one, two)]
    mean = [np.einsum("yxij,ij->yx", w, weights) for w in windows]
    spread = [w - m[..., None, None] for w, m in zip(windows, mean, strict=True)]
    v1, v2, c = (np.einsum("yxij,yxij,ij->yx", spread[i], spread[j], weights) for i, j in ((0, 0), (1, 1), (0, 1)))
    return ((2 * c + 0.0009) / (v1 + v2 + 0.0009)).mean()


@pytest.mark.parametrize("other", ["same", "noisy", "inverted", "flat"])
@pytest.mark.parametrize("side", [7, 40, SIDE])
def test_the_loss_has_a_finite_slope_everywhere(side, other):
    true = image(side)
    predicted = {"same": true, "noisy": noisy(true, 0.3), "inverted": 1 - true, "flat": torch.zeros_like(true)}[other]
    predicted = predicted.clone().requires_grad_()
    loss = mae_ms_ssim(predicted, true)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(predicted.grad).all()


def test_the_loss_is_its_two_parts_and_zero_for_the_truth():
    true, predicted = image(), noisy(image(), 0.1)
    expected = 0.3 * (predicted - true).abs().mean() + 0.7 * (1 - ms_ssim(predicted, true))
    torch.testing.assert_close(mae_ms_ssim(predicted, true), expected)
    assert float(mae_ms_ssim(true, true)) == pytest.approx(0, abs=1e-5)


def test_going_down_the_slope_comes_nearer_to_the_truth():
    true = image(64)
    estimate = noisy(true, 0.3).requires_grad_()
    before = float(mae_ms_ssim(estimate, true).detach())
    optimiser = torch.optim.Adam([estimate], lr=0.02)
    for _ in range(20):
        optimiser.zero_grad()
        mae_ms_ssim(estimate, true).backward()
        optimiser.step()
    assert float(mae_ms_ssim(estimate, true).detach()) < 0.5 * before
