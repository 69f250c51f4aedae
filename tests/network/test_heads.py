import torch

from napari_unveil.network.heads import share, subtract


def test_share_head_splits_a_frame_without_remainder():
    x, logits = torch.rand(1, 1, 64, 64) * 1e4, torch.randn(1, 1, 64, 64) * 20
    signal, noise, _ = share(x, logits)
    difference = float((signal + noise - x).abs().max() / x.max())
    print(f"share head, s + n - x: {difference:.1e} relative")
    assert difference < 1e-6
    assert signal.min() >= 0
    assert noise.min() >= 0


def test_the_error_bar_of_the_share_head_is_that_of_a_quantity_between_nothing_and_all():
    x = torch.full((1, 1, 4, 4), 10.0)
    certain = torch.cat([torch.full_like(x, -30), torch.full_like(x, 30)], dim=1)
    assert float(share(x, certain).variance.max()) < 1e-9, "nothing is removed"
    half = torch.cat([torch.zeros_like(x), torch.full_like(x, 30)], dim=1)
    signal, noise, variance = share(x, half)
    torch.testing.assert_close(variance, signal * noise)
    assert share(x, half[:, :1]).variance is None


def test_subtract_head_is_the_published_formula():
    x, logits = torch.tensor([5.0, 5.0, 5.0]), torch.tensor([-1.0, 2.0, 7.0])
    signal, noise, _ = subtract(x, logits)
    assert noise.tolist() == [0, 2, 7]
    assert signal.tolist() == [5, 3, 0]
